"""Networks on some of their layers, and equilibria that are found twice, lie at kinks, or are singular."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.reduction import compare, is_stably_reduced, reduced_network
from hopverify.errors import EvidenceRejected
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.checker.models import model


def dense(weights: str, layer: str) -> str:
    return f"layers: {{x: {{{layer}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"


TWO = (
    "layers: {x: {size: 1, lagrangian: relu, bias: 1}, y: {size: 1, lagrangian: %s, leak: %s}}\n"
    "synapses: {w: {kind: dense, layers: [x, y], weights: [[2]]}%s}\n"
)


def test_linear_layers_are_eliminated() -> None:
    whole = model(TWO % ("identity", 4, ""))
    found = reduced_network(whole, ["x"])
    # y = 2γ/4, so that x = 2y + 1 = γ + 1.
    assert (found.W.tolist(), found.b.tolist(), found.leak.tolist()) == ([[1]], [1], [1])
    assert reduced_network(whole, ["x", "y"]).W.tolist() == [[0, 2], [2, 0]]
    with pytest.raises(EvidenceRejected, match="layer y is missing, and it is not linear"):
        reduced_network(model(TWO % ("tanh", 4, "")), ["x"])
    with pytest.raises(EvidenceRejected, match="the original has no layer z"):
        reduced_network(whole, ["x", "y", "z"])
    itself = ", s: {kind: dense, layers: [y, y], weights: [[4]]}"
    with pytest.raises(EvidenceRejected, match="do not follow from the others"):
        reduced_network(model(TWO % ("identity", 4, itself)), ["x"])
    with pytest.raises(EvidenceRejected, match="is no leaky network with linear drives"):
        reduced_network(model(TWO % ("identity", 0, "")), ["x"])
    with pytest.raises(EvidenceRejected, match=r"the activation of layer y of .* may jump"):
        reduced_network(model(TWO % ("abs", 4, "")), ["x"])


def test_networks_are_compared_up_to_a_factor_for_each_neuron() -> None:
    one = reduced_network(model(dense("[[0, 2], [2, 0]]", "size: 2, lagrangian: relu, leak: 2, bias: 2")), ["x"])
    same = reduced_network(model(dense("[[0, 1], [1, 0]]", "size: 2, lagrangian: relu, bias: 1")), ["x"])
    assert compare(one, same).tolist() == [2, 2]
    for weights, layer, message in (
        ("[[0, 1], [1, 0]]", "size: 2, lagrangian: tanh, bias: 1", "layer x has another activation"),
        ("[[0, 1], [2, 0]]", "size: 2, lagrangian: relu, bias: 1", r"W\[1,0\] is 2, and 4 in the original"),
        ("[[0, 1], [1, 0]]", "size: 2, lagrangian: relu, bias: [1, 2]", "the bias of neuron 1 is 2, and 4"),
    ):
        with pytest.raises(EvidenceRejected, match=message):
            compare(one, reduced_network(model(dense(weights, layer)), ["x"]))


def test_stability_is_kept_where_what_is_left_out_follows() -> None:
    whole = model(TWO % ("identity", 4, ""))
    kept, ones = reduced_network(whole, ["x"]), np.array([Fraction(1)], dtype=object)
    assert is_stably_reduced(whole, kept, ones)
    itself = model(TWO % ("identity", 4, ", s: {kind: dense, layers: [y, y], weights: [[1]]}"))
    assert not is_stably_reduced(itself, reduced_network(itself, ["x"]), ones)
    soft = model("layers: {x: {size: 2, lagrangian: softmax}}\n")
    every = reduced_network(soft, ["x"])
    assert is_stably_reduced(soft, every, np.array([Fraction(2)] * 2, dtype=object))
    assert not is_stably_reduced(soft, every, np.array([Fraction(2), Fraction(1)], dtype=object))


# ------------------------------------------------------------------ equilibria


def listed(body: str, check: str = "equilibria") -> dict[str, Any]:
    found = verify(parse_spec(f"hopverify: 1\nname: e\n{body}checks: [{check}]\n"), samples=20).results[0]
    data: dict[str, Any] = found["obligations"][0]["data"] | {"verdict": found["verdict"]}
    return data


def test_an_equilibrium_at_a_kink_is_found_once() -> None:
    found = listed(dense("[[0]]", "size: 1, lagrangian: relu"))
    assert [row["x"] for row in found["equilibria"]] == [["0"]]
