"""TOML to the neutral tree.

The standard library's parser gives no positions, so a small scan over the lines finds where tables and keys
stand; what it does not find (a key within an inline table, an element of an array) is pointed at through its nearest
ancestor.
"""

from __future__ import annotations

import re
import tomllib
from fractions import Fraction
from typing import Any

from hopverify.errors import Problem, SpecError
from hopverify.spec.bounds import MAX_LITERAL, MAX_NESTING
from hopverify.spec.document import Node, Place, Scalar, child, plain_scalar
from hopverify.spec.numbers import shown
from hopverify.spec.syntax import toml_error
from hopverify.spec.text_bounds import TOO_DEEP, Budget

_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_KEY = rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+"
_HEADER = re.compile(rf"[ \t]*(?P<open>\[\[?)[ \t]*(?P<key>{_KEY})[ \t]*\]")
_ENTRY = re.compile(rf"[ \t]*(?P<key>{_KEY})[ \t]*=[ \t]*(?P<value>.)")
_SYNTAX_PLACE = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)$")
# The standard parser's time is quadratic in the parts of a dotted key.
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_\\-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MAX_NESTING},}}")


def read_toml(text: str, file: str) -> Node:
    """Return the tree of the TOML text."""
    _check_depth(text, file)
    try:
        value = tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(text, file, str(error)) from None
    except RecursionError:
        raise SpecError(Problem(file, 1, 1, "", TOO_DEEP)) from None
    except ValueError:
        # Python itself refuses to read integers of more than some thousand digits.
        message = f"a number has more than {MAX_LITERAL} digits; the limit is {MAX_LITERAL}"
        raise SpecError(Problem(file, 1, 1, "", message)) from None
    return _Tree(file, _located(text)).node(value, (), (1, 1), 0)


def _syntax_error(text: str, file: str, message: str) -> SpecError:
    found = _SYNTAX_PLACE.search(message)
    place = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 1)
    details = re.sub(r"\s*\(at [^)]*\)$", "", message)
    return SpecError(Problem(file, *place, "", toml_error(details)))


def _check_depth(text: str, file: str) -> None:
    """Refuse dotted keys with too many parts; brackets are bounded by the parser's own recursion."""
    long_key = _LONG_KEY.search(text)
    if long_key:
        Budget(file).check_depth((text.count("\n", 0, long_key.start()) + 1, 1), MAX_NESTING + 1)


def _decimal(text: str) -> Fraction | str:
    value = plain_scalar(text.replace("_", ""))
    # NaN, infinity and literals over the bounds stay texts: they are refused where a number is expected.
    return value if isinstance(value, Fraction) else text


def _located(text: str) -> dict[tuple[str, ...], tuple[Place, Place]]:
    """Return the places of the key and of the value of each table and entry that begins a line."""
    found: dict[tuple[str, ...], tuple[Place, Place]] = {}
    table: tuple[str, ...] = ()
    for line, content in enumerate(text.split("\n"), start=1):
        if header := _HEADER.match(content):
            table = _parts(header["key"])
            place = (line, header.start("open") + 1)
            found.setdefault(table, (place, place))
        elif entry := _ENTRY.match(content):
            path = table + _parts(entry["key"])
            found.setdefault(path, ((line, entry.start("key") + 1), (line, entry.start("value") + 1)))
    return found


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, key))


class _Tree:
    def __init__(self, file: str, located: dict[tuple[str, ...], tuple[Place, Place]]) -> None:
        self.file, self.located, self.budget = file, located, Budget(file)

    def node(self, value: Any, path: tuple[str, ...], place: Place, depth: int) -> Node:
        self.budget.spend(place)
        if isinstance(value, dict | list):
            self.budget.check_depth(place, depth + 1)
        if isinstance(value, dict):
            return self.mapping(value, path, place, depth)
        if isinstance(value, list):
            return Node([self.node(item, (*path, "[]"), place, depth + 1) for item in value], place)
        return Node(self.scalar(value, path, place), place, '"' if isinstance(value, str) else "")

    def mapping(self, value: dict[str, Any], path: tuple[str, ...], place: Place, depth: int) -> Node:
        items, keys = {}, {}
        for key, item in value.items():
            key_place, value_place = self.located.get((*path, key), (place, place))
            keys[key] = key_place
            items[key] = self.node(item, (*path, key), value_place, depth + 1)
        return Node(items, place, "", keys)

    def scalar(self, value: Any, path: tuple[str, ...], place: Place) -> Scalar:
        if isinstance(value, bool | str | Fraction):
            return value
        where = ""
        for part in path:
            where = child(where, part) if part != "[]" else where
        if isinstance(value, int):
            if abs(value) < 10**MAX_LITERAL:
                return Fraction(value)
            message = f"the number has more than {MAX_LITERAL} digits; the limit is {MAX_LITERAL}"
            raise SpecError(Problem(self.file, *place, where, message))
        message = f"a spec has no dates and times, got {shown(str(value))}; put it in quotes if it is meant as text"
        raise SpecError(Problem(self.file, *place, where, message))
