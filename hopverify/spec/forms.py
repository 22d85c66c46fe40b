"""The forms of single values of a spec: what reads each from the neutral tree, or says what is expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hopverify.spec.advice import advice
from hopverify.spec.bounds import MAX_EXPRESSION, MAX_LAYER_SIZE, MAX_NAME, MAX_PARTS, MAX_TITLE
from hopverify.spec.numbers import integer, shown
from hopverify.spec.spins import STATES
from hopverify.verdict import Verdict

VERSION = 1
NAME_PATTERN = rf"[A-Za-z][A-Za-z0-9_-]{{0,{MAX_NAME - 1}}}"


class Misplaced(ValueError):
    """What is wrong with a part of a value: the steps lead from the value to the part."""

    def __init__(self, message: str, *steps: str | int) -> None:
        self.steps = steps
        super().__init__(message)


def version(value: Any) -> int:
    """Return the version of the format, the only one there is."""
    if not isinstance(value, Fraction) or value != VERSION:
        raise ValueError(f"this hopverify reads version {VERSION} of the format, got {shown(value)}")
    return VERSION


def text(limit: int, *, lines: bool = False) -> Callable[[Any], str]:
    """Return what reads a text of so many characters, of several lines or of one."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not value:
            quotes = "; put it in quotes" if isinstance(value, Fraction | bool) else ""
            raise ValueError(f"must be text, got {shown(value)}{quotes}")
        if len(value) > limit:
            raise ValueError(f"the text has {len(value)} characters; the limit is {limit}")
        if not (value.replace("\n", " ").replace("\t", " ") if lines else value).isprintable():
            raise ValueError("must be printable text, got control characters")
        return value

    return read


def name(value: Any) -> str:
    """Return the value if it is a name of a part, or raise :class:`ValueError`."""
    if not isinstance(value, str) or not re.fullmatch(NAME_PATTERN, value):
        rule = f"a letter, then letters, digits, _ and -, at most {MAX_NAME} characters"
        raise ValueError(f"must be a name ({rule}), got {shown(value)}")
    return value


def expression(value: Any) -> str:
    """Return the text of an expression, unparsed, or raise :class:`ValueError`."""
    # `0` and `1/2` are expressions too, and read as numbers before.
    return text(MAX_EXPRESSION, lines=True)(str(value) if type(value) is Fraction else value)


def whole(limit: int) -> Callable[[Any], int]:
    """Return what reads a whole number up to a limit."""

    def read(value: Any) -> int:
        number = integer(value)
        if not 1 <= number <= limit:
            raise ValueError(f"must be a whole number from 1 to {limit}, got {shown(number)}")
        return number

    return read


size = whole(MAX_LAYER_SIZE)


def shape(value: Any) -> tuple[int, ...]:
    """Return the lengths of axes."""
    if not isinstance(value, list) or not 1 <= len(value) <= 8:
        raise ValueError(f"must be a list of 1 to 8 whole numbers, got {shown(value)}")
    lengths = []
    for index, item in enumerate(value):
        try:
            lengths.append(size(item))
        except ValueError as error:
            raise Misplaced(str(error), index) from None
    return tuple(lengths)


