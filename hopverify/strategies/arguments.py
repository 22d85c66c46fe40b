"""Arguments of strategies: what does not fit is an InvalidArgument that shows the value, in the way of Hypothesis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from hypothesis.errors import InvalidArgument
from hypothesis.strategies import SearchStrategy

from hopverify.registry import did_you_mean
from hopverify.spec.numbers import exact_number


def check_whole(name: str, value: Any, *, least: int = 0) -> None:
    """Raise unless the value is a whole number of at least ``least``."""
    if type(value) is not int:
        raise InvalidArgument(f"Expected int but got {name}={value!r} (type={type(value).__name__})")
    if value < least:
        raise InvalidArgument(f"Invalid {name}={value!r}: must be at least {least}")


def check_sizes(low_name: str, low: Any, high_name: str, high: Any, *, least: int = 1) -> None:
    """Raise unless both are whole numbers and the first is not above the second."""
    check_whole(low_name, low, least=least)
    check_whole(high_name, high, least=least)
    check_interval(low_name, low, high_name, high)


def check_interval(low_name: str, low: Any, high_name: str, high: Any, *, shown: tuple[Any, Any] | None = None) -> None:
    """Raise where the upper end lies below the lower one; the ends are shown as they were given."""
    if high < low:
        given_low, given_high = shown if shown is not None else (low, high)
        raise InvalidArgument(f"Cannot have {high_name}={given_high!r} < {low_name}={given_low!r}")


def check_flag(name: str, value: Any, *, optional: bool = False) -> None:
    """Raise unless the value is a truth value, or None where that is allowed."""
    if not isinstance(value, bool) and not (optional and value is None):
        wanted = "bool or None" if optional else "bool"
        raise InvalidArgument(f"Expected {wanted} but got {name}={value!r} (type={type(value).__name__})")


def check_instance(name: str, value: Any, kind: type) -> None:
    """Raise unless the value is an instance of the class."""
    if not isinstance(value, kind):
        raise InvalidArgument(f"Expected {kind.__name__} but got {name}={value!r} (type={type(value).__name__})")


def check_strategy(name: str, value: Any) -> None:
    """Raise unless the value is a strategy."""
    check_instance(name, value, SearchStrategy)


def exact(name: str, value: Any) -> Fraction:
    """Return the number that an argument is: an int, a Fraction, text as in a spec, or the rational a float holds."""
    try:
        if isinstance(value, str):
            return exact_number(value)
        if isinstance(value, int | float | Fraction) and not isinstance(value, bool):
            return Fraction(value)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(f"Invalid {name}={value!r}: {error}") from None
    raise InvalidArgument(f"Expected a number but got {name}={value!r} (type={type(value).__name__})")


def names_among(name: str, value: Any, known: Sequence[str], *, noun: str) -> list[str]:
    """Return the names asked for, in the order of ``known``; all of them for None."""
    if value is None:
        return list(known)
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidArgument(f"Expected a collection of names but got {name}={value!r}")
    asked = list(value)
    for entry in asked:
        if entry not in known:
            raise InvalidArgument(f"Invalid {name}={value!r}: no {noun} is called {entry!r}{_near(entry, known)}")
    if not asked:
        raise InvalidArgument(f"Invalid {name}={value!r}: give at least one name, or None for all of them")
    return [entry for entry in known if entry in asked]


def _near(entry: Any, known: Sequence[str]) -> str:
    return did_you_mean(entry, list(known)) if isinstance(entry, str) else ""
