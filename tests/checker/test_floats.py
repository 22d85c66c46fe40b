"""Roundings: what a processor that rounds otherwise is refused for, and bounds that are exactly as wide as they say."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flint import arb

from hopverify.checker import floats
from hopverify.checker.floats import (
    ROOM,
    UNIT,
    assert_rounding,
    exp_upper,
    raised,
    room,
    roomy,
    roundoff,
    upward,
)
from hopverify.errors import HopverifyError
from hopverify.expr.balls import precision

Fault = Callable[[np.ufunc, list[Any], Any], Any]


class Numbers(np.ndarray):
    """Numbers whose operations go wrong in the way of ``fault``."""

    fault: Fault

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keys: Any) -> Any:
        plain = [np.asarray(value) for value in inputs]
        result = getattr(ufunc, method)(*plain, **keys)
        if result.dtype != np.float64:
            return result
        return np.asarray(type(self).fault(ufunc, plain, result)).view(Numbers)


def directed(towards: float, only: float = 0.0) -> Fault:
    """Round sums to one side; ``only`` those of that sign, if it is given."""

    def fault(ufunc: np.ufunc, inputs: list[Any], result: Any) -> Any:
        if ufunc not in (np.add, np.subtract):
            return result
        exact = ufunc(*(value.astype(np.longdouble) for value in inputs))
        wrong = (result < exact) if towards > 0 else (result > exact)
        return np.where(wrong & (only * result >= 0), np.nextafter(result, towards), result)

    return fault


def flushing(*which: np.ufunc) -> Fault:
    """Flush subnormal results of some operations to zero."""

    def fault(ufunc: np.ufunc, inputs: list[Any], result: Any) -> Any:
        return np.where((np.abs(result) < 2.0**-1022) & (ufunc in which), 0.0, result)

    return fault


FAULTS = {
    "upward": directed(np.inf, 1.0),
    "downward": directed(-np.inf, 1.0),
    "downward where negative": directed(-np.inf, -1.0),
    "products flushed": flushing(np.multiply),
    "sums flushed": flushing(np.add),
    "quotients flushed": flushing(np.divide),
}


def having(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    monkeypatch.setattr(Numbers, "fault", staticmethod(fault), raising=False)
    made = {
        "ones": lambda *shape: np.ones(*shape).view(Numbers),
        "full": lambda *shape: np.full(*shape).view(Numbers),
    }
    monkeypatch.setattr(floats, "np", SimpleNamespace(**made))


def test_a_processor_without_faults_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    having(monkeypatch, lambda ufunc, inputs, result: result)
    assert_rounding()


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_of_a_processor_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    having(monkeypatch, FAULTS[name])
    with pytest.raises(HopverifyError, match="does not round to nearest"):
        assert_rounding()


@pytest.mark.parametrize("operations", [0, 1, 2, 3, 8, 100, 2**20])
def test_a_bound_covers_its_roundings_and_hardly_more(operations: int) -> None:
    """What was rounded so many times is at least (1 - u)^k of the exact number; the product here rounds once more."""
    u, k = Fraction(1, 2**53), operations
    for value in (1.0, 1.9999999, 3.0, 2.0**-1000):
        bound = Fraction(upward(value, k))
        assert bound * (1 - u) ** min(k, 100) >= Fraction(value) * (1 + (k if k > 100 else 0) * u)
        assert Fraction(value) * (1 + (2 * k + 2) * u) <= bound <= Fraction(value) * (1 + (2 * k + 6) * u)
    assert upward(1.0, k) == 1.0 + (2 * k + 4) * UNIT


def test_exponentials_at_the_ends_of_their_range() -> None:
    points = [-700.0, -699.9, 0.0, 699.9, 700.0]
    bounds = exp_upper(np.array(points)).tolist()
    with precision(200):
        for point, bound in zip(points, bounds, strict=True):
            exact = arb(point).exp()
            assert exact < arb(bound) < exact * (1 + arb(2) ** -43)
    beyond = exp_upper(np.array([np.nextafter(700.0, 800.0), 1e9, -701.0, -1e300]))
    assert beyond.tolist() == [np.inf, np.inf, bounds[0], bounds[0]]


def test_exponentials_keep_their_margin_where_the_reduction_loses_most() -> None:
    """Halfway between two multiples of log 2 the polynomial and its roundings are worst."""
    points = (np.arange(-990, 990) + 0.5) * np.log(2)
    points = np.concatenate([np.nextafter(points, step) for step in (-np.inf, np.inf)])
    points = points[np.abs(points) < 700]
    with precision(200):
        for point, bound in zip(points.tolist(), exp_upper(points).tolist(), strict=True):
            exact = arb(point).exp()
            assert exact * (1 + arb(2) ** -46) < arb(bound) < exact * (1 + arb(2) ** -44)


def test_room_counts_errors_several_times_and_ends() -> None:
    assert (roomy(), roundoff(), upward(1.0, 8)) == (1, UNIT, raised(1.0, 8))
    with suppress(ArithmeticError), room():
        assert (roomy(), roundoff()) == (ROOM, ROOM * UNIT)
        assert upward(1.0, 8) - 1 >= 3.5 * (raised(1.0, 8) - 1)
        with room():
            assert roomy() == ROOM
        raise ArithmeticError
    assert roomy() == 1
