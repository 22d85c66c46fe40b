"""How far unbounded activations reach, and margins of the form they feel, by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.cone_form import Reach, confirmed_margin, form, reach
from hopverify.checker.growth import Bound, Growth
from hopverify.errors import EvidenceRejected
from tests.rationals import exact

F, ZERO = Fraction, Fraction(0)
Matrix = np.ndarray[Any, Any]


def growing(up: int, top: Any, down: int, bottom: Any) -> Growth:
    return Growth(Bound(F(up), ZERO, F(top)), Bound(ZERO, F(down), F(bottom)))


@pytest.mark.parametrize(
    ("growth", "base", "expected"),
    [
        (growing(2, 5, 3, 7), 0, Reach(1, False, F(3), F(7), ZERO)),
        (growing(3, 7, 2, 5), 0, Reach(1, False, F(3), F(7), ZERO)),
        # g ≤ 5 leaves g - 2 ≤ 3, and g ≥ -7 leaves g - 2 ≥ -9.
        (growing(2, 5, 3, 7), 2, Reach(1, False, F(3), F(9), ZERO)),
        (growing(2, 5, 3, 7), -2, Reach(1, False, F(3), F(7), ZERO)),
        (growing(2, 5, 0, 7), 0, Reach(1, True, F(2), F(5), F(7))),
        (growing(2, 5, 0, 7), 2, Reach(1, True, F(2), F(3), F(9))),
        (growing(2, 5, 0, 7), 6, Reach(1, True, F(2), ZERO, F(13))),
        (growing(0, 5, 3, 7), 0, Reach(-1, True, F(3), F(7), F(5))),
        (growing(0, 5, 3, 7), 2, Reach(-1, True, F(3), F(9), F(3))),
        (growing(0, 5, 3, 7), -8, Reach(-1, True, F(3), ZERO, F(13))),
        (growing(2, -5, 3, -7), 0, Reach(1, False, F(3), ZERO, ZERO)),
        (growing(0, 5, 0, 7), 2, None),
    ],
)
def test_reaches(growth: Growth, base: int, expected: Reach | None) -> None:
    assert reach(growth, F(base)) == expected


def test_the_base_is_zero_unless_given() -> None:
    assert reach(growing(2, 5, 0, 7)) == Reach(1, True, F(2), F(5), F(7))


@pytest.mark.parametrize("sides", [(1, 0), (0, 1)])
def test_a_bound_that_falls_is_refused(sides: tuple[int, int]) -> None:
    """-g bounded by the right, or g by the left, is no growth of a non-decreasing function."""
    left, right = (F(side) for side in sides)
    with pytest.raises(EvidenceRejected, match="does not follow its monotonicity"):
        reach(Growth(Bound(F(1), left, ZERO), Bound(right, F(1), ZERO)))


def test_a_form_is_turned_with_its_activations() -> None:
    M = exact([[1, 2, 3], [2, 4, 5], [3, 5, 6]])
    up, down = Reach(1, True, F(2), ZERO, ZERO), Reach(-1, True, F(5), ZERO, ZERO)
    Q = form(M, [F(1), F(3), F(7)], [up, down, up])
    assert Q.tolist() == [[F(-1, 2), 2, -3], [2, F(3, 5) - 4, 5], [-3, 5, F(7, 2) - 6]]
    assert M.tolist() == [[1, 2, 3], [2, 4, 5], [3, 5, 6]]


# ------------------------------------------------------------------ margins

FORM = exact([[2, 3, 0], [3, 2, 0], [0, 0, 1]])


def split(**entries: str) -> list[str]:
    """Return a split of zeros, but for entries such as ``e01``."""
    return [entries.get(f"e{i}{j}", "0") for i in range(3) for j in range(3)]


def test_a_margin_is_that_of_the_cone() -> None:
    """On the cone of the first two it is 1, that of the third; without the cone the form is not positive."""
    Q, signed = FORM.copy(), [True, True, False]
    assert confirmed_margin(Q, signed, {"margin": "99/100"}) == F(99, 100)
    assert Q.tolist() == FORM.tolist()
    for other, margin in ((signed, "1"), ([True, False, True], "1/100"), ([False] * 3, "1/100")):
        with pytest.raises(EvidenceRejected, match="Q - margin is not positive on the cone"):
            confirmed_margin(FORM, other, {"margin": margin})


@pytest.mark.parametrize("margin", ["0", "-1/2"])
def test_a_margin_is_positive(margin: str) -> None:
    with pytest.raises(EvidenceRejected, match="margin: expected a positive number"):
        confirmed_margin(FORM, [True, True, False], {"margin": margin})


def test_a_split_is_confirmed() -> None:
    signed = [True, True, False]
    for extra in ({}, {"e00": "1/4"}):
        payload = {"margin": "1/2", "split": split(e01="3", e10="3", **extra)}
        assert confirmed_margin(FORM, signed, payload) == F(1, 2)


@pytest.mark.parametrize(
    ("signed", "entries"),
    [
        # Not positive definite: without a split, with one too small, with one that takes the whole diagonal.
        ([True, True, False], {}),
        ([True, True, False], {"e01": "3/2", "e10": "3/2"}),
        ([True, True, False], {"e01": "3", "e10": "3", "e00": "3/2"}),
        # Not symmetric, or not ≥ 0.
        ([True, True, False], {"e01": "3", "e10": "5/2"}),
        ([True, True, False], {"e01": "3", "e10": "3", "e00": "-1/4"}),
        # On entries that are not signed.
        ([True, False, False], {"e01": "3", "e10": "3"}),
        ([False, True, True], {"e01": "3", "e10": "3"}),
        ([True, True, False], {"e01": "3", "e10": "3", "e22": "1/4"}),
        ([True, True, False], {"e01": "3", "e10": "3", "e02": "1/8", "e20": "1/8"}),
        ([False, False, False], {"e01": "3", "e10": "3"}),
    ],
)
def test_other_splits_are_refused(signed: list[bool], entries: dict[str, str]) -> None:
    with pytest.raises(EvidenceRejected, match="N is not ≥ 0 on the cone, or Q - margin - N is not positive definite"):
        confirmed_margin(FORM, signed, {"margin": "1/2", "split": split(**entries)})


def test_a_split_of_one_outside_the_cone_is_refused() -> None:
    """Of Q = 3, N = 1 leaves a positive rest; but a neuron that may go either way has no entry in N."""
    for signed, entry, good in (([True], "1", True), ([False], "1", False), ([False], "0", True)):
        payload = {"margin": "1", "split": [entry]}
        if good:
            assert confirmed_margin(exact([[3]]), signed, payload) == 1
        else:
            with pytest.raises(EvidenceRejected, match="not ≥ 0 on the cone"):
                confirmed_margin(exact([[3]]), signed, payload)


def test_a_form_too_large_to_decide_is_refused() -> None:
    """Pairs that repel in a chain of 15: neither definite nor decided, so that a split would be needed."""
    n = 15
    Q = exact([[1 if i == j else F(-3, 5) if abs(i - j) == 1 else 3 for j in range(n)] for i in range(n)])
    with pytest.raises(EvidenceRejected, match="copositivity is decided exactly up to size 14, not 15"):
        confirmed_margin(Q, [True] * n, {"margin": "1/100"})
