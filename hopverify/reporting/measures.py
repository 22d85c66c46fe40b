"""Numbers that a claim's data hold and that are worth following from one certificate to the next.

Each says in which direction it is better, or that it only describes the model: a larger certified radius is better, a
third equilibrium is neither. A check without an entry here is followed by the numbers at the top of its data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from hopverify.reporting.report import Row
from hopverify.spec.numbers import exact_number

Values = Mapping[str, Any]


class Wanted(Enum):
    """The direction in which a number is better."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True)
class Measured:
    """A number of one claim: ``text`` is exact, or says a count; ``size`` is what is compared, None where unbounded."""

    name: str
    wanted: Wanted
    text: str
    size: Fraction | None


def measured(claim: Row) -> tuple[Measured, ...]:
    """Return the numbers of a claim; what is not there, or has not the shape of a number, is left out."""
    read = _READERS.get(claim.check, _top_level)
    return tuple(found for found in read(claim) if found is not None)


def lost_patterns(before: Row, after: Row) -> tuple[str, ...]:
    """Return the patterns that were certified before and are not certified after, in the order of the later list."""
    known = _patterns(before)
    # Of very many patterns only those without a ball are listed.
    unlisted = "unlisted" in _data(before)
    return tuple(name for name, certified in _patterns(after).items() if not certified and known.get(name, unlisted))


def _patterns(claim: Row) -> dict[str, bool]:
    rows = [*_rows(_data(claim), "memories"), *_rows(_data(claim), "cells")]
    return {str(row["name"]): row["verdict"] == "pass" for row in rows if "name" in row and "verdict" in row}


def _data(claim: Row) -> Values:
    return claim.data or {}


def _number(name: str, wanted: Wanted, value: Any) -> Measured | None:
    """Return a number as text, or the middle of a ball.

    >>> _number("step", Wanted.MORE, "2/3").size, _number("λ", Wanted.LESS, "[-0.5 +/- 1e-9]").size
    (Fraction(2, 3), Fraction(-1, 2))
    """
    if not isinstance(value, int | str):
        return None
    text = str(value)
    middle = text.removeprefix("[").partition(" +/- ")[0] if text.endswith("]") else text
    try:
        return Measured(name, wanted, text, exact_number(middle))
    except ValueError:
        return None


def _rows(data: Values, key: str) -> list[Values]:
    rows = data.get(key)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _extreme(
    name: str, wanted: Wanted, rows: Sequence[Values], key: str, choose: Callable[..., Measured]
) -> Measured | None:
    """Return the number of the row that ``choose`` (min or max) picks."""
    found = [each for row in rows if (each := _number(name, wanted, row.get(key))) is not None]
    return choose(found, key=lambda each: each.size) if found else None


def _certified(data: Values, what: str) -> list[Measured | None]:
    """Return how many patterns there are, and how many are certified, of which the share is what is compared."""
    certified, patterns = data.get("certified"), data.get("patterns")
    if not isinstance(certified, int) or not isinstance(patterns, int) or patterns < 1:
        return []
    share = Measured(what, Wanted.MORE, f"{certified} of {patterns}", Fraction(certified, patterns))
    return [_number("patterns", Wanted.NEITHER, patterns), share]


def _retrieval(claim: Row) -> list[Measured | None]:
    radius = _data(claim).get("radius")
    sizes = radius if isinstance(radius, Mapping) else {}
    return [
        *_certified(_data(claim), "patterns retrieved"),
        *(_number(f"{which} radius", Wanted.MORE, sizes.get(which)) for which in ("smallest", "median", "largest")),
        _number("distance to an equilibrium", Wanted.LESS, _data(claim).get("distance_at_most")),
    ]


def _cells(claim: Row) -> list[Measured | None]:
    rows = [row for row in _rows(_data(claim), "cells") if row.get("verdict") == "pass"]
    return [
        *_certified(_data(claim), "patterns retrieved"),
        _extreme("smallest reach", Wanted.MORE, rows, "nearest_end", min),
        _extreme("fewest flips corrected", Wanted.MORE, rows, "flips", min),
    ]


def _equilibria(claim: Row) -> list[Measured | None]:
    rows, near = _rows(_data(claim), "equilibria"), _rows(_data(claim), "memories")
    if near:
        return [
            *_certified(_data(claim), "patterns stored"),
            _extreme("distance to an equilibrium", Wanted.LESS, near, "distance_at_most", max),
        ]
    if not isinstance(_data(claim).get("equilibria"), list):
        return []
    kinds = Counter(str(row.get("stability")) for row in rows)
    counts = [
        _number(kind, Wanted.LESS if kind == "undecided" else Wanted.NEITHER, kinds[kind])
        for kind in ("stable", "unstable", "undecided")
    ]
    left = _number("boxes left undecided", Wanted.LESS, _data(claim).get("undecided_boxes", 0))
    return [_number("equilibria", Wanted.NEITHER, len(rows)), *counts, left]


def _stability(claim: Row) -> list[Measured | None]:
    rows = _rows(_data(claim), "equilibria")
    stable = [row for row in rows if row.get("stability") == "stable"]
    return [
        _extreme("largest bound of λ_max(K)", Wanted.LESS, rows, "lambda_max_at_most", max),
        _extreme("least rate of approach", Wanted.MORE, stable, "rate", min),
    ]


def _ghosts(claim: Row) -> list[Measured | None]:
    return [_number("ghosts", Wanted.NEITHER, _data(claim).get("count"))]


def _steps(claim: Row) -> list[Measured | None]:
    """Return the certified step, and what share of the longest safe one it is at least."""
    data = _data(claim)
    if "up_to" not in data:
        return []
    if data["up_to"] is None:
        return [Measured("certified step", Wanted.MORE, "any", None)]
    step, longer = _number("certified step", Wanted.MORE, data["up_to"]), data.get("longer")
    raising = _number("", Wanted.NEITHER, longer.get("step")) if isinstance(longer, Mapping) else None
    if step is None or raising is None or not step.size or not raising.size:
        return [step]
    return [step, _number("share of the longest safe step", Wanted.MORE, str(step.size / raising.size))]


def _symmetry(claim: Row) -> list[Measured | None]:
    return [_number("pairs of weights that differ", Wanted.LESS, _data(claim).get("unequal_pairs"))]


def _nothing(claim: Row) -> list[Measured | None]:
    return []


def _top_level(claim: Row) -> list[Measured | None]:
    return [_number(str(key), Wanted.NEITHER, value) for key, value in _data(claim).items()]


_READERS: dict[str, Callable[[Row], list[Measured | None]]] = {
    "memory_retrieval": _retrieval,
    "basin_cells": _cells,
    "equilibria": _equilibria,
    "equilibrium_stability": _stability,
    "ghost_regions": _ghosts,
    "step_size": _steps,
    "weight_symmetry": _symmetry,
    # The same list of equilibria as that of `equilibria`, or the numbers of one witness among many.
    **dict.fromkeys(("state_recovery", "flat_region_stability", "energy_descent", "lagrangian_convexity"), _nothing),
}
