"""When an equilibrium is a pattern's own, in numbers worked out by hand: distances, rivals, signs, and what is told."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf, nan, nextafter, sqrt
from typing import Any

import numpy as np
import pytest
from flint import arb

from hopverify.checker.stored import (
    NO_SYNAPSES,
    Fit,
    Rivals,
    activated,
    apart,
    at_least,
    at_most,
    at_rest,
    distinct,
    doubles_around,
    far,
    reach_of_signs,
    what_is_missing,
)
from hopverify.networks import Layer
from hopverify.spec import ExactArray
from hopverify.spec.spread import Spread
from tests.checker.models import model

CLOSE = 1e-12
LABELS = ("a", "b", "c")


def layer(text: str, size: int = 2) -> Layer:
    return model(f"layers: {{x: {{size: {size}, {text}}}}}\n").layers["x"]


def ends(*values: float) -> np.ndarray[Any, Any]:
    return np.array(values)


def test_patterns_that_equal_an_earlier_one() -> None:
    assert distinct(ExactArray.of(np.array([[0.0, 1.0], [-0.0, 1.0], [2.0**-60, 1.0]]))) == [0, 0, 2]
    third = Fraction(1, 3)
    assert distinct(ExactArray.of([[third], [third], [third + Fraction(1, 10**40)]])) == [0, 0, 2]
    twice = ExactArray.of([[1], [1]])
    assert distinct(twice) == [0, 0]
    assert distinct(replace(twice, spread=Spread(Fraction(1, 10)))) == [0, 1]


def test_bounds_have_some_digits() -> None:
    assert [at_most(value) for value in (inf, nan, 0.0, 1.0, 5.0, 0.5)] == ["inf", "inf", "0", "1", "5", "1/2"]
    assert [at_least(value) for value in (0.0, 1.0)] == ["0", "1"]
    assert (at_most(1 / 3), at_least(1 / 3)) == ("699051/2097152", "349525/1048576")
    assert (at_most(2.0**60 + 2.0**10), at_least(2.0**60 + 2.0**10)) == (str(2**60 + 2**41), str(2**60))


def test_what_an_equilibrium_lacks() -> None:
    told = {"why": "far", "distance": "1/2", "limit": "1/4"}
    assert what_is_missing(Fit(0.5, 0.25, 1, 0, 0), LABELS) == told | {"rival": "b"}
    assert what_is_missing(Fit(0.5, 0.25, None, 0, 0), LABELS) == told | {"rival": NO_SYNAPSES}
    assert what_is_missing(Fit(0.25, 0.5, None, 2, 1), LABELS) == {"why": "signs", "wrong": 2}
    own = Fit(0.25, 0.5, None, 1, 1)
    assert (own.is_own, what_is_missing(own, LABELS)) == (True, {})
    assert not Fit(0.5, 0.5, None, 0, 0).is_near


def test_how_far_signs_reach() -> None:
    exact = ExactArray.of([[2, -2], [2, 2]])
    for errors in (0, 1, 2):
        reach = reach_of_signs(exact, errors)
        assert 2 * sqrt(errors + 1) * (1 - 1e-14) < reach < 2 * sqrt(errors + 1)
    assert reach_of_signs(replace(exact, spread=Spread(Fraction(3))), 1) == 0.0


def test_half_the_distance_to_a_rival_or_to_0() -> None:
    patterns = ExactArray.of([[3, 4], [3, 1], [0, 0]])
    found = far(patterns, 0, 1, 2.0, LABELS)
    assert found == {"why": "far", "distance": "2", "limit": at_least(1.5 * (1 - 1e-15)), "rival": "b"}
    assert found["limit"] == "786431/524288"
    assert far(patterns, 0, 1, 1.0, LABELS) == {"why": "far", "distance": "1"}
    # A pattern is no rival of its own, and beyond the labels there is none: what is left is 0, at a distance of 5.
    for rival in (0, 3):
        assert far(patterns, 0, rival, 3.0, LABELS)["rival"] == NO_SYNAPSES
        assert far(patterns, 0, rival, 2.25, LABELS) == {"why": "far", "distance": "9/4"}


def test_the_nearest_rival_sets_the_limit() -> None:
    """4 and 5 are each other's; 1 and -1 are nearer to 0, where the layer rests, than to each other."""
    near, apart_ = Rivals(None, ExactArray.of([[4], [5]])), Rivals(None, ExactArray.of([[1], [-1]]))
    assert (near.rivals, apart_.rivals, near.different) == ([1, 0], [None, None], 2)
    for rivals in (near, apart_):
        assert (rivals.limits <= 0.5).all()
        assert (rivals.most >= 0.5).all()
        assert rivals.limits == pytest.approx([0.5, 0.5], abs=CLOSE)
        assert rivals.most == pytest.approx([0.5, 0.5], abs=CLOSE)
    # As far from 0 as from one another: 0 is told.
    assert Rivals(None, ExactArray.of([[1], [2]])).rivals == [None, 0]


