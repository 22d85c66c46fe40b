"""Directions along which the energy falls: the number by hand, and directions next to those that show nothing."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from hopverify.checker.rules import Judgement, judge
from hopverify.checker.rules.unbounded_direction import energy_network, far_slopes
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model, build_model
from hopverify.obligations import Bounded, EnergyBoundedBelow, GloballyStable, Outcome
from hopverify.spec import parse_spec


def model(layers: str, synapses: str, more: str = "") -> Model:
    body = f"layers: {{{layers}}}\nsynapses: {{{synapses}}}\n{more}"
    return build_model(parse_spec(f"hopverify: 1\nname: runaway\n{body}"))


def dense(weights: str, text: str = "lagrangian: relu", size: int = 2, more: str = "") -> Model:
    return model(f"x: {{size: {size}, {text}}}", f"w: {{kind: dense, layers: [x, x], weights: {weights}}}", more)


def judged(asked: Any, *d: Any) -> Judgement:
    return judge(asked, {"rule": "unbounded_direction", "direction": [str(entry) for entry in d]})


def refused(asked: Any, message: str, *d: Any) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(asked, *d)


LEAKY = "lagrangian: {leaky_relu: {slope: 1/4}}, leak: 3"


def test_the_slopes_far_away() -> None:
    network = energy_network(dense("[[0, 1], [1, 0]]", LEAKY), flow=True)
    left, right = far_slopes(network)
    assert (left.tolist(), right.tolist()) == ([Fraction(1, 4)] * 2, [1, 1])


@pytest.mark.parametrize(
    ("d", "way", "value"),
    [
        # Σ ρd²/s - 16 d₁d₂, with s = 1/4 where d < 0.
        ((1, 1), ("1", "1"), 6 - 16),
        ((-1, 1), ("-4", "1"), 12 + 3 + 16),
        ((-1, -1), ("-4", "-4"), 24 - 16),
        ((2, 3), ("2", "3"), 12 + 27 - 96),
        ((0, 1), ("0", "1"), 3),
        ((1, Fraction(1, 2)), ("1", "1/2"), 3 + Fraction(3, 4) - 8),
        ((-1, -3), ("-4", "-12"), 12 + 108 - 48),
    ],
)
def test_the_energy_along_a_direction(d: Sequence[Any], way: Sequence[str], value: Any) -> None:
    asked = Bounded(dense("[[0, 8], [8, 0]]", LEAKY))
    if value >= 0:
        refused(asked, "does not fall without bound", *d)
    else:
        found = judged(asked, *d)
        assert found.outcome is Outcome.REFUTED
        assert found.data == {
            "states along it": list(way),
            "E / t² along it": str(Fraction(value) / 2),
            "unbounded": "the solution from t·(states along it), for every t large enough; E falls without bound",
        }


def test_nothing_falls_where_the_form_is_zero() -> None:
    """W = 1 of one relu with leak 1: ½t²(1 - 1) = 0; a little more than that falls."""
    for statement in (Bounded, GloballyStable, EnergyBoundedBelow):
        refused(statement(dense("[[1]]", size=1)), "does not fall without bound", 1)
        found = judged(statement(dense("[[1.0000000001]]", size=1)), 1)
        assert found.outcome is Outcome.REFUTED
        assert ("unbounded" in found.data) is (statement is not EnergyBoundedBelow)
    refused(Bounded(dense("[[2]]", size=1)), "does not fall without bound", 0)
    refused(Bounded(dense("[[3/2]]", "lagrangian: relu, leak: 2", 1)), "does not fall without bound", 1)


def test_bounded_sides_are_no_directions() -> None:
    """Of relu the negative side, at which d = 0 is allowed; of a small slope both sides are open."""
    asked = Bounded(dense("[[2, 0], [0, 2]]"))
    assert judged(asked, 1, 0).data["states along it"] == ["1", "0"]
    for d in ((1, -1), (-1, 0), (0, Fraction(-1, 9))):
        refused(asked, "bounded on that side", *d)
    refused(asked, "expected a list of 2", 1)
    refused(Bounded(dense("[[2]]", "lagrangian: hard_tanh", 1)), "bounded on that side", 1)
    refused(Bounded(dense("[[2]]", "lagrangian: hard_tanh", 1)), "bounded on that side", -1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (dense("[[2, 0], [0, 2]]", "lagrangian: relu, leak: 0"), "the drives are not linear and symmetric"),
        (dense("[[2, 0], [0, 2]]", "lagrangian: softmax"), "not piecewise linear and non-decreasing|not linear"),
        (dense("[[2, 0], [0, 2]]", "lagrangian: tanh"), "not piecewise linear and non-decreasing"),
        (
            dense("[[2, 0], [0, 2]]", "lagrangian: {expression: '-x^2/2', of: neuron}"),
            "not piecewise linear and non-decreasing",
        ),
        (
            model(
                "x: {size: 1, lagrangian: relu}, y: {size: 1, lagrangian: relu, tau: 0}",
                "w: {kind: dense, layers: [x, x], weights: [[2]]}, v: {kind: dense, layers: [x, y], weights: [[2]]}",
            ),
            "an instantaneous layer is not covered",
        ),
    ],
)
def test_what_the_theorem_does_not_cover(asked: Model, message: str) -> None:
    judged(Bounded(dense("[[2, 0], [0, 2]]", "lagrangian: relu, leak: 1/2")), 1, 1)
    refused(Bounded(asked), message, 1, 1)
    with pytest.raises(EvidenceRejected):
        judged(EnergyBoundedBelow(asked), 1, 1)


def test_an_energy_of_the_spec_is_another() -> None:
    own = dense("[[2, 0], [0, 2]]", more="energy: sum(x^2)\n")
    refused(EnergyBoundedBelow(own), "an energy of its own", 1, 1)
    # The flow is what it is, whatever the spec claims of the energy.
    assert judged(Bounded(own), 1, 1).outcome is Outcome.REFUTED


def test_the_energy_has_the_symmetric_part() -> None:
    """E = -½γᵀWγ + … sees (W + Wᵀ)/2; the flow of W itself is not covered."""
    skew = dense("[[0, 3], [1, 0]]")
    refused(Bounded(skew), "not linear and symmetric", 1, 1)
    assert judged(EnergyBoundedBelow(skew), 1, 1).data["E / t² along it"] == str(Fraction(2 - 4, 2))
