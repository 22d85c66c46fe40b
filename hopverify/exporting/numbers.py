"""Exact numbers and arrays of a core as Coq writes them, and names.

>>> rational(Fraction(-1, 2)), rational(Fraction(3))
('-1 # 2', '3')
>>> real(Fraction(-1, 2))
'(- 1 / 2)'
>>> name("forth_and_back.forward")
'forth_and_back_forward'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from hopverify.exporting.refusal import NotExported
from hopverify.kernel.core import Core, Layer

WIDTH = 110

MANY = 400
"""Entries from which a matrix is written over one denominator, where it has one: Coq reads it in half the time."""


def rational(value: Fraction) -> str:
    """Return a number of Coq's type Q, for the scope Q."""
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator} # {value.denominator}"


def real(value: Fraction) -> str:
    """Return a number of Coq's type R, in parentheses unless it is a whole number ≥ 0."""
    sign = "- " if value < 0 else ""
    text = f"{sign}{abs(value.numerator)}" + ("" if value.denominator == 1 else f" / {value.denominator}")
    return text if text.isdigit() else f"({text})"


def vector(values: Sequence[Fraction]) -> str:
    """Return a list of rationals, in as many lines as it takes."""
    return _listed([rational(value) for value in values])


def whole_rows(rows: Sequence[Sequence[int]]) -> str:
    """Return a list of lists of whole numbers."""
    return "[" + ";\n   ".join(_listed([str(value) for value in row]) for row in rows) + "]"


def _listed(values: Sequence[str]) -> str:
    lines = [""]
    for place, value in enumerate(values):
        text = value + ("; " if place < len(values) - 1 else "")
        if len(lines[-1]) + len(text) > WIDTH:
            lines.append("")
        lines[-1] += text
    return "[" + "\n   ".join(line.rstrip() for line in lines) + "]"


def array_of(core: Core, array: str) -> str:
    """Return an array of a core with one or two axes: a list, or a list of rows, large ones over one denominator."""
    held = core.arrays[array]
    if held.within is not None:
        raise NotExported(f"the array {array} stands for all arrays within a spread; statements are about one")
    values = [held.fraction(place) for place in range(len(held.entries))]
    if len(held.shape) == 1:
        return f"{vector(values)}%Q"
    if len(held.shape) != 2:
        raise NotExported(f"the array {array} has {len(held.shape)} axes; vectors and matrices are stated")
    columns = held.shape[1]
    common = lcm(*(value.denominator for value in values))
    if len(values) >= MANY and common < 2**64:
        whole = [int(value * common) for value in values]
        return f"over {common}\n  {whole_rows([whole[k : k + columns] for k in range(0, len(whole), columns)])}%Z"
    rows = [vector(values[start : start + columns]) for start in range(0, len(values), columns)]
    return "[" + ";\n   ".join(rows) + "]%Q"


def vector_of(layer: Layer, key: str) -> str:
    """Return the bias, the time constants or the leaks of a layer, one for each neuron."""
    held = {"bias": layer.bias, "tau": layer.tau, "leak": layer.leak}[key]
    if held.within is not None:
        raise NotExported(f"the {key} of layer {layer.name} stands for all within a spread; statements are about one")
    return vector([held.fraction(place) for place in range(layer.size)])


def name(text: str) -> str:
    """Return a name of the core with what Coq allows in names; others become lines below."""
    return re.sub(r"[^A-Za-z0-9_]", "_", text)
