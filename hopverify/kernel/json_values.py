"""Reading JSON strictly: repeated keys, unknown keys and numbers that are not whole are refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hopverify.kernel.numbers import Rejected, need, rational, shown


def canonical(document: Any) -> str:
    """Return the one text of a JSON value: sorted keys, no spaces, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def parse(text: str) -> Any:
    """Return the JSON value of a text; refuse repeated keys and numbers that are not whole."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        need(len(found) == len(pairs), "core", f"a key stands twice among {shown([key for key, _ in pairs])}")
        return found

    def refused(number: str) -> Any:
        raise Rejected(f"core: numbers are texts of rationals, got {shown(number)}")

    try:
        return json.loads(text, object_pairs_hook=unique, parse_float=refused, parse_constant=refused)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"core: not JSON: {error}") from error


def keys(document: Any, where: str, *required: str, optional: Sequence[str] = ()) -> None:
    """Refuse an object that lacks a key, or has others."""
    need(isinstance(document, dict), where, f"expected an object, got {shown(document)}")
    for key in required:
        need(key in document, where, f"the key {key!r} is missing")
    extra = set(document) - {*required, *optional}
    need(not extra, where, f"unknown keys {shown(sorted(extra))}")


def name(value: Any, where: str) -> str:
    """Return a name: a text with at least one character."""
    need(isinstance(value, str) and value != "", where, f"expected a name, got {shown(value)}")
    return str(value)


def whole(value: Any, where: str) -> int:
    """Return a whole number from 1 to what a double holds exactly."""
    need(type(value) is int and 1 <= value < 2**53, where, f"expected a whole number ≥ 1, got {shown(value)}")
    return int(value)


def natural(value: Any, where: str) -> int:
    """Return a whole number from 0 to what a double holds exactly."""
    need(type(value) is int and 0 <= value < 2**53, where, f"expected a whole number ≥ 0, got {shown(value)}")
    return int(value)


def boolean(value: Any, where: str) -> bool:
    """Return true or false."""
    need(type(value) is bool, where, f"expected true or false, got {shown(value)}")
    return bool(value)


def listed(value: Any, where: str) -> list[Any]:
    """Return a list."""
    need(isinstance(value, list), where, f"expected a list, got {shown(value)}")
    return list(value)


def rationals(value: Any, length: int, where: str) -> list[Fraction]:
    """Return a list of so many rationals."""
    found = listed(value, where)
    need(len(found) == length, where, f"expected {length} numbers, got {len(found)}")
    return [rational(each, where) for each in found]