def test_copies_are_no_rivals() -> None:
    hard = layer("lagrangian: hard_tanh")
    rivals = Rivals(hard, ExactArray.of([[2, 2], [3, 4], [2, -2]]))
    assert (rivals.firsts, rivals.different) == ([0, 0, 2], 2)
    assert rivals.limits == pytest.approx([sqrt(2) / 2] * 3, abs=CLOSE)
    # One neuron has the same state, the other the same activation.
    assert Rivals(hard, ExactArray.of([["1/2", 2], ["1/2", 3]])).firsts == [0, 0]
    smooth = Rivals(layer("lagrangian: tanh"), ExactArray.of([[1, 1], [1, 1], [1, 2]]))
    assert (smooth.firsts, smooth.different) == ([0, 0, 2], 2)
    # Along 1 softmax is constant, but no double tells so.
    shifted = Rivals(layer("lagrangian: softmax"), ExactArray.of([[0, 1], [1, 2]]))
    assert (shifted.firsts, shifted.different) == ([0, 1], None)
    assert shifted.limits.tolist() == [0.0, 0.0]
    assert (shifted.most > 0.1).all()


@pytest.mark.parametrize(
    ("mu", "lower", "upper", "wrong"),
    [
        (0, (0.9, 0.9), (1.0, 1.1), 0),
        (0, (-0.1, 0.9), (0.1, 1.0), 1),
        (0, (0.0, 0.9), (0.1, 1.0), 1),
        (0, (-0.9, -0.9), (-0.8, -0.8), 2),
        (1, (0.5, -0.5), (0.6, -0.4), 0),
        (1, (0.5, 0.4), (0.6, 0.5), 1),
        (1, (0.5, -0.5), (0.6, 0.0), 1),
    ],
)
def test_wrong_signs_are_counted(mu: int, lower: Any, upper: Any, wrong: int) -> None:
    rivals = Rivals(None, ExactArray.of([[1, 1], [1, -1]]), 1)
    fit = rivals.fit(mu, ends(*lower), ends(*upper))
    assert (fit.wrong, fit.errors, fit.rival) == (wrong, 1, None)
    pattern = ((1, 1), (1, -1))[mu]
    farthest = sqrt(sum(max(abs(p - a), abs(p - b)) ** 2 for p, a, b in zip(pattern, lower, upper, strict=True)))
    assert farthest <= fit.distance <= farthest + CLOSE
    # Where not all entries have one size, signs say nothing.
    assert Rivals(None, ExactArray.of([[1, 2]])).fit(0, ends(-1.0, -1.0), ends(-1.0, -1.0)).wrong == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_whose_an_equilibrium_may_be(sign: int) -> None:
    """Nine neurons: half the way to 0 is 3/2, so that one sign may be wrong by far."""
    pattern = [sign] * 9
    for errors in (0, 1):
        rivals = Rivals(None, ExactArray.of([pattern]), errors)
        for last, width, own in (
            (1.0, 0.0, True),
            (-0.25, 0.0, errors == 1),
            (0.0, 0.0, errors == 1),
            (0.0, 0.5, True),
        ):
            point = np.array([float(v) for v in pattern[:-1]] + [sign * last])
            room = np.array([0.0] * 8 + [width])
            assert rivals.may_own(0, point - room, point + room) is own
        # Beyond half the way to 0 it is certainly not.
        assert not rivals.may_own(0, np.zeros(9), np.zeros(9))
        assert rivals.may_own(0, np.full(9, sign * 0.6), np.full(9, sign * 0.6))
    assert Rivals(None, ExactArray.of([[4, 5]])).may_own(0, ends(4.0, 5.0), ends(4.0, 5.0))


