"""Specs as text: exact numbers as decimals or ratios, short entries in one line, matrices one row a line.

>>> literal(Fraction(-1, 8)), literal(Fraction(1, 3)), literal(Fraction(7))
('-0.125', '1/3', '7')
>>> print(section("layers", {"x": {"size": 2, "lagrangian": {"softmax": {"beta": Fraction(4)}}}}), end="")
layers:
  x: {size: 2, lagrangian: {softmax: {beta: 4}}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from io import BytesIO
from typing import Any

import numpy as np

from hopverify.repairs import UnfitError
from hopverify.spec import ExactArray
from hopverify.spec.bounds import MAX_LITERAL

WIDTH, PLACES, INLINE = 110, 6, 64
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off"}


def literal(value: Fraction) -> str:
    """Return a number as a spec writes it: a short decimal where it is one, else a ratio."""
    for places in range(PLACES + 1):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            body = f"{digits[:-places]}.{digits[-places:]}" if places else digits
            return ("-" if value < 0 else "") + body
    text = str(value)
    if len(text) > MAX_LITERAL:
        raise UnfitError(
            f"its exact numbers would have more than {MAX_LITERAL} digits; weights of fewer digits would do"
        )
    return text


def flow(value: Any) -> str:
    """Return a value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction | int):
        return literal(Fraction(value))
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def section(key: str, entries: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a section of a spec, one entry after the other."""
    return "".join([f"{key}:\n", *(_entry(name, entry) for name, entry in entries.items())])


def _entry(name: str, entry: Mapping[str, Any]) -> str:
    line = f"  {name}: {flow(entry)}\n"
    if len(line) <= WIDTH or not isinstance(entry, Mapping):
        return line
    return "".join([f"  {name}:\n", *(_field(key, value) for key, value in entry.items())])


def _field(key: str, value: Any) -> str:
    line = f"    {key}: {flow(value)}\n"
    if len(line) <= WIDTH or not _is_matrix(value):
        return line
    return "".join([f"    {key}:\n", *(f"      - {flow(row)}\n" for row in value)])


def _is_matrix(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def array(values: ExactArray, name: str, files: dict[str, bytes]) -> Any:
    """Return an array field: nested lists, or a file called ``name`` (added to ``files``) for a large dyadic array."""
    if max(values.shape, default=0) > INLINE and values.ndim == 2 and values.is_dyadic:
        stream = BytesIO()
        np.save(stream, np.ascontiguousarray(values.values), allow_pickle=False)
        files[name] = stream.getvalue()
        return {"file": name}
    return values.fractions().tolist()


def per_neuron(values: Any) -> Any:
    """Return numbers of a layer's neurons as one number, where all agree, or as a list."""
    listed = list(values)
    return listed[0] if len(set(listed)) == 1 else listed
