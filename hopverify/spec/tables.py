"""Tables of decimals: .csv with commas between the columns, .txt with spaces. A decimal is the number that it spells.

``0.1`` is one tenth, as in a spec; in an array of doubles it would be the double nearest to it. Lines that are empty or
begin with ``#`` are passed over. A table of one column is a vector, every other one a matrix.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.regular_files import read_text
from hopverify.spec.bounds import MAX_RATIONALS, MAX_TABLE
from hopverify.spec.numbers import exact_number

SEPARATORS = {".csv": ",", ".txt": None}
"""What stands between the columns, by suffix; None is any white space."""


class TableError(HopverifyError):
    """A table that is no rectangle of numbers; the text names the line and the column."""


def read_table(path: Path) -> NDArray[Any]:
    """Return the numbers of a file as fractions; raise :class:`TableError`, or an error of reading."""
    return parse_table(read_text(path, MAX_TABLE, "utf-8-sig"), SEPARATORS[path.suffix.lower()])


def parse_table(text: str, separator: str | None) -> NDArray[Any]:
    """Return the numbers of a text.

    >>> parse_table("# two patterns\\n0.5, 1/3\\n-1, 2e3\\n", ",").tolist()
    [[Fraction(1, 2), Fraction(1, 3)], [Fraction(-1, 1), Fraction(2000, 1)]]
    """
    known: dict[str, Fraction] = {}
    rows: list[list[Fraction]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        cells = line.split(separator)
        if rows and len(cells) != len(rows[0]):
            raise TableError(f"line {number} has {_counted(len(cells))}, the first row has {_counted(len(rows[0]))}")
        if (len(rows) + 1) * len(cells) > MAX_RATIONALS:
            raise TableError(f"the table has more than {MAX_RATIONALS} numbers; larger ones are kept as .npy")
        advice = "" if rows else "; a table has no line of names: remove it, or begin it with #"
        place = f"line {number}, column"
        rows.append([_number(cell.strip(), known, f"{place} {k}", advice) for k, cell in enumerate(cells, start=1)])
    if not rows:
        raise TableError("the table holds no numbers")
    whole = np.empty((len(rows), len(rows[0])), dtype=object)
    whole[:] = rows
    return whole[:, 0] if len(rows[0]) == 1 else whole


def _number(cell: str, known: dict[str, Fraction], place: str, advice: str) -> Fraction:
    """Return the number of a cell; tables of few different numbers are read from ``known``."""
    if cell not in known:
        try:
            known[cell] = exact_number(cell)
        except ValueError as error:
            raise TableError(f"{place}: {error}{advice}") from None
    return known[cell]


def _counted(count: int) -> str:
    return f"{count} column{'s' * (count != 1)}"