@pytest.mark.parametrize(
    ("state", "lower", "upper", "held"),
    [
        ("3", 0.5, 2.0, True),
        ("3", 0.25, 0.5, False),
        ("-3", -2.0, 0.0, True),
        ("-3", -0.5, 0.0, False),
        ("1/2", 0.5, 0.5, True),
        ("1/2", -inf, inf, True),
        ("-7", -inf, 0.25, True),
        ("7", -0.25, inf, True),
        ("7", -inf, 0.25, False),
    ],
)
def test_a_state_lies_in_a_box_where_its_activation_does(state: str, lower: float, upper: float, held: bool) -> None:
    rivals = Rivals(layer("lagrangian: hard_tanh", 1), ExactArray.of([[Fraction(state)]]))
    assert rivals.holds(0, ends(lower), ends(upper)) is held


def test_bounds_of_distances() -> None:
    near, farthest = apart(
        ends(0.0, 0.0), ends(0.0, 0.0), np.array([[3.0, 4.0], [-1.0, -1.0]]), np.array([[6.0, 8.0], [1.0, 2.0]])
    )
    assert near.tolist() == [pytest.approx(5, abs=CLOSE), 0.0]
    assert farthest.tolist() == [pytest.approx(10, abs=CLOSE), pytest.approx(sqrt(5), abs=CLOSE)]
    assert near[0] < 5
    assert farthest[0] > 10
    near, farthest = apart(ends(0.0), ends(1.0), np.array([[-inf], [2.0], [-inf]]), np.array([[-3.0], [inf], [inf]]))
    assert near.tolist() == [pytest.approx(3, abs=CLOSE), pytest.approx(1, abs=CLOSE), 0.0]
    assert farthest.tolist() == [inf, inf, inf]
    # Distances whose squares underflow are not taken for more than they are.
    near, farthest = apart(ends(0.0), ends(0.0), np.array([[1e-200]]), np.array([[1e-200]]))
    assert near[0] <= 1e-200 <= farthest[0]


def test_doubles_lie_on_both_sides_of_a_ball() -> None:
    assert doubles_around(arb(1)) == (nextafter(1.0, -inf), nextafter(1.0, inf))
    low, high = doubles_around(arb(1, 0.5))
    assert low < 0.5 < 1.5 < high


def test_where_a_layer_rests_without_synapses() -> None:
    assert at_rest(None, 2) == [0, 0]
    assert at_rest(layer("lagrangian: tanh, bias: [1, 3], leak: 2"), 2) == [Fraction(1, 2), Fraction(3, 2)]
    assert at_rest(layer("lagrangian: tanh, bias: [1, 3], leak: false"), 2) == [0, 0]


def test_activations_are_enclosed_by_the_doubles_around_them() -> None:
    states = ExactArray.of([[Fraction(1, 3), Fraction(5)], [Fraction(1, 2), Fraction(-5)]])
    lower, upper = activated(layer("lagrangian: hard_tanh"), states)
    assert (lower[0, 1], upper[0, 1], lower[1].tolist(), upper[1].tolist()) == (1, 1, [0.5, -1], [0.5, -1])
    assert Fraction(lower[0, 0]) < Fraction(1, 3) < Fraction(upper[0, 0])
    assert nextafter(lower[0, 0], inf) == upper[0, 0]
    lower, upper = activated(layer("lagrangian: tanh"), states)
    assert (lower <= np.tanh(states.floats())).all()
    assert (np.tanh(states.floats()) <= upper).all()
    assert (upper - lower < CLOSE).all()
