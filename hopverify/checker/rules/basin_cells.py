"""Basin cells: boxes in the basin of one equilibrium each, by one matrix product and one factorisation (T9).

The theorem with its proof stands in :mod:`hopverify.checker.cells`. The payload has a row for each pattern, or null: a
``unit``, and ``lower`` and ``upper`` as whole multiples of it (null: infinite), ``definiteness`` as evidence for
condition (b), and ``flips`` with ``inner``: the lower and upper ends of the smaller box, or null for no flips. A row
whose conditions do not hold counts as no cell: its pattern is not certified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.cells import Cells, Ends, is_kept
from hopverify.checker.definiteness import check_definite
from hopverify.checker.payload import index, rational
from hopverify.checker.quadratic_forms import form_of
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.obligations import BasinCells, Outcome
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
KEYS = {"unit", "lower", "upper", "inner", "flips", "definiteness"}

# Distances are told as whole multiples of 1/2^16, rounded down.
SHOWN = 2**16

# Boxes are taken together, for the sake of one pass over the weights; this many numbers at most.
TOGETHER = 2**19


@dataclass(frozen=True, eq=False)
class Row:
    """One row of the payload in doubles; ends may be infinite. ``inner`` are the ends of the smaller box, for flips."""

    pattern: int
    lower: Floats
    upper: Floats
    inner: tuple[Floats, Floats]
    flips: int
    definiteness: Any


def _row(pattern: int, listed: Any, size: int) -> Row:
    if not isinstance(listed, Mapping) or set(listed) != KEYS:
        raise EvidenceRejected(f"cells: expected rows with the keys {', '.join(sorted(KEYS))}")
    unit, flips = rational(listed["unit"]), index(listed["flips"], size + 1)
    if not _is_power_of_two(unit):
        raise EvidenceRejected("cells: expected a unit that is a power of two")
    lower, upper = (_multiples(listed[key], unit, size, key) for key in ("lower", "upper"))
    inner = (lower, upper)
    if flips:
        if not isinstance(listed["inner"], list) or len(listed["inner"]) != 2:
            raise EvidenceRejected("inner: expected lower and upper ends")
        low, high = (
            _multiples(ends, unit, size, key) for ends, key in zip(listed["inner"], ("lower", "upper"), strict=True)
        )
        inner = (low, high)
    elif listed["inner"] is not None:
        raise EvidenceRejected("inner: a smaller box is for flips")
    if not ((lower <= inner[0]) & (inner[0] <= inner[1]) & (inner[1] <= upper)).all():
        raise EvidenceRejected("cells: a box is empty, or the smaller one is not within the cell")
    return Row(pattern, lower, upper, inner, flips, listed["definiteness"])


def _is_power_of_two(unit: Fraction) -> bool:
    """Whether a number is a power of two that a double holds."""
    single = all(part & (part - 1) == 0 for part in (unit.numerator, unit.denominator))
    return single and Fraction(1, 2**1074) <= unit <= 2**1023


def _multiples(listed: Any, unit: Fraction, size: int, key: str) -> Floats:
    """Return whole multiples of a unit as doubles, exactly."""
    if not isinstance(listed, list) or len(listed) != size:
        raise EvidenceRejected(f"{key}: expected one entry for each of {size} neurons")
    infinite = {"lower": -np.inf, "upper": np.inf}[key]
    for value in listed:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**50):
            raise EvidenceRejected(f"{key}: expected whole numbers below 2^50, or null")
    return np.array([infinite if value is None else value * float(unit) for value in listed])


def _judge(obligation: BasinCells, payload: Mapping[str, Any]) -> Judgement:
    listed, size = payload["cells"], obligation.network.size
    if not isinstance(listed, list) or len(listed) != len(obligation.labels):
        raise EvidenceRejected(f"cells: expected one for each of {len(obligation.labels)} patterns")
    cells = Cells(obligation.network)
    rows = [_row(number, entry, size) for number, entry in enumerate(listed) if entry is not None]
    losses = _losses(cells, obligation.layer, sorted({row.flips for row in rows if row.flips}))
    step, certified = max(1, TOGETHER // size), dict[int, Row]()
    for start in range(0, len(rows), step):
        certified |= {row.pattern: row for row in _held(cells, rows[start : start + step], losses)}
    enough = sum(row.flips >= obligation.flips for row in certified.values())
    patterns = obligation.patterns.floats()
    told = [_told(obligation, patterns, number, certified.get(number)) for number in range(len(obligation.labels))]
    data = {
        "certified": len(certified),
        "patterns": len(told),
        "neurons": obligation.patterns.shape[1],
        "cells": told,
    }
    if enough >= obligation.at_least:
        return Judgement(Outcome.PROVED, data)
    return Judgement(Outcome.OPEN, data, Reason.CELL_NOT_CERTIFIED)


def _losses(cells: Cells, layer: str, counts: list[int]) -> dict[int, Floats]:
    return cells.flip_losses(cells.spans(layer), counts) if counts else {}


def _held(cells: Cells, rows: Sequence[Row], losses: Mapping[int, Floats]) -> list[Row]:
    """Return the rows whose conditions (a), (b) and, for flips, of the smaller box hold."""
    ends = Ends(np.array([row.lower for row in rows]).T, np.array([row.upper for row in rows]).T)
    kept = is_kept(cells.targets(cells.activated(ends)), ends)
    kept &= _drawn_back(cells, rows, losses)
    diagonals = cells.diagonals(ends)
    return [row for k, row in enumerate(rows) if kept[k] and _is_definite(cells, diagonals[:, k], row.definiteness)]


def _drawn_back(cells: Cells, rows: Sequence[Row], losses: Mapping[int, Floats]) -> NDArray[np.bool_]:
    """Return for which rows the targets stay strictly inside the smaller box when neurons are flipped."""
    flipped = [k for k, row in enumerate(rows) if row.flips]
    held = np.ones(len(rows), dtype=bool)
    if flipped:
        pairs = [rows[k].inner for k in flipped]
        inner = Ends(np.array([low for low, _ in pairs]).T, np.array([high for _, high in pairs]).T)
        targets = cells.targets(cells.activated(inner))
        loss = np.array([losses[rows[k].flips] for k in flipped]).T
        moved = Ends(np.nextafter(targets.lower - loss, -np.inf), np.nextafter(targets.upper + loss, np.inf))
        held[flipped] = is_kept(moved, inner, strictly=True)
    return held


def _is_definite(cells: Cells, diagonal: Floats, evidence: Any) -> bool:
    if not (diagonal > 0).all():
        return False
    try:
        check_definite(form_of(cells.network, diagonal), evidence)
    except EvidenceRejected:
        return False
    return True


def _told(obligation: BasinCells, patterns: Floats, number: int, row: Row | None) -> dict[str, Any]:
    """Return what the reader is told of a pattern's cell, in the numbers of its own layer."""
    if row is None:
        return {"name": obligation.labels[number], "verdict": "unknown"}
    pattern = patterns[number]
    lower, upper = row.lower[obligation.place], row.upper[obligation.place]
    infinite = int((np.isinf(lower) | np.isinf(upper)).sum())
    told = {"name": obligation.labels[number], "verdict": "pass", "flips": row.flips, "half_infinite": infinite}
    # A lower bound: patterns may have been rounded, and so is the difference.
    gap = np.minimum(pattern - lower, upper - pattern)
    gap = float((gap - 2.0**-48 * (np.abs(pattern) + np.abs(np.where(np.isinf(gap), 0.0, gap)))).min(initial=np.inf))
    told["holds_pattern"] = gap >= 0
    return told | ({"nearest_end": str(Fraction(int(np.floor(gap * SHOWN)), SHOWN))} if np.isfinite(gap) else {})


RULE = Rule(
    name="basin_cells",
    summary="boxes that the flow keeps and on which diag(ρ/h̄) - W ≻ 0: one equilibrium each, which attracts the box",
    obligations=(BasinCells,),
    judge=_judge,
    required=frozenset({"cells"}),
    reach=Reach.NEAR,
)
