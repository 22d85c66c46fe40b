"""Attracting box: bounds z = (U, V) with Bz + max(c, 0) < z, so that every solution enters -V ≤ x ≤ U for good (T10).

For networks with linear drives whose activations grow at most linearly; B and c are rebuilt from the spec. The
theorem with its proof stands in :mod:`hopverify.checker.attracting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.attracting import attracting_box
from hopverify.checker.payload import text_of, vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.networks import LinearNetwork, linear_network
from hopverify.obligations import Bounded, Outcome


def rows(network: LinearNetwork, lower: Any, upper: Any) -> dict[str, list[list[str]]]:
    """Return exact bounds for the reader: [lower, upper] for each neuron of each layer with τ > 0."""
    pairs = [[text_of(low), text_of(high)] for low, high in zip(lower, upper, strict=True)]
    start, found = 0, {}
    for layer in network.layers:
        if not layer.instantaneous:
            found[layer.name] = pairs[start : start + layer.size]
        start += layer.size
    return found


def _judge(obligation: Bounded, payload: Mapping[str, Any]) -> Judgement:
    network = linear_network(obligation.model)
    if network is None:
        raise EvidenceRejected("the drives are not linear, or a layer is not elementwise or has no leak")
    lower, upper = attracting_box(network, vector(payload["bounds"], 2 * network.size))
    data = {"bounded": "every state", "box": rows(network, lower, upper)}
    return Judgement(Outcome.PROVED, data)


RULE = Rule(
    name="attracting_box",
    summary="bounds z with Bz + max(c, 0) < z, B the growth of the activations through the weights",
    obligations=(Bounded,),
    judge=_judge,
    required=frozenset({"bounds"}),
)
