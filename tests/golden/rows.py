"""What a certificate says, in rows that a person reads as a diff and that the last bits of a double do not change.

A row is a claim with its verdict, or, indented, what one of its obligations tells. A number is told with four digits;
many numbers as how many they are with the smallest and the largest; a list of records column by column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

FEW = 4
TINY = 1e-9
TOLERANCE = 4e-3
CHANCE = {
    "boxes",
    "direction",
    "ray",
    "undecided",
    "undecided_boxes",
    "velocity",
}
"""What a search happened to find or to need: another witness is as good, and the last bit of a double decides which."""

_DECIMAL = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_BALL = re.compile(rf"\[({_DECIMAL}) \+/- {_DECIMAL}\]")
_NUMBER = re.compile(rf"-?\d+/\d+|{_DECIMAL}")
_TOLD = re.compile(rf"(?<![\w\[]){_DECIMAL}(?![\w\]])")


def rows_of(certificate: Mapping[str, Any]) -> list[str]:
    """Return the rows of the claims of a certificate (parsed JSON), in their order."""
    return [row for entry in certificate["results"] for row in _rows(entry)]


def _rows(entry: Mapping[str, Any]) -> Iterator[str]:
    reason = (entry.get("reason") or {}).get("code")
    expected = "" if entry["expected"] in (entry["verdict"], "any", "pass") else f", expected {entry['expected']}"
    why = f" ({reason})" if reason and entry["verdict"] != "not-applicable" else ""
    yield f"{entry['check']} [{entry['subject']}]: {entry['verdict']}{why}{expected}"
    for obligation in entry["obligations"]:
        data = {key: value for key, value in sorted(obligation.get("data", {}).items()) if key not in CHANCE}
        plain = {key: value for key, value in data.items() if not isinstance(value, Mapping | list)}
        for part in (plain, *({key: value} for key, value in data.items() if key not in plain)):
            if part:
                yield "    " + "; ".join(_told("", part))


def _told(name: str, value: Any) -> Iterator[str]:
    """Yield ``name: value`` for a value, and for each part of one that has parts with names."""
    if isinstance(value, Mapping):
        for key in sorted(value.keys() - CHANCE):
            yield from _told(f"{name}.{key}" if name else key, value[key])
    elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
        records = [part for part in value if isinstance(part, Mapping)]
        yield f"{name}: {len(value)}"
        for key in sorted({key for record in records for key in record} - CHANCE):
            columns = [record[key] for record in records if key in record]
            nested = all(isinstance(column, Mapping) for column in columns)
            yield from _told(f".{key}", columns if nested else sorted(_leaves(columns), key=_place))
    elif isinstance(value, list):
        yield f"{name}: {_many(list(_leaves(value)))}"
    else:
        yield f"{name}: {_short(str(value))}"


def _place(leaf: str) -> tuple[float, str]:
    """Return what leaves of several records are sorted by: the order of records may hang on a last bit."""
    return _value(leaf) or 0.0, leaf


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, list):
        for part in value:
            yield from _leaves(part)
    else:
        yield str(value)


def _many(leaves: Sequence[str]) -> str:
    numbers = [number for leaf in leaves if (number := _value(leaf)) is not None]
    if len(numbers) == len(leaves) > FEW:
        return f"{len(numbers)} from {_digits(min(numbers))} to {_digits(max(numbers))}"
    words = Counter(_short(leaf) for leaf in leaves)
    if len(numbers) == len(leaves) or len(words) == len(leaves) <= FEW:
        return ", ".join(_short(leaf) for leaf in leaves)
    if len(words) > 2 * FEW:
        return f"{len(leaves)} of {len(words)} kinds"
    return ", ".join(f"{count} × {word}" for word, count in sorted(words.items()))


def _value(text: str) -> float | None:
    """Return a number that is written as one: a fraction, a decimal, a ball, about (≈) a decimal, or infinity."""
    text = _BALL.sub(r"\1", text.strip()).removeprefix("≈")
    if text in ("∞", "+∞", "-∞"):
        return float(text.replace("∞", "inf"))
    return float(Fraction(text)) if _NUMBER.fullmatch(text) else None


def _short(text: str) -> str:
    """Return a text with each number in it that is not a plain whole one in four digits."""
    if (value := _value(text)) is not None:
        return _digits(value)
    text = _BALL.sub(r"\1", text)
    return _NUMBER.sub(lambda found: found[0] if found[0].isdigit() else _digits(float(Fraction(found[0]))), text)


def _digits(value: float) -> str:
    if abs(value) < 1e15 and value.is_integer():
        return str(int(value))
    return "≈0" if abs(value) < TINY else f"{value:.4g}"


def agree(one: str, other: str) -> bool:
    """Return whether two rows say the same: their words alike, their decimals within ``TOLERANCE`` of each other."""
    if _TOLD.sub("#", one) != _TOLD.sub("#", other):
        return False
    return all(_near(a, b) for a, b in zip(_TOLD.findall(one), _TOLD.findall(other), strict=True))


def _near(one: str, other: str) -> bool:
    if one == other:
        return True
    if one.lstrip("-").isdigit() and other.lstrip("-").isdigit():
        return False
    a, b = float(one), float(other)
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))
