"""Whether a neuron's equation holds in its segment: at kinks between steep and flat segments, and beside them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest

from hopverify.checker.ghosts import _is_critical
from hopverify.networks.segments import Segment


def parts(kinks: Sequence[int], slopes: Sequence[int]) -> tuple[Segment, ...]:
    """Return a continuous function through 0 at the first kink."""
    ends = [None, *map(Fraction, kinks), None]
    made, value = [], Fraction(0)
    for k, slope in enumerate(slopes):
        lower, upper = ends[k], ends[k + 1]
        at = Fraction(kinks[0]) if lower is None else lower
        made.append(Segment(lower, upper, Fraction(slope), value - slope * at))
        value = value if lower is None or upper is None else made[-1].value(upper)
    return tuple(made)


# Steep, steep, flat, steep, steep; the first slope is 1, and kinks at 0, 1, 2, 3.
MIXED = parts([0, 1, 2, 3], [1, 2, 0, 1, 3])


@pytest.mark.parametrize(
    ("k", "x", "critical"),
    [
        (0, "-1/2", True),
        (0, "0", False),  # a kink between two steep segments counts for the right one
        (1, "0", True),
        (1, "1/2", True),
        (1, "1", False),  # a kink beside a flat segment belongs to that, on either side
        (1, "-1", False),
        (1, "3", False),
        (3, "2", False),
        (3, "5/2", True),
        (3, "3", False),
        (4, "3", True),
        (4, "2", False),
        (4, "7", True),
    ],
)
def test_the_equation_of_a_steep_segment_holds_inside_it_and_at_a_kink_with_a_steep_one_on_its_left(
    k: int, x: str, critical: bool
) -> None:
    for settled in (False, True):
        assert _is_critical(MIXED, k, Fraction(x), settled) is critical


@pytest.mark.parametrize(("x", "holds"), [("1/2", False), ("1", True), ("3/2", True), ("2", True), ("5/2", False)])
def test_on_a_flat_segment_only_a_settled_neuron_has_an_equation(x: str, holds: bool) -> None:
    assert _is_critical(MIXED, 2, Fraction(x), False)
    assert _is_critical(MIXED, 2, Fraction(x), True) is holds


def test_the_first_segment_has_no_kink_on_its_left() -> None:
    """Not even where a function is given from 0 on only: the last segment is no neighbour of the first."""
    own = MIXED[1:2] + MIXED[3:]
    assert own[0].lower == 0
    assert not _is_critical(own, 0, Fraction(0), False)
    assert _is_critical(own, 0, Fraction(1, 2), False)
