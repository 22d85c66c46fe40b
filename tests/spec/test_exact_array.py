from __future__ import annotations

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hopverify.spec import ExactArray

TENTH = Fraction(1, 10)


def test_a_tenth_stays_a_tenth() -> None:
    array = ExactArray.of([[TENTH, 1]])
    assert not array.is_dyadic
    assert array.fractions().tolist() == [[TENTH, Fraction(1)]]
    assert array.floats().tolist() == [[0.1, 1.0]]


def test_a_float32_is_the_dyadic_rational_that_it_holds() -> None:
    array = ExactArray.of(np.array([0.1], dtype=np.float32))
    assert array.is_dyadic
    assert array.fractions()[0] == Fraction(13421773, 2**27)


def test_equal_numbers_have_equal_digests_wherever_they_come_from() -> None:
    arrays = [
        ExactArray.of([Fraction(1, 2), Fraction(-2)]),
        ExactArray.of(np.array([0.5, -2.0], dtype=np.float16)),
        ExactArray.of(np.array([0.5, -2.0], dtype=">f8")),
    ]
    assert len({array.digest for array in arrays}) == len(set(arrays)) == 1


@pytest.mark.parametrize(
    "other",
    [[1, 2, 3, 4], [[1, 2], [3, 4], [5, 6]], [[1, 3], [2, 4]], [[1, 2], [3, Fraction(41, 10)]], [[1, 2], [3, -4]]],
)
def test_other_numbers_or_shapes_have_other_digests(other: object) -> None:
    assert ExactArray.of([[1, 2], [3, 4]]) != ExactArray.of(other)


def test_negative_zero_is_zero() -> None:
    assert ExactArray.of(np.array([-0.0])) == ExactArray.of([0])


def test_integers_beyond_doubles_become_fractions() -> None:
    assert not ExactArray.of(np.array([2**53 + 1])).is_dyadic
    assert ExactArray.of(np.array([2**53 + 1])).fractions()[0] == 2**53 + 1
    assert ExactArray.of(np.array([2**60])).is_dyadic
    assert ExactArray.of(np.array([2**64 - 1], dtype=np.uint64)).fractions()[0] == 2**64 - 1


@pytest.mark.parametrize("value", [Fraction(10) ** 400, Fraction(1, 10**400), Fraction(1, 2**1080), Fraction(2**1024)])
def test_numbers_beyond_the_range_of_doubles_are_kept(value: Fraction) -> None:
    array = ExactArray.of([value, -value])
    assert not array.is_dyadic
    assert array.fractions().tolist() == [value, -value]
    assert array.floats()[0] == -array.floats()[1] >= 0


def test_an_array_cannot_be_changed_nor_reached_through_its_source() -> None:
    source = np.array([1.0, 2.0])
    array = ExactArray.of(source)
    source[0] = 7
    assert array.values[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        array.values[0] = 7


def test_transposing_twice_changes_nothing() -> None:
    array = ExactArray.of([[1, 2], [3, TENTH]])
    assert array.transpose().fractions()[1, 0] == 2
    assert array.transpose() != array
    assert array.transpose().transpose() == array


@pytest.mark.parametrize("number", [Fraction(0), TENTH])
def test_a_full_array_takes_no_memory_and_equals_the_written_one(number: Fraction) -> None:
    assert ExactArray.full(3, number) == ExactArray.of([number] * 3)
    assert ExactArray.full(10**9, number).shape == (10**9,)


@pytest.mark.parametrize("values", [np.array([np.nan]), np.array([np.inf])])
def test_only_finite_numbers_are_held(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite"):
        ExactArray.of(values)


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match=r"use ExactArray\.of"):
        ExactArray(np.array([1, 2]))


def test_arrays_survive_pickling() -> None:
    array = ExactArray.of([TENTH])
    assert pickle.loads(pickle.dumps(array)) == array


@given(hnp.arrays(np.float64, hnp.array_shapes(), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_doubles_and_fractions_of_the_same_numbers_are_the_same_array(values: np.ndarray) -> None:
    array = ExactArray.of(values)
    again = ExactArray.of(array.fractions())
    assert again.is_dyadic
    assert again == array
    assert (again.floats() == values).all()
