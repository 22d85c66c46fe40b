"""A spec's text as a tree that knows where everything stands.

The three formats (YAML, TOML, JSON) become one neutral tree whose leaves are exact numbers
(:class:`fractions.Fraction`), booleans, texts and nothing; each node keeps its line and column, so that every later
error can point at the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from hopverify.errors import Problem, SpecError
from hopverify.spec.bounds import MAX_EXPRESSION, MAX_LITERAL, MAX_PROBLEMS
from hopverify.spec.numbers import exact_number

Format = Literal["yaml", "toml", "json"]
Scalar: TypeAlias = Fraction | bool | str | None
#: Line and column, both counted from 1.
Place: TypeAlias = tuple[int, int]

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# Shared by all nodes that are no mappings: a dict for each of half a million scalars would be most of their memory.
_NO_KEYS: dict[str, Place] = {}
_INDEX = re.compile(r"\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a list or a mapping of the tree, and where it begins.

    ``style`` is the quote or block mark with which a text was written (empty for a plain one); ``keys`` holds the place
    of each key of a mapping.
    """

    content: Scalar | list[Node] | dict[str, Node]
    place: Place
    style: str = ""
    keys: dict[str, Place] = field(default_factory=lambda: _NO_KEYS)

    def value(self) -> Any:
        """Return the neutral value: Fraction, bool, str, None, and lists and dicts of them."""
        if isinstance(self.content, dict):
            return {key: node.value() for key, node in self.content.items()}
        if isinstance(self.content, list):
            return [node.value() for node in self.content]
        return self.content


def plain_scalar(text: str) -> Scalar:
    """Return what an unquoted scalar stands for; whatever is not clearly a number, a boolean or nothing is a text.

    >>> plain_scalar("1e5"), plain_scalar("no"), plain_scalar("true"), plain_scalar("~"), plain_scalar("0x10")
    (Fraction(100000, 1), 'no', True, None, '0x10')
    """
    if text in _NULLS:
        return None
    if text in {"true", "false"}:
        return text == "true"
    # A literal over the bound stays a text, which is refused with its own message where a number is expected.
    if len(text) > MAX_LITERAL or not (text[0].isdigit() or text[0] in "+-."):
        return text
    try:
        return exact_number(text)
    except ValueError:
        return text


@dataclass(frozen=True)
class Document:
    """The tree of one spec with the name of its file, for errors that point at the text."""

    file: str
    text: str = field(repr=False)
    root: Node = field(repr=False)

    def problem(self, path: str, message: str, *, offset: int = 0, at_key: bool = False) -> Problem:
        """Return the problem at the path, or at its nearest ancestor that the document has.

        ``offset`` is counted into the token at that place; ``at_key`` points at the key and not at its value.
        """
        place = self._place(path, at_key)
        line, column = self._shifted(path, place, offset) if offset else place
        return Problem(self.file, line, column, path, message)

    def error(self, path: str, message: str, *, offset: int = 0, at_key: bool = False) -> SpecError:
        """Return :meth:`problem` as an exception."""
        return SpecError(self.problem(path, message, offset=offset, at_key=at_key))

    def value(self, path: str) -> Any:
        """Return the neutral value at the path, or None if the document has none there."""
        _, node, complete = self._nodes(path)[-1]
        return node.value() if complete else None

    def style(self, path: str) -> str:
        """Return the quote or block mark of the scalar at the path, empty for a plain one."""
        _, node, complete = self._nodes(path)[-1]
        return node.style if complete else ""

    def _nodes(self, path: str) -> list[tuple[Place, Node, bool]]:
        """Return place of the key and node of each step down the path, and whether the path ends there."""
        node, rest = self.root, path
        found = [(node.place, node, not rest)]
        while rest:
            step, rest = _step(node, rest)
            if isinstance(step, str) and isinstance(node.content, dict):
                place = node.keys.get(step, node.place)
                node = node.content[step]
            elif isinstance(step, int) and isinstance(node.content, list):
                node = node.content[step]
                place = node.place
            else:
                break
            found.append((place, node, not rest))
        return found

    def _place(self, path: str, at_key: bool) -> Place:
        key_place, node, complete = self._nodes(path)[-1]
        return key_place if at_key and complete else node.place

    def _shifted(self, path: str, place: Place, offset: int) -> Place:
        """Move along the text of a scalar. A text that is folded over lines is pointed at where it begins."""
        _, node, complete = self._nodes(path)[-1]
        if not complete or not isinstance(node.content, str | Fraction) or offset > MAX_EXPRESSION:
            return place
        return self._in_block(node, offset) if node.style == "|" else self._in_line(node, offset)

    def _in_line(self, node: Node, offset: int) -> Place:
        line, column = node.place
        source = self._line(line)
        return (line, column + offset) if column + offset <= len(source) + 1 else node.place

    def _in_block(self, node: Node, offset: int) -> Place:
        before = str(node.content)[:offset]
        line = node.place[0] + 1 + before.count("\n")
        source = self._line(line)
        indentation = len(source) - len(source.lstrip(" "))
        return line, indentation + 1 + len(before) - (before.rfind("\n") + 1)

    def _line(self, line: int) -> str:
        lines = self.text.split("\n")
        return lines[line - 1].rstrip("\r") if line <= len(lines) else ""


