"""Claimed boxes: which boxes around which enclosures are accepted, by hand in one and two dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hopverify.checker.claimed_boxes import Enclosure, claimed
from hopverify.errors import EvidenceRejected
from hopverify.numerics.outward import merged, outward

Pair = tuple[float, float]


def enclosure(within: Pair, alone: Pair) -> Enclosure:
    (lower, upper), (below, above) = (tuple(np.array([end]) for end in pair) for pair in (within, alone))
    return Enclosure(lower, upper, below, above)


def boxes(*pairs: tuple[str, str]) -> Any:
    return [[list(pair)] for pair in pairs]


NEAR = enclosure((1.0, 1.0 + 2.0**-40), (0.5, 1.5))
FAR = enclosure((3.0, 3.0 + 2.0**-40), (2.5, 3.5))


def test_a_box_that_holds_the_enclosure_is_taken_as_it_is_claimed() -> None:
    ((lower, upper),) = claimed(boxes(("1", "67108865/67108864")), [NEAR], 1)
    assert (lower.tolist(), upper.tolist()) == ([1.0], [1 + 2.0**-26])
    assert len(claimed(boxes(("1", "67108865/67108864"), ("3", "100663297/33554432")), [NEAR, FAR], 1)) == 2
    assert claimed([], [], 3) == []


@pytest.mark.parametrize(
    "box",
    [
        ("1", "1"),  # sharper than the own enclosure
        ("67108865/67108864", "5/4"),  # beside it
        ("1", "5/4"),  # so wide that it says nothing
        ("1/4", "2"),  # beyond the box in which the equilibrium is the only one
    ],
)
def test_other_boxes_are_refused(box: tuple[str, str]) -> None:
    with pytest.raises(EvidenceRejected, match="enclosures"):
        claimed(boxes(box), [NEAR], 1)


def test_the_ends_of_a_box_may_be_those_of_what_it_lies_in() -> None:
    one = enclosure((1.0, 1.0), (1.0, 1.0))
    assert len(claimed(boxes(("1", "1")), [one], 1)) == 1
    assert len(claimed(boxes(("1", "1099511627777/1099511627776")), [NEAR], 1)) == 1
    zero = enclosure((0.0, 0.0), (-1.0, 1.0))
    assert zero.fits(np.array([-(2.0**-60)]), np.array([2.0**-60]))
    assert not zero.fits(np.array([-(2.0**-59)]), np.array([0.0]))
    # How far an end may lie off goes by the coordinate and by the width of the enclosure.
    assert not enclosure((2.0**-20, 2.0**-20), (-1.0, 1.0)).fits(np.array([0.0]), np.array([2.0**-20]))
    assert enclosure((1.0, 1.0 + 2.0**-10), (0.0, 2.0)).fits(np.array([0.9375]), np.array([1.0625]))


def test_every_equilibrium_is_claimed_once_and_in_order() -> None:
    near, far = ("1", "67108865/67108864"), ("3", "100663297/33554432")
    for wrong in ((near,), (far,), (far, near), (near, far, ("8", "9")), (near, near, far), ()):
        with pytest.raises(EvidenceRejected, match="enclosures"):
            claimed(boxes(*wrong), [NEAR, FAR], 1)
    # Two enclosures of the same one are in one box, and the box has to be one in which either shows it alone.
    again = enclosure((1.0, 1.0 + 2.0**-39), (0.5, 1.5))
    crossing = enclosure((1.0, 1.0 + 2.0**-39), (1.0 - 2.0**-60, 1.0 + 2.0**-39))
    assert len(claimed(boxes(near), [NEAR, again], 1)) == 1
    assert len(claimed(boxes(near), [crossing, NEAR], 1)) == 1
    with pytest.raises(EvidenceRejected, match="not of one equilibrium"):
        claimed(boxes(near), [crossing, crossing], 1)


def test_boxes_are_apart_in_some_coordinate() -> None:
    def beside(*x: float) -> Enclosure:
        lower, upper = np.array(x), np.array(x) + 2.0**-40
        return Enclosure(lower, upper, lower - 0.25, upper + 0.25)

    one, two, more = ["1", "67108865/67108864"], ["2", "67108865/33554432"], ["67108865/67108864", "2"]
    assert len(claimed([[one, one], [one, two]], [beside(1, 1), beside(1, 2)], 2)) == 2
    with pytest.raises(EvidenceRejected, match="two of the boxes meet"):
        claimed([[one, one], [more, one]], [beside(1, 1)], 2)
    for meeting in (boxes(("2", "3"), ("1", "2")), boxes(("0", "1"), ("2", "3"), ("5/2", "4"))):
        with pytest.raises(EvidenceRejected, match="two of the boxes meet"):
            claimed(meeting, [NEAR], 1)


@pytest.mark.parametrize(
    "stated",
    [
        None,
        {},
        [None],
        [[]],
        [["1", "2"]],
        [[["1"]]],
        [[["1", "2", "3"]]],
        [[[1, 2]]],
        [[["2", "1"]]],
        [[["1/3", "1"]]],
        [[["0", "1" + "0" * 400]]],
    ],
)
def test_what_is_no_list_of_boxes_is_refused(stated: Any) -> None:
    with pytest.raises(EvidenceRejected):
        claimed(stated, [NEAR], 1)


@pytest.mark.parametrize("share", [2.0**-36, 2.0**-56])
def test_ends_are_rounded_outward_by_more_than_processors_differ(share: float) -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        middle = rng.normal(size=5) * 10.0 ** rng.integers(-8, 8)
        width = np.abs(middle) * 2.0**-50
        low, high = outward(middle - width, middle + width, share)
        assert (low <= middle - 1.4 * width).all()
        assert (middle + 1.4 * width <= high).all()
        own = Enclosure(middle - width, middle + width, middle - 1, middle + 1)
        assert own.fits(low, high)


def test_boxes_that_meet_are_of_one_equilibrium() -> None:
    pairs = [(0.0, 1.0), (2.0, 3.0), (0.5, 1.5), (3.0, 4.0)]
    hulls = merged((np.array([a]), np.array([b])) for a, b in pairs)
    assert [(float(a[0]), float(b[0])) for a, b in hulls] == [(0.0, 1.5), (2.0, 4.0)]