def boolean(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, got {shown(value)}")
    return value


def _label(value: Any) -> str:
    """Labels are often digits, so whole numbers count as text."""
    whole = isinstance(value, Fraction) and value.denominator == 1
    return text(MAX_TITLE)(str(value) if whole else value)


def labels(value: Any) -> Any:
    """Return a list of labels; what says where an array is stays as it is."""
    if value is None or isinstance(value, dict):
        return value
    if not isinstance(value, list):
        raise ValueError(f"must be a list of labels, or an array such as {{file: labels.npy}}, got {shown(value)}")
    labels = []
    for index, item in enumerate(value):
        try:
            labels.append(_label(item))
        except ValueError as error:
            raise Misplaced(str(error), index) from None
    return labels


def verdict(value: Any) -> Verdict:
    """Return the verdict that a word stands for."""
    known = [verdict.value for verdict in Verdict]
    if not isinstance(value, str) or value not in known:
        near = advice(value, known, list_all=False) if isinstance(value, str) else ""
        raise ValueError(f"must be {', '.join(known[:-1])} or {known[-1]}, got {shown(value)}{near}")
    return Verdict(value)


def states(value: Any) -> str:
    """Return the word for states ±1."""
    if value != STATES:
        raise ValueError(f"must be {STATES} (±1), or left out for states that follow a flow, got {shown(value)}")
    return STATES


def function(value: Any) -> Any:
    """Check the form of a Lagrangian or activation: a name, a name with parameters, or an expression."""
    if isinstance(value, str):
        return name(value)
    if not isinstance(value, dict):
        raise ValueError(f"must be a name, a name with parameters or {{expression: …}}, got {shown(value)}")
    if "expression" in value:
        return _expression_function(value)
    if len(value) != 1:
        keys = ", ".join(map(shown, list(value)[:5])) or "none"
        raise ValueError(f"must have a single key, the name with its parameters below it, got {keys}")
    return dict([_named(*next(iter(value.items())))])


def _expression_function(value: dict[str, Any]) -> dict[str, Any]:
    for key in value:
        if key not in {"expression", "of"}:
            raise Misplaced(f"unknown key{advice(key, ['expression', 'of'])}", key)
    if value.get("of", "neuron") not in ("neuron", "layer"):
        raise Misplaced(f"must be neuron or layer, got {shown(value['of'])}", "of")
    texts = value["expression"]
    for index, text in enumerate(texts) if isinstance(texts, list) else [(None, texts)]:
        try:
            expression(text)
        except ValueError as error:
            raise Misplaced(str(error), "expression", *([] if index is None else [index])) from None
    return value


def _named(key: str, parameters: Any) -> tuple[str, dict[str, Any]]:
    """Return a name and its parameters from an entry such as ``softmax: {beta: 4}``."""
    name(key)
    if not isinstance(parameters, dict | None):
        raise Misplaced(f"must be a mapping of parameters, got {shown(parameters)}", key)
    return key, parameters or {}


def checks(value: Any) -> tuple[tuple[str, dict[str, Any]], ...] | None:
    """Return the checks with their parameters; None for all."""
    if value == "all":
        return None
    if not isinstance(value, list) or not value:
        got = "an empty list" if value == [] else shown(value)
        raise ValueError(f"must be `all` or a list of checks, got {got}")
    found: dict[str, dict[str, Any]] = {}
    for index, item in enumerate(value):
        try:
            key, parameters = _check(item)
        except Misplaced as error:
            raise Misplaced(str(error), index, *error.steps) from None
        except ValueError as error:
            raise Misplaced(str(error), index) from None
        if key in found:
            raise Misplaced(f"the check {key!r} is listed twice; keep one of them", index)
        found[key] = parameters
    return tuple(found.items())


def _check(item: Any) -> tuple[str, dict[str, Any]]:
    if item == "all":
        raise ValueError("for all checks write `checks: all`, without a list")
    if isinstance(item, dict) and len(item) == 1:
        return _named(*next(iter(item.items())))
    if not isinstance(item, str):
        raise ValueError(f"must be a check's name, or its name with parameters below it, got {shown(item)}")
    return name(item), {}


def layer_names(value: list[str]) -> list[str]:
    """Return the names of layers."""
    if not value:
        raise ValueError("must name at least one layer, got an empty list")
    return value


def few(noun: str) -> Callable[[Any], Any]:
    """Return what refuses more parts than a spec may have."""

    def check(value: Any) -> Any:
        if isinstance(value, dict) and len(value) > MAX_PARTS:
            raise ValueError(f"the spec has {len(value)} {noun}; the limit is {MAX_PARTS}")
        return value

    return check
