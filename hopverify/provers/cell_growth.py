"""Cell growth: a box in the basin beside each pattern, grown neuron by neuron, and how many flips it corrects (T9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import frexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.cells import Cells, Ends
from hopverify.checker.rules.basin_cells import holding, losses_of, read_row
from hopverify.errors import EvidenceRejected
from hopverify.numerics.cells import Found, Growth, evidence_for
from hopverify.numerics.limits import OutOfTimeError
from hopverify.obligations import BasinCells
from hopverify.provers import Budget, Prover
from hopverify.provers._retrieved_rows import NONE, Cell, Rows
from hopverify.provers._stored_rows import is_small
from hopverify.provers._verified import accepts
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
BITS, TOGETHER = 12, 2**18

MAX_BY_KERNEL, MAX_UNCERTAIN = 400, 64
"""So many neurons the kernel takes, and where weights are known up to a spread; beyond, a rule decides in doubles."""


def _search(obligation: BasinCells, budget: Budget) -> Iterator[Evidence]:
    if obligation.network is None:
        return
    try:
        growth = Growth(obligation.network, Cells(obligation.network), obligation.layer, budget.ask)
    except EvidenceRejected:
        return
    most = MAX_UNCERTAIN if obligation.model.uncertain else MAX_BY_KERNEL
    if obligation.network.size <= most and is_small(obligation):
        yield from _by_kernel(growth, obligation, budget)
    else:
        yield from _in_doubles(growth, obligation, budget)


def _by_kernel(growth: Growth, obligation: BasinCells, budget: Budget) -> Iterator[Evidence]:
    """Offer all rows together; where the kernel refuses them, or too few are left, those that it accepts alone."""
    rows, count = Rows(obligation), len(obligation.labels)
    found = _grown(growth, obligation, budget, range(count))
    yield rows.evidence([rows.row(k, found[k]) if k in found else NONE for k in range(count)])
    kept = {k: row for k in found if (row := _accepted(rows, k, found[k])) is not None}
    lost = [k for k in range(count) if k not in kept]
    again = _grown(growth, obligation, budget, lost, (False,)) if lost else {}
    kept |= {k: row for k in again if (row := _accepted(rows, k, again[k])) is not None}
    yield rows.evidence([kept.get(k, NONE) for k in range(count)])


def _accepted(rows: Rows, mu: int, cell: Cell) -> dict[str, Any] | None:
    """Return the row of a pattern that the kernel accepts; without flips, where these are not shown."""
    for each in (cell, replace(cell, flips=0)):
        row = rows.row(mu, each)
        if accepts(rows.asked.model, rows.alone(mu, row)):
            return row
    return None


def _in_doubles(growth: Growth, obligation: BasinCells, budget: Budget) -> Iterator[Evidence]:
    """Offer rows for the rule that decides in doubles."""
    count = len(obligation.labels)
    rows = _rows(growth, _grown(growth, obligation, budget, range(count)))
    yield _told(rows, count)
    # The rule verifies all rows anyway: only where it refuses, or too few are left, is it asked which of them fail.
    failing = _failing(growth.cells, obligation, rows)
    if failing:
        again = _rows(growth, _grown(growth, obligation, budget, failing, (False,)))
        lost = {*failing} - again.keys() | {*_failing(growth.cells, obligation, again)}
        yield _told({k: row for k, row in (rows | again).items() if k not in lost}, count)


def _told(rows: Mapping[int, Any], count: int) -> Evidence:
    return {"rule": "basin_cells", "cells": [rows.get(k) for k in range(count)]}


def _grown(
    growth: Growth,
    obligation: BasinCells,
    budget: Budget,
    chosen: Sequence[int],
    sides: tuple[bool, ...] = (True, False),
) -> dict[int, Cell]:
    """Return cells for the chosen patterns: with half-infinite sides, or finite ones where those give none."""
    patterns, cells = obligation.patterns.floats(), dict[int, Cell]()
    step = max(1, TOGETHER // growth.network.size)
    for start in range(0, len(chosen), step):
        left = list(chosen[start : start + step])
        for halves in sides:
            states = np.zeros((growth.network.size, len(left)))
            states[obligation.place] = patterns[left].T
            try:
                found = growth.grow(states, obligation.place, halves=halves)
            except OutOfTimeError:
                return cells
            cells |= {k: _cell(found, position) for position, k in enumerate(left) if found.ok[position]}
            left = [k for k in left if k not in cells]
            if not left:
                break
        budget.report(min(start + step, len(chosen)), len(chosen), "patterns")
    return cells


def _failing(cells: Cells, obligation: BasinCells, tried: Mapping[int, Any]) -> list[int]:
    """Return which rows the rule refuses: rounding, or power iteration, may have cost them their conditions."""
    rows = [read_row(k, row, cells.network.size) for k, row in tried.items()]
    losses, step = losses_of(cells, obligation.layer, rows), max(1, TOGETHER // cells.network.size)
    failing: list[int] = []
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        failing += [row.pattern for row, holds in zip(some, holding(cells, some, losses), strict=True) if not holds]
    return failing


def _cell(found: Found, k: int) -> Cell:
    """Return a cell whose ends are whole multiples of a unit, rounded inward."""
    ends, inner, rest = (_column(each, k) for each in (found.ends, found.inner, found.rest))
    is_inside = bool(((ends[0] <= rest[0]) & (rest[1] <= ends[1])).all())
    unit = unit_of(rest[1] - rest[0], inner[1] - inner[0], ends[1] - ends[0])
    smaller = inward(rest, unit) if found.resting[k] and is_inside else None
    return Cell(unit, inward(ends, unit), smaller, int(found.flips[k]), inward(inner, unit))


def _column(ends: Ends, k: int) -> tuple[Floats, Floats]:
    return ends.lower[:, k], ends.upper[:, k]


def _rows(growth: Growth, cells: Mapping[int, Cell]) -> dict[int, Any]:
    """Return cells as rows of the evidence in doubles."""
    return {
        k: {
            "unit": str(Fraction(cell.unit)),
            "lower": _whole(cell.ends[0] / cell.unit),
            "upper": _whole(cell.ends[1] / cell.unit),
            "inner": _box(cell.inner, cell.unit) if cell.flips else None,
            "flips": cell.flips,
            "rest": None if cell.rest is None else _box(cell.rest, cell.unit),
            "definiteness": evidence_for(growth.network),
        }
        for k, cell in cells.items()
    }


def _box(ends: tuple[Floats, Floats], unit: float) -> list[list[int | None]]:
    return [_whole(end / unit) for end in ends]


def unit_of(*widths: Floats) -> float:
    """Return a power of two, 2⁻¹² of the typical width of the narrowest box; half-infinite ones are 1 wide."""
    sizes = [width[np.isfinite(width) & (width > 0)] for width in widths]
    size = min((float(np.median(size)) for size in sizes if len(size)), default=2.0**-13)
    return float(2.0 ** (frexp(max(size, 2.0**-36))[1] - BITS))


def inward(ends: tuple[Floats, Floats], unit: float) -> tuple[Floats, Floats]:
    """Return multiples of a unit inside ends, so that an end just inside a kink does not come to lie on it."""
    return (np.floor(ends[0] / unit) + 1) * unit, -(np.floor(-ends[1] / unit) + 1) * unit


def _whole(values: Floats) -> list[int | None]:
    return [int(value) if np.isfinite(value) else None for value in values.tolist()]


PROVER = Prover(
    name="cell_growth",
    summary="boxes in the basin beside each pattern, grown neuron by neuron from the equilibrium",
    search=_search,
    reason=Reason.NOT_STORED,
)
