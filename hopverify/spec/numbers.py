"""Exact numbers from decimal text.

A literal is the rational that it spells: ``0.1`` is 1/10 and not the double nearest to it. Read are decimals
(``-3``, ``.5``, ``1e5``) and ratios of integers (``1/3``). Other notations (``0x10``, ``010``, ``1_000``) mean
different things to different readers, so they are refused with a message and never guessed.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from hopverify.spec.bounds import MAX_EXPONENT, MAX_LITERAL

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE](?P<exponent>[+-]?[0-9]+))?")
_RATIO = re.compile(r"[+-]?[0-9]+/[0-9]+")
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
_NAN = re.compile(r"[+-]?\.?nan", re.IGNORECASE)
_INFINITY = re.compile(r"[+-]?\.?inf(?:inity)?", re.IGNORECASE)
_OTHER_BASE = re.compile(r"[+-]?0[xob][0-9a-f_]+", re.IGNORECASE)
_UNDERSCORE = re.compile(r"[+-]?[0-9][0-9_.]*_[0-9_.]*(?:e[+-]?[0-9_]+)?", re.IGNORECASE)

NOT_A_NUMBER = "NaN is not a number a model can hold"
NOT_FINITE = "infinity is not a number a model can hold"


def exact_number(text: str) -> Fraction:
    """Return the rational that ``text`` spells; :class:`ValueError` says what is wrong with it.

    >>> exact_number("0.1"), exact_number("-2e3"), exact_number("1/3")
    (Fraction(1, 10), Fraction(-2000, 1), Fraction(1, 3))
    >>> exact_number("0x10")
    Traceback (most recent call last):
        ...
    ValueError: must be a decimal number, got '0x10': hexadecimal, octal and binary notations are not read
    """
    decimal = _DECIMAL.fullmatch(text)
    if not decimal and not _RATIO.fullmatch(text):
        raise ValueError(_refusal(text))
    if len(text) > MAX_LITERAL:
        raise ValueError(f"the number has {len(text)} characters; the limit is {MAX_LITERAL}")
    if _LEADING_ZERO.match(text):
        raise ValueError(f"must be a decimal number, got {text!r}: leading zeros, which may mean octal, are not read")
    if decimal and abs(int(decimal["exponent"] or 0)) > MAX_EXPONENT:
        raise ValueError(f"the exponent of {shown(text)} is {decimal['exponent']}; the limit is {MAX_EXPONENT}")
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise ValueError(f"the ratio {text} divides by zero") from None


def number(value: Any) -> Fraction:
    """Return the number that a value of the neutral tree stands for; :class:`ValueError` says why it stands for none.

    Quoted text counts, so that ``"1/3"`` can be written in JSON and TOML.

    >>> number(True)
    Traceback (most recent call last):
        ...
    ValueError: must be a number, got true
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str):
        return exact_number(value)
    raise ValueError(f"must be a number, got {shown(value)}")


def integer(value: Any) -> int:
    """Return the whole number that a value of the neutral tree stands for, or raise :class:`ValueError`.

    >>> integer(Fraction(5, 2))
    Traceback (most recent call last):
        ...
    ValueError: must be a whole number, got 2.5
    """
    exact = number(value)
    if exact.denominator != 1:
        raise ValueError(f"must be a whole number, got {shown(exact)}")
    return exact.numerator


def shown(value: Any) -> str:
    """Return a value as an error message shows it: short, printable, and in the notation of a spec.

    >>> shown(Fraction(1, 2)), shown(Fraction(1, 3)), shown("relu"), shown(None), shown([1])
    ('0.5', '1/3', "'relu'", 'nothing', 'a list')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction | int):
        return _shortened(_decimal_text(Fraction(value)))
    if isinstance(value, str):
        return _shortened(value if len(value) > 200 else repr(value)) if value.isprintable() else repr(value[:60])
    return {type(None): "nothing", list: "a list", dict: "a mapping"}.get(type(value), type(value).__name__)


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"


def _decimal_text(value: Fraction) -> str:
    """Return a terminating decimal of at most 12 places, or else the ratio."""
    for places in range(13):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            sign = "-" if value < 0 else ""
            return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
    return str(value)


def _refusal(text: str) -> str:
    if _NAN.fullmatch(text):
        return NOT_A_NUMBER
    if _INFINITY.fullmatch(text):
        return NOT_FINITE
    if _OTHER_BASE.fullmatch(text):
        return f"must be a decimal number, got {shown(text)}: hexadecimal, octal and binary notations are not read"
    if _UNDERSCORE.fullmatch(text):
        return f"must be a decimal number, got {shown(text)}: write it without underscores"
    return f"must be a number, got {shown(text)}"