def _step(node: Node, path: str) -> tuple[str | int | None, str]:
    """Return the first step of the path that the node has, and the rest of the path; None when it has none."""
    path = path.removeprefix(".")
    if isinstance(node.content, list):
        index = _INDEX.match(path)
        if index and len(index[1]) < 10 and int(index[1]) < len(node.content):
            return int(index[1]), path[index.end() :]
    elif isinstance(node.content, dict):
        # The longest key first: keys that are not names may contain the separators.
        ends = [len(path), *(mark.start() for mark in reversed(list(re.finditer(r"[.\[]", path))))]
        for end in ends:
            if path[:end] in node.content:
                return path[:end], path[end:]
    return None, ""


def child(path: str, step: str | int) -> str:
    """Return the path of a key or of an element.

    >>> child(child("layers.x", "bias"), 1)
    'layers.x.bias[1]'
    """
    if isinstance(step, int):
        return f"{path}[{step}]"
    # Keys come from the file: nothing unprintable may reach a terminal through a message.
    step = step if len(step) <= 80 else f"{step[:60]}…"
    step = step if step.isprintable() else repr(step)[1:-1]
    return f"{path}.{step}" if path else step


def given_twice(first: Place, second: Place) -> str:
    """Return the message about a key that a mapping has at two places.

    >>> given_twice((8, 1), (8, 7))
    'the key is given twice on line 8; keep one of them'
    """
    lines = f"on line {first[0]}" if first[0] == second[0] else f"on lines {first[0]} and {second[0]}"
    return f"the key is given twice {lines}; keep one of them"


def raise_all(problems: Iterable[Problem]) -> None:
    """Raise the problems in reading order, if there are any."""
    ordered = sorted(set(problems), key=lambda problem: (problem.line, problem.column, problem.path, problem.message))
    if len(ordered) > MAX_PROBLEMS:
        last = ordered[MAX_PROBLEMS]
        more = Problem(last.file, last.line, last.column, "", "and more problems from here on")
        ordered = [*ordered[:MAX_PROBLEMS], more]
    if ordered:
        raise SpecError(*ordered)


def read_document(text: str, *, format: Format, file: str) -> Document:
    """Return the tree of the text, or raise :class:`~hopverify.errors.SpecError`.

    >>> read_document("bias: [0.1, -1]", format="yaml", file="x.yaml").root.value()
    {'bias': [Fraction(1, 10), Fraction(-1, 1)]}
    """
    from hopverify.spec.text_bounds import check_text

    check_text(text, file)
    if format == "yaml":
        from hopverify.spec.yaml_text import read_yaml as read
    elif format == "json":
        from hopverify.spec.json_text import read_json as read
    else:
        from hopverify.spec.toml_text import read_toml as read
    root = read(text, file)
    if not isinstance(root.content, dict):
        empty = "the text is empty: " if root.content is None else ""
        said = f"{empty}a spec is a mapping whose first line is `hopverify: 1`"
        raise SpecError(Problem(file, *root.place, "", said))
    return Document(file, text, root)
