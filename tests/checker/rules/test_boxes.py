"""Boxes, bounds and minima in numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.checker.rules import Judgement, ball_minima
from hopverify.checker.rules.energy_bound import short_below
from hopverify.checker.rules.energy_confinement import rows
from hopverify.errors import EvidenceRejected
from hopverify.networks import linear_network
from hopverify.obligations import (
    BallMinima,
    EnergyBoundedBelow,
    Outcome,
)
from hopverify.synapses.epanechnikov import Epanechnikov
from tests.checker.rules.shown import judged, model, refused


def test_boxes_are_told_layer_by_layer() -> None:
    layers = ", ".join(
        f"{name}: {{size: {size}, lagrangian: tanh, tau: {tau}}}"
        for name, size, tau in (("a", 1, 1), ("f", 2, 0), ("b", 2, 1), ("c", 1, 1))
    )
    network = linear_network(model(layers))
    assert network is not None
    found = rows(network, [Fraction(-k) for k in range(1, 7)], [Fraction(k, 2) for k in range(1, 7)])
    assert found == {"a": [["-1", "1/2"]], "b": [["-4", "2"], ["-5", "5/2"]], "c": [["-6", "3"]]}


# ------------------------------------------------------------------ bounds and minima


@pytest.mark.parametrize("value", ["0", "1", "-1", "1/3", "-1/3", "1000001/7", "-1e30", "1e-300", "-1e-310"])
def test_short_bounds_lie_closely_below(value: str) -> None:
    exact = Fraction(value)
    found = short_below(exact)
    assert found <= exact
    assert exact - found <= abs(exact) / 2**19
    assert found.numerator.bit_length() <= 1100
    assert abs(found.numerator) < 2**21 or found.denominator == 1
    with pytest.raises(EvidenceRejected, match="beyond the range of doubles"):
        short_below(Fraction(10) ** 400)


def test_energies_have_a_lower_bound() -> None:
    """relu with W = -1: E = γ²/2 + γ²/2 ≥ 0; and tanh, whose energy needs no form."""
    weights = "w: {kind: dense, layers: [x, x], weights: [[%d]]}"
    one = EnergyBoundedBelow(model("x: {size: 1, lagrangian: relu}", weights % -1))
    found = judged(one, "energy_bound", margin="1")
    assert found.outcome is Outcome.PROVED
    assert Fraction(found.data["lower bound"]) <= 0
    # With a bias of 2 it is γ² - 2γ, which is -1 at γ = 1.
    pulled = EnergyBoundedBelow(model("x: {size: 1, lagrangian: relu, bias: 2}", weights % -1))
    assert Fraction(judged(pulled, "energy_bound", margin="1").data["lower bound"]) <= -1
    assert found.data["unbounded activations"] == ["x"]
    assert found.data["form"] == "uᵀQu ≥ 1·|u|² on their cone"
    refused(one, "not positive on the cone", "energy_bound", margin="2")
    refused(one, "expected a rational number", "energy_bound")
    tanh = EnergyBoundedBelow(model("x: {size: 1, lagrangian: tanh}", weights % 2))
    assert set(judged(tanh, "energy_bound").data) == {"lower bound", "bounded"}


def minima(patterns: list[list[Any]], beta: Any) -> Judgement:
    """Return the minima of the Epanechnikov energy; balls have the squared radius 2/β."""
    rows_ = "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in patterns) + "]"
    asked = model(
        f"x: {{size: {len(patterns[0])}, lagrangian: identity, leak: 0}}",
        f"s: {{kind: epanechnikov, layers: [x], patterns: {rows_}, beta: {beta}, epsilon: 1/8}}",
    )
    synapse = asked.synapses["s"]
    assert isinstance(synapse, Epanechnikov)
    return judged(BallMinima(asked, synapse), "ball_minima")


def test_minima_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Balls of radius 1 on a line: 0 alone; those of 3 and 9/2 overlap between 7/2 and 4, around their centroid."""
    found = minima([[0], [3], [Fraction(9, 2)]], 2)
    assert found.outcome is Outcome.PROVED
    told = {key: found.data[key] for key in ("count", "emergent", "patterns", "stored", "flat_beyond")}
    assert told == {"count": 4, "emergent": 1, "patterns": 3, "stored": 3, "flat_beyond": "1"}
    assert [(row["members"], row["state"], row["stored"], row["radius"]) for row in found.data["minima"]] == [
        ([0], ["0"], True, "1"),
        ([1], ["3"], True, "1/2"),
        ([1, 2], ["15/4"], False, "1/4"),
        ([2], ["9/2"], True, "1/2"),
    ]
    monkeypatch.setattr(ball_minima, "MAX_LISTED", 2)
    assert len(minima([[0], [3], [Fraction(9, 2)]], 2).data["minima"]) == 2
    # Two that are the same are stored by one minimum; the middle of three is one of them too.
    assert minima([[0], [0]], 2).data["stored"] == 2
    three = minima([[0], [1], [2]], Fraction(1, 2)).data
    assert (three["count"], three["emergent"], three["stored"]) == (1, 0, 1)
