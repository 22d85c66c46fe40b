"""Evidence by multipliers of Lur'e and Postnikov, in rationals: what the kernel is offered."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.errors import EvidenceRejected
from hopverify.networks import Model, linear_network
from hopverify.numerics.lure_form import sector_network
from hopverify.provers.growth_box import by_growth
from hopverify.provers.lure_multipliers import raised


def place_of(stated: dict[str, Any]) -> list[Any]:
    """Return a ``centre`` as a claim has it: a state, or the box so ``width`` around it."""
    width = Fraction(stated["width"])
    ends = [(str(Fraction(each) - width), str(Fraction(each) + width)) for each in stated["centre"]]
    return [low if low == high else [low, high] for low, high in ends]


def entry(asked: Model, d: Sequence[Any], equilibrium: Any = None, box: Any = None) -> dict[str, Any]:
    """Return the claim and the proof for multipliers of all neurons, and what shows that there is an equilibrium."""
    claim: dict[str, Any] = {"claim": "global stability"}
    proof: dict[str, Any] = {"by": "T16", "multipliers": {}, "heights": dict.fromkeys(asked.layers, "1")}
    layers, start = list(asked.layers.values()), 0
    for layer in layers:
        stop = None if layer is layers[-1] else start + layer.size
        proof["multipliers"][layer.name], start = [str(each) for each in d[start:stop]], start + layer.size
    try:
        network, steepness = sector_network(asked)
        proof["heights"] = {layer.name: str(raised(steepness[own[0]])) for layer, own in network.places()}
    except EvidenceRejected:
        pass
    if equilibrium is not None:
        claim["x"] = place_of(equilibrium)
    if box is not None:
        linear = linear_network(asked)
        assert linear is not None
        bounds = np.array([Fraction(each) for each in box], dtype=object)
        (found,) = by_growth(linear, bounds)
        proof["premises"] = [{key: found[key] for key in ("claim", "proof")}]
    return {"claim": claim, "proof": proof}


def stable(asked: Model, d: Sequence[Any], **shown: Any) -> dict[str, Any]:
    """Return evidence of global stability."""
    return {"rule": "kernel", **entry(asked, d, **shown)}


def bounded(asked: Model, d: Sequence[Any], **shown: Any) -> dict[str, Any]:
    """Return evidence of bounded solutions."""
    proof = {"by": "stability", "premises": [entry(asked, d, **shown)]}
    return {"rule": "kernel", "claim": {"claim": "bounded solutions"}, "proof": proof}
