"""Cell growth: a box in the basin beside each pattern, grown neuron by neuron, and how many flips it corrects (T9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import frexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.cells import Cells
from hopverify.checker.rules.basin_cells import holding, losses_of, read_row
from hopverify.errors import EvidenceRejected
from hopverify.numerics.cells import Found, Growth, evidence_for
from hopverify.numerics.limits import OutOfTimeError
from hopverify.obligations import BasinCells
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
BITS, TOGETHER = 12, 2**18


def _search(obligation: BasinCells, budget: Budget) -> Iterator[Evidence]:
    count = len(obligation.labels)
    try:
        growth = Growth(obligation.network, Cells(obligation.network), obligation.layer, budget.ask)
    except EvidenceRejected:
        return
    rows = _grown(growth, obligation, budget, range(count))
    yield _told(rows, count)
    # The rule verifies all rows anyway: only where it refuses, or too few are left, is it asked which of them fail.
    failing = _failing(growth.cells, obligation, rows)
    if failing:
        again = _grown(growth, obligation, budget, failing, (False,))
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
) -> dict[int, Any]:
    """Return rows for the chosen patterns: with half-infinite sides, or finite ones where those give none."""
    patterns, rows = obligation.patterns.floats(), dict[int, Any]()
    step = max(1, TOGETHER // growth.network.size)
    for start in range(0, len(chosen), step):
        left = list(chosen[start : start + step])
        for halves in sides:
            states = np.zeros((growth.network.size, len(left)))
            states[obligation.place] = patterns[left].T
            try:
                found = growth.grow(states, obligation.place, halves=halves)
            except OutOfTimeError:
                return rows
            rows |= {k: _row(growth, found, position) for position, k in enumerate(left) if found.ok[position]}
            left = [k for k in left if k not in rows]
            if not left:
                break
        budget.report(min(start + step, len(chosen)), len(chosen), "patterns")
    return rows


def _failing(cells: Cells, obligation: BasinCells, tried: Mapping[int, Any]) -> list[int]:
    """Return which rows the rule refuses: rounding, or power iteration, may have cost them their conditions."""
    rows = [read_row(k, row, cells.network.size) for k, row in tried.items()]
    losses, step = losses_of(cells, obligation.layer, rows), max(1, TOGETHER // cells.network.size)
    failing: list[int] = []
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        failing += [row.pattern for row, holds in zip(some, holding(cells, some, losses), strict=True) if not holds]
    return failing


def _row(growth: Growth, found: Found, k: int) -> dict[str, Any]:
    lower, upper = found.ends.lower[:, k], found.ends.upper[:, k]
    flips = int(found.flips[k])
    inner, rest = ((ends.lower[:, k], ends.upper[:, k]) for ends in (found.inner, found.rest))
    is_inside = bool(((lower <= rest[0]) & (rest[1] <= upper)).all())
    unit = _unit(rest[1] - rest[0], inner[1] - inner[0], upper - lower)
    cell = _box((lower, upper), unit)
    return {
        "unit": str(Fraction(unit)),
        "lower": cell[0],
        "upper": cell[1],
        "inner": _box(inner, unit) if flips else None,
        "flips": flips,
        "rest": _box(rest, unit) if found.resting[k] and is_inside else None,
        "definiteness": evidence_for(growth.network),
    }


def _box(ends: tuple[Floats, Floats], unit: float) -> list[list[int | None]]:
    """Return ends in whole units, rounded inward; those beyond doubles become infinite, and the rule judges."""
    return [_whole(_inward(ends[0] / unit)), _whole(-_inward(-ends[1] / unit))]


def _unit(*widths: Floats) -> float:
    """Return a power of two, 2⁻¹² of the typical width of the narrowest box; half-infinite ones are 1 wide."""
    sizes = [width[np.isfinite(width) & (width > 0)] for width in widths]
    size = min((float(np.median(size)) for size in sizes if len(size)), default=2.0**-13)
    return float(2.0 ** (frexp(max(size, 2.0**-36))[1] - BITS))


def _inward(lower: Floats) -> Floats:
    """Return whole numbers above lower ends, so that an end just inside a kink does not come to lie on it."""
    return np.asarray(np.floor(lower) + 1)


def _whole(values: Floats) -> list[int | None]:
    return [int(value) if np.isfinite(value) else None for value in values.tolist()]


PROVER = Prover(
    name="cell_growth",
    summary="boxes in the basin beside each pattern, grown neuron by neuron from the equilibrium",
    search=_search,
    reason=Reason.NOT_STORED,
)
