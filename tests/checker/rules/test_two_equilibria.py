"""Two boxes with an equilibrium each: exact ones, Krawczyk's test by hand, and boxes that touch."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from hopverify.checker.rules import Judgement, judge, two_equilibria
from hopverify.checker.rules.two_equilibria import _is_regular, _jacobian, _split, holds_equilibrium, is_equilibrium
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.networks import Model, build_model
from hopverify.obligations import GloballyStable, Outcome
from hopverify.spec import parse_spec
from tests.rationals import vector


def model(layers: str, synapses: str) -> Model:
    text = f"hopverify: 1\nname: two\nlayers: {{{layers}}}\nsynapses: {{{synapses}}}\n"
    return build_model(parse_spec(text))


def dense(weights: str, text: str = "lagrangian: tanh", size: int = 1) -> Model:
    return model(f"x: {{size: {size}, {text}}}", f"w: {{kind: dense, layers: [x, x], weights: {weights}}}")


def judged(asked: Model, first: Any, second: Any, radius: str) -> Judgement:
    payload = {"rule": "two_equilibria", "first": first, "second": second, "radius": radius}
    return judge(GloballyStable(asked), payload)


def refused(asked: Model, message: str, first: Any, second: Any, radius: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(asked, first, second, radius)


# ẋ = W x + b - x with the solution (3, 2, 1); three layers, so that states are split and joined.
CHAIN = model(
    "a: {size: 1, lagrangian: identity, bias: 2}, b: {size: 2, lagrangian: identity, bias: [1, 1]}, "
    "h: {size: 1, lagrangian: identity, tau: 0}",
    "w: {kind: dense, layers: [a, a], weights: [[0]]}, v: {kind: dense, layers: [b, b], weights: [[1/2, 0], [0, 0]]}",
)


def test_states_are_split_by_layers() -> None:
    found = _split(CHAIN, vector(1, 2, 3))
    assert {name: part.tolist() for name, part in found.items()} == {"a": [1], "b": [2, 3]}


def test_equilibria_that_are_rational() -> None:
    assert is_equilibrium(CHAIN, vector(2, 2, 1))
    for wrong in ((2, 2, 2), (3, 2, 1), (2, Fraction(2000001, 1000000), 1)):
        assert not is_equilibrium(CHAIN, vector(*wrong))
    # ẋ = 1 everywhere is 1 and not 0; and what is not rational is not known to be 0.
    assert not is_equilibrium(dense("[[0]]", "lagrangian: identity, bias: 1"), vector(0))
    assert is_equilibrium(dense("[[2]]"), vector(0))
    assert not is_equilibrium(dense("[[2]]"), vector(1))


def test_jacobians_by_hand() -> None:
    with precision():
        J = _jacobian(dense("[[0, 3], [5, 0]]", "lagrangian: identity", 2), BALLS.array(vector(1, 1)))
        assert [[float(arb(entry).mid()) for entry in row] for row in J] == [[-1, 3], [5, -1]]


@pytest.mark.parametrize(
    ("centre", "radius", "held"),
    [
        ((2, 2, 1), "1/8", True),
        ((2, 2, Fraction(17, 16)), "1/8", True),
        ((2, 2, Fraction(15, 16)), "1/8", True),
        # Beside the box, and on its edge.
        ((2, 2, Fraction(5, 4)), "1/8", False),
        ((2, 2, Fraction(9, 8)), "1/8", False),
        ((2, 2, Fraction(7, 8)), "1/8", False),
        ((0, 2, 1), "1/8", False),
        ((2, 9, 1), "1/8", False),
    ],
)
def test_boxes_around_what_is_linear(centre: Any, radius: str, held: bool) -> None:
    assert holds_equilibrium(CHAIN, vector(*centre), Fraction(radius)) is held


@pytest.mark.parametrize(
    ("centre", "radius", "held"),
    [
        ("1915/1000", "1/10", True),
        ("2", "1/10", True),
        ("9/5", "1/10", False),
        ("0", "1/4", True),
        # The box holds 0, at which the slope is 1, and points at which it is -1.
        ("0", "2", False),
        ("1", "1", False),
        # On [1, 3] the Jacobian goes from -0.16 to -0.98, about one of -0.86; on [1/2, 7/2] it changes its sign.
        ("2", "1", True),
        ("2", "3/2", False),
    ],
)
def test_boxes_on_which_the_jacobian_changes(centre: str, radius: str, held: bool) -> None:
    """ẋ = 2 tanh x - x is 0 at 0 and ±1.915…"""
    assert holds_equilibrium(dense("[[2]]"), vector(centre), Fraction(radius)) is held


def test_a_radius_that_no_double_is() -> None:
    assert holds_equilibrium(CHAIN, vector(2, 2, 1), Fraction(1, 3))
    assert not holds_equilibrium(CHAIN, vector(2, 2, Fraction(4, 3)), Fraction(1, 3))


# ------------------------------------------------------------------ judgements

# ẋ = 2 relu(x) - 1 - x rests at 1 and at -1.
TWO = dense("[[2]]", "lagrangian: relu, bias: -1")


@pytest.mark.parametrize("radius", ["0", "1/2", "99/100"])
def test_two_that_are_exact(radius: str) -> None:
    found = judged(TWO, {"x": ["1"]}, {"x": ["-1"]}, radius)
    assert found.outcome is Outcome.REFUTED
    assert found.data == {"equilibria": [{"x": ["1"]}, {"x": ["-1"]}], "known": ["exactly", "exactly"]}


def test_boxes_that_touch_may_hold_the_same() -> None:
    """Centres 2 apart: boxes of radius 1 share a point."""
    for radius in ("1", "3/2"):
        refused(TWO, "the two boxes meet", {"x": ["1"]}, {"x": ["-1"]}, radius)
    refused(TWO, "the two boxes meet", {"x": ["1"]}, {"x": ["1"]}, "0")
    # One coordinate that is apart is enough: ẋ₂ = -x₂ beside it.
    both = dense("[[2, 0], [0, 0]]", "lagrangian: relu, bias: [-1, 0]", 2)
    assert judged(both, {"x": ["1", "0"]}, {"x": ["-1", "0"]}, "1/2").outcome is Outcome.REFUTED


def test_one_exact_and_one_enclosed() -> None:
    tanh = dense("[[2]]")
    found = judged(tanh, {"x": ["0"]}, {"x": ["1915/1000"]}, "1/10")
    assert found.data["known"] == ["exactly", "within 1/10 in each coordinate"]
    assert judged(tanh, {"x": ["1915/1000"]}, {"x": ["-1915/1000"]}, "1/10").outcome is Outcome.REFUTED
    for first, second, radius in (
        ("0", "1915/1000", "0"),
        ("0", "3/2", "1/10"),
        ("3/2", "0", "1/10"),
        ("3/2", "-3/2", "1/10"),
    ):
        refused(tanh, "not confirmed in its box", {"x": [first]}, {"x": [second]}, radius)


def test_radii_and_states_are_read() -> None:
    refused(TWO, "radius: expected a number ≥ 0", {"x": ["1"]}, {"x": ["-1"]}, "-1/4")
    refused(TWO, "expected a state of the layers x", {"y": ["1"]}, {"x": ["-1"]}, "0")
    refused(TWO, "expected a list of 1", {"x": ["1"]}, {"x": ["-1", "0"]}, "0")


def test_as_many_neurons_as_the_limit_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_equilibria, "MAX_SIZE", 1)
    assert judged(TWO, {"x": ["1"]}, {"x": ["-1"]}, "0").outcome is Outcome.REFUTED
    monkeypatch.setattr(two_equilibria, "MAX_SIZE", 0)
    refused(TWO, "too large for this rule", {"x": ["1"]}, {"x": ["-1"]}, "0")


def test_what_jumps_is_not_covered() -> None:
    jumping = dense("[[2]]", "activation: {expression: 'step(x)', of: neuron}, bias: -1")
    torn = model("x: {size: 1, lagrangian: relu}", "e: {kind: expression, layers: [x], energy: sum(sqrt(x))}")
    assert (_is_regular(TWO), _is_regular(jumping), _is_regular(torn)) == (True, False, False)
    refused(jumping, "not locally Lipschitz by structure", {"x": ["1"]}, {"x": ["-1"]}, "0")


def test_a_singular_jacobian_shows_nothing() -> None:
    flat = dense("[[1]]")
    with pytest.raises(EvidenceRejected, match="singular"):
        holds_equilibrium(flat, vector(0), Fraction(1, 8))
    refused(flat, "not confirmed", {"x": ["0"]}, {"x": ["1"]}, "1/8")
