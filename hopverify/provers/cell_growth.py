"""Cell growth: a box in the basin beside each pattern, grown neuron by neuron, and how many flips it corrects (T9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    network, patterns = obligation.network, obligation.patterns.floats()
    try:
        cells = Cells(network)
        growth = Growth(network, cells, obligation.layer, budget.ask)
    except EvidenceRejected:
        return
    listed: list[Any] = []
    step = max(1, TOGETHER // network.size)
    for start in range(0, len(patterns), step):
        chunk = patterns[start : start + step].T
        states = np.zeros((network.size, chunk.shape[1]))
        states[obligation.place] = chunk
        try:
            listed += _grown(growth, states, obligation)
        except OutOfTimeError:
            break
        budget.report(len(listed), len(patterns), "patterns")
    yield {"rule": "basin_cells", "cells": listed + [None] * (len(patterns) - len(listed))}


def _grown(growth: Growth, states: Floats, obligation: BasinCells) -> list[Any]:
    """Return a row for each pattern: with half-infinite sides, or finite ones where those give none."""
    rows: list[Any] = [None] * states.shape[1]
    for halves in (True, False):
        left = [k for k, row in enumerate(rows) if row is None]
        if left:
            found = growth.grow(states[:, left], obligation.place, halves=halves)
            tried = {k: _row(growth, found, position) for position, k in enumerate(left) if found.ok[position]}
            rows = [tried.get(k, row) for k, row in enumerate(rows)]
            for k in _failing(growth.cells, obligation, tried):
                rows[k] = None
    return rows


def _failing(cells: Cells, obligation: BasinCells, tried: Mapping[int, Any]) -> list[int]:
    """Return which rows the rule would refuse: rounding, or power iteration, may have cost them their conditions."""
    rows = [read_row(k, row, cells.network.size) for k, row in tried.items()]
    if not rows:
        return []
    losses = losses_of(cells, obligation.layer, rows)
    return [row.pattern for row, holds in zip(rows, holding(cells, rows, losses), strict=True) if not holds]


def _row(growth: Growth, found: Found, k: int) -> dict[str, Any]:
    lower, upper = found.ends.lower[:, k], found.ends.upper[:, k]
    flips = int(found.flips[k])
    inner, rest = ((ends.lower[:, k], ends.upper[:, k]) for ends in (found.inner, found.rest))
    is_inside = bool(((lower <= rest[0]) & (rest[1] <= upper)).all())
    unit = _unit(rest[1] - rest[0], inner[1] - inner[0], upper - lower)
    return {
        "unit": str(Fraction(unit)),
        "lower": _whole(_inward(lower / unit)),
        "upper": _whole(-_inward(-upper / unit)),
        "inner": _box(inner, unit) if flips else None,
        "flips": flips,
        "rest": _box(rest, unit) if found.resting[k] and is_inside else None,
        "definiteness": evidence_for(growth.network),
    }


def _box(ends: tuple[Floats, Floats], unit: float) -> list[list[int | None]]:
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
