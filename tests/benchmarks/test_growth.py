"""The exponent that is printed is that of the law behind the times, with the range it was fitted on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.benchmarks.growth import fit, growth
from tests.benchmarks.small import OTHER, OWN, point, result

SIZES = st.lists(st.integers(1, 10**6), min_size=3, max_size=8, unique=True)


@given(SIZES, st.floats(-1, 5), st.floats(1e-6, 1e3))
def test_a_power_law_is_found_again(sizes: list[int], exponent: float, factor: float) -> None:
    line = fit([(size, factor * size**exponent) for size in sizes])
    assert line is not None
    assert line.exponent == pytest.approx(exponent, abs=1e-4 if max(sizes) > 2 * min(sizes) else 1)
    assert (line.smallest, line.largest, line.sizes) == (min(sizes), max(sizes), len(sizes))
    assert line.deviation == pytest.approx(1, abs=1e-6)
    assert line.at(sizes[0]) == pytest.approx(factor * sizes[0] ** exponent, rel=1e-6)


def test_two_points_are_no_growth() -> None:
    assert fit([(1, 1.0), (2, 2.0)]) is None
    assert fit([(1, 1.0), (2, 2.0), (4, 4.0)]) is not None


def test_the_deviation_is_the_factor_of_the_worst_point() -> None:
    line = fit([(1, 1.0), (10, 4.0), (100, 1.0)])
    assert line is not None
    assert line.exponent == pytest.approx(0)
    assert line.deviation == pytest.approx(4 ** (2 / 3))
    assert "within a factor of 2.5" in line.sentence("K")


def test_sizes_too_small_to_count_are_left_out_unless_too_few_remain() -> None:
    times = [(1, 9.0), (2, 9.0), (10, 1.0), (100, 10.0), (1000, 100.0)]
    points = [point(size, ours=seconds) for size, seconds in times]
    line, every = (growth(result(*points, fitted_from=start), OWN) for start in (10, 100))
    assert line is not None
    assert every is not None
    assert (line.smallest, line.sizes, line.exponent) == (10, 3, pytest.approx(1))
    assert (every.smallest, every.sizes) == (1, 5)


def test_a_time_at_which_a_way_was_stopped_is_no_time() -> None:
    points = [point(10, ours=1.0, theirs=1.0), point(100, ours=10.0, theirs=1.0), point(1000, ours=100.0, theirs=-1.0)]
    assert growth(result(*points), OWN) is not None
    assert growth(result(*points), OTHER) is None
