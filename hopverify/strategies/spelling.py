"""How drawn values are written in a spec: whole numbers as such, other numbers as text, a whole spec on one line.

>>> spelled(Fraction(3)), spelled(Fraction(1, 8)), spelled(Fraction(1, 3))
(3, '0.125', '1/3')
>>> written({"name": "tiny", "layers": {"x": {"size": 1, "lagrangian": {"softmax": {"beta": "0.5"}}}}})
'{name: tiny, layers: {x: {size: 1, lagrangian: {softmax: {beta: 0.5}}}}}'
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.spec import ExactArray
from hopverify.spec.numbers import exact_number

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off"}
_PLACES = 6


def spelled(value: Any) -> Any:
    """Return a number, an array or lists of numbers as a spec writes them: as ints, and as text where they are no ints.

    What it returns may stand in a spec's text, in YAML or as JSON:

    >>> from hopverify.strategies import spelled
    >>> from fractions import Fraction
    >>> from hopverify.spec import ExactArray
    >>> from hopverify.strategies import spelled
    >>> W = ExactArray.of([[0, Fraction(1, 2)], [Fraction(1, 3), 0]])
    >>> f"weights: {spelled(W)}"
    "weights: [[0, '0.5'], ['1/3', 0]]"
    """
    if isinstance(value, ExactArray):
        return spelled(value.fractions().tolist())
    if isinstance(value, list | tuple):
        return [spelled(item) for item in value]
    if value.denominator == 1:
        return int(value)
    return _decimal(value) or str(value)


def _decimal(value: Fraction) -> str | None:
    """Return a decimal of a few places, or None where there is none."""
    scaled = value * 10**_PLACES
    if scaled.denominator != 1:
        return None
    whole, rest = divmod(abs(scaled.numerator), 10**_PLACES)
    return f"{'-' if value < 0 else ''}{whole}.{str(rest).rjust(_PLACES, '0').rstrip('0')}"


def written(value: Any) -> str:
    """Return a tree of spelled values as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if _is_number(text) or (_PLAIN.fullmatch(text) and text.lower() not in _WORDS):
        return text
    return json.dumps(text, ensure_ascii=False)


def _is_number(text: str) -> bool:
    try:
        exact_number(text)
    except ValueError:
        return False
    return True
