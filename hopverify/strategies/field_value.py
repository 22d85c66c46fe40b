"""Values of declared fields: numbers, words and vectors from the ranges that :class:`~hopverify.spec.Field` states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from hopverify.spec import Field, FieldKind
from hopverify.strategies.number import short_numbers
from hopverify.strategies.spelling import spelled

#: How far numbers reach where the field sets no end.
REACH = 4
#: Kinds whose values depend on what stands around the field; they are drawn by whoever knows that.
STRUCTURAL = frozenset({FieldKind.ARRAY, FieldKind.TEXT})


def field_values(field: Field, *, size: int | None = None, dyadic: bool = False) -> st.SearchStrategy[Any]:
    """Return values of one field as a spec writes them; vectors (kind ``numbers``) have ``size`` entries or one."""
    if field.kind is FieldKind.BOOLEAN:
        return st.booleans()
    if field.kind is FieldKind.CHOICE:
        return st.sampled_from(field.choices)
    numbers = _numbers(field, dyadic).map(spelled)
    if field.kind is FieldKind.NUMBERS and size is not None:
        return numbers | st.lists(numbers, min_size=size, max_size=size)
    return numbers


def _numbers(field: Field, dyadic: bool) -> st.SearchStrategy[Fraction]:
    low, high = _range(field)
    if field.kind is FieldKind.INTEGER:
        first = int(low) + (field.strict and field.minimum is not None)
        last = int(high) - (field.strict and field.maximum is not None)
        # Powers and the like: what a few steps do not show, many do not show either.
        return st.integers(first, min(last, first + REACH - 1)).map(Fraction)
    # Only an end that the field states may be excluded: the others are this file's own.
    return short_numbers(low, high, dyadic=dyadic, strict=field.strict)


def _range(field: Field) -> tuple[Fraction, Fraction]:
    low, high = field.minimum, field.maximum
    if low is None:
        low = Fraction(-REACH) if high is None else min(Fraction(-REACH), high - REACH)
    return low, min(low + 2 * REACH, high) if high is not None else low + 2 * REACH


@st.composite
def assignments(
    draw: st.DrawFn, fields: Sequence[Field], *, size: int | None = None, dyadic: bool = False
) -> Mapping[str, Any]:
    """Return values of the fields that need nothing else; optional ones are mostly left out, and shrink to that."""
    values: dict[str, Any] = {}
    for field in fields:
        if field.kind not in STRUCTURAL and (field.required or draw(st.integers(0, 2)) == 2):
            values[field.name] = draw(field_values(field, size=size, dyadic=dyadic))
    return values
