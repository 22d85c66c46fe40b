"""JSON to the neutral tree.

The standard library decides whether the text is JSON; a second pass over its tokens, which may then trust the syntax,
builds the tree with lines and columns.
"""

from __future__ import annotations

import bisect
import json
import re
from typing import Any

from hopverify.errors import Problem, SpecError
from hopverify.spec.document import Node, Place, child, given_twice, plain_scalar, raise_all
from hopverify.spec.numbers import NOT_A_NUMBER, NOT_FINITE
from hopverify.spec.text_bounds import Budget

# A text without its closing quote is one token to the end, so that the time stays linear.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}:,]|[^\s\[\]{}:,"]++', re.DOTALL)


def read_json(text: str, file: str) -> Node:
    """Return the tree of the JSON text."""
    _check_depth(text, file)
    try:
        json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise SpecError(Problem(file, error.lineno, error.colno, "", f"this is not valid JSON: {error.msg}")) from None
    reader = _Reader(text, file)
    root = reader.node("")
    raise_all(reader.problems)
    return root


def _check_depth(text: str, file: str) -> None:
    """Bound the nesting before any recursive reader sees the text."""
    budget, places, depth = Budget(file), _Places(text), 0
    for token in _TOKEN.finditer(text):
        if token[0] in {"[", "{"}:
            depth += 1
            budget.check_depth(places.of(token.start()), depth)
        elif token[0] in {"]", "}"}:
            depth -= 1


class _Places:
    """Lines and columns of offsets."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(mark.end() for mark in re.finditer("\n", text))]

    def of(self, offset: int) -> Place:
        line = bisect.bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.tokens = _TOKEN.finditer(text)
        self.places = _Places(text)
        self.file = file
        self.budget = Budget(file)
        self.problems: list[Problem] = []

    def next(self) -> tuple[str, Place]:
        token = next(self.tokens)
        return token[0], self.places.of(token.start())

    def node(self, path: str) -> Node:
        token, place = self.next()
        return self.continued(token, place, path)

    def continued(self, token: str, place: Place, path: str) -> Node:
        self.budget.spend(place)
        if token == "{":
            return self.mapping(place, path)
        if token == "[":
            return self.list(place, path)
        if token.startswith('"'):
            return Node(self.text(token, place, path), place, '"')
        if token.lstrip("-") in {"NaN", "Infinity"}:
            message = NOT_A_NUMBER if token == "NaN" else NOT_FINITE
            self.problems.append(Problem(self.file, *place, path, message))
        return Node(plain_scalar(token), place)

    def list(self, place: Place, path: str) -> Node:
        items: list[Node] = []
        token, at = self.next()
        while token != "]":
            items.append(self.continued(token, at, child(path, len(items))))
            token, at = self.next()
            if token == ",":
                token, at = self.next()
        return Node(items, place)

    def mapping(self, place: Place, path: str) -> Node:
        items: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        token, at = self.next()
        while token != "}":
            key = self.text(token, at, path)
            self.budget.spend(at)
            self.next()
            value = self.node(child(path, key))
            if key in keys:
                message = given_twice(keys[key], at)
                self.problems.append(Problem(self.file, *at, child(path, key), message))
            else:
                items[key], keys[key] = value, at
            token, at = self.next()
            if token == ",":
                token, at = self.next()
        return Node(items, place, "", keys)

    def text(self, token: str, place: Place, path: str) -> str:
        value: Any = json.loads(token)
        if not str(value).isprintable() and any("\ud800" <= character <= "\udfff" for character in value):
            self.problems.append(Problem(self.file, *place, path, "the text holds a lone surrogate"))
        return str(value)
