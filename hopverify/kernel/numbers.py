"""Exact numbers as text, and the one way to refuse.

A rational is written in lowest terms: ``"-3"``, ``"1/2"``. Every number has one text, so that a digest of the text is a
digest of the number.

>>> rational("-3/4", "here")
Fraction(-3, 4)
>>> rational("2/4", "here")
Traceback (most recent call last):
    ...
hopverify.kernel.numbers.Rejected: here: expected a rational in lowest terms as text, such as "-3/4", got '2/4'
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

_RATIONAL = re.compile(r"(0|-?[1-9][0-9]*)(/[1-9][0-9]*)?", re.ASCII)

MAX_CHARACTERS = 4000
"""Python reads whole numbers of up to 4,300 digits."""

SHOWN = 60


class Rejected(Exception):
    """What was read is not what it has to be; the text says where and why."""


def need(holds: bool, where: str, why: str) -> None:
    """Raise :class:`Rejected` unless something holds."""
    if not holds:
        raise Rejected(f"{where}: {why}")


@contextmanager
def refusing(where: str) -> Iterator[None]:
    """Refuse what arithmetic has no answer to, and what is nested too deep to be read."""
    try:
        yield
    except (ArithmeticError, RecursionError) as error:
        raise Rejected(f"{where}: {str(error) or type(error).__name__}") from error


def refuse_reserved(name: Any, reserved: Collection[str], where: str) -> None:
    """Refuse a name that later versions of the format will read."""
    need(not isinstance(name, str) or name not in reserved, where, f"{name!r} is reserved for a later version")


def shown(value: Any) -> str:
    """Return a value as a message shows it."""
    try:
        text = repr(value)
    except RecursionError:
        text = "something nested too deep"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def rational(text: Any, where: str) -> Fraction:
    """Return the number that a text stands for."""
    why = f'expected a rational in lowest terms as text, such as "-3/4", got {shown(text)}'
    need(isinstance(text, str) and len(text) <= MAX_CHARACTERS and _RATIONAL.fullmatch(text) is not None, where, why)
    value = Fraction(text)
    need(str(value) == text, where, why)
    return value


def rational_or_none(text: Any, where: str) -> Fraction | None:
    """Return the same, or None for null."""
    return None if text is None else rational(text, where)
