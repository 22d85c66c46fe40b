from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.spec.bounds import MAX_EXPONENT, MAX_LITERAL
from hopverify.spec.document import plain_scalar
from hopverify.spec.numbers import exact_number, shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", Fraction(0)),
        ("-0", Fraction(0)),
        ("+3", Fraction(3)),
        ("0.1", Fraction(1, 10)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("1e5", Fraction(100_000)),
        ("-1.5E-2", Fraction(-3, 200)),
        ("1/3", Fraction(1, 3)),
        ("-2/6", Fraction(-1, 3)),
        ("1e400", Fraction(10**400)),
    ],
)
def test_a_literal_is_the_rational_that_it_spells(text: str, value: Fraction) -> None:
    assert exact_number(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nan", "NaN is not a number a model can hold"),
        (".NaN", "NaN is not a number a model can hold"),
        ("-.inf", "infinity is not a number a model can hold"),
        ("Infinity", "infinity is not a number a model can hold"),
        ("0x10", "must be a decimal number, got '0x10': hexadecimal, octal and binary notations are not read"),
        ("0o17", "must be a decimal number, got '0o17': hexadecimal, octal and binary notations are not read"),
        ("010", "must be a decimal number, got '010': leading zeros, which may mean octal, are not read"),
        ("1_000", "must be a decimal number, got '1_000': write it without underscores"),
        ("1/0", "the ratio 1/0 divides by zero"),
        ("1e401", "the exponent of '1e401' is 401; the limit is 400"),
        ("1e-999999999", "the exponent of '1e-999999999' is -999999999; the limit is 400"),
        ("9**9**9", "must be a number, got '9**9**9'"),
        ("٣", "must be a number, got '٣'"),
        ("", "must be a number, got ''"),
        ("no", "must be a number, got 'no'"),
    ],
)
def test_any_other_notation_is_refused_with_its_own_message(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        exact_number(text)
    assert str(caught.value) == message


def test_the_length_of_a_literal_is_bounded() -> None:
    assert exact_number("1" * MAX_LITERAL) > 0
    with pytest.raises(ValueError, match="the number has 401 characters; the limit is 400"):
        exact_number("1" * (MAX_LITERAL + 1))


@given(st.integers(-(10**50), 10**50), st.integers(-MAX_EXPONENT, MAX_EXPONENT))
def test_scientific_notation_round_trips(mantissa: int, exponent: int) -> None:
    assert exact_number(f"{mantissa}e{exponent}") == mantissa * Fraction(10) ** exponent


@given(st.fractions())
def test_a_ratio_round_trips(value: Fraction) -> None:
    assert exact_number(f"{value.numerator}/{value.denominator}") == value


@given(st.fractions(max_denominator=10**30))
def test_a_shown_number_reads_as_the_same_number(value: Fraction) -> None:
    assert exact_number(shown(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_decimal_text_of_a_double_is_read_without_rounding(value: float) -> None:
    from decimal import Decimal

    assert exact_number(repr(value)) == Fraction(Decimal(repr(value)))


@pytest.mark.parametrize("text", ["no", "yes", "on", "off", "True", "FALSE", "y", "2024-01-01", "1:30", "0x10", ".nan"])
def test_what_yaml_1_1_would_convert_stays_text(text: str) -> None:
    assert plain_scalar(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(-1, 8), "-0.125"),
        (Fraction(2, 3), "2/3"),
        (True, "true"),
        (None, "nothing"),
        ([], "a list"),
        ({}, "a mapping"),
        ("\x1b[31m", r"'\x1b[31m'"),
        ("a" * 300, "a" * 60 + "… (300 characters)"),
    ],
)
def test_values_are_shown_short_printable_and_in_the_notation_of_specs(value: object, text: str) -> None:
    assert shown(value) == text
