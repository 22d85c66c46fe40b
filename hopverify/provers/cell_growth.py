"""Cell growth: a box in the basin beside each pattern, grown neuron by neuron, and how many flips it corrects (T9)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import frexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.cells import Cells
from hopverify.errors import EvidenceRejected
from hopverify.numerics.cells import Found, Growth
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
            listed += _grown(growth, states, obligation.place)
        except OutOfTimeError:
            break
        budget.report(len(listed), len(patterns), "patterns")
    yield {"rule": "basin_cells", "cells": listed + [None] * (len(patterns) - len(listed))}


def _grown(growth: Growth, states: Floats, own: slice) -> list[Any]:
    """Return a row for each pattern: with half-infinite sides, or finite ones where those give none."""
    rows: list[Any] = [None] * states.shape[1]
    for halves in (True, False):
        left = [k for k, row in enumerate(rows) if row is None]
        if left:
            found = growth.grow(states[:, left], own, halves=halves)
            for position, k in enumerate(left):
                rows[k] = _row(growth, found, position) if found.ok[position] else None
    return rows


def _row(growth: Growth, found: Found, k: int) -> dict[str, Any]:
    lower, upper = found.ends.lower[:, k], found.ends.upper[:, k]
    unit = _unit(found.inner.upper[:, k] - found.inner.lower[:, k], upper - lower)
    low_rank = growth.network.low_rank
    definiteness: dict[str, Any] = {"method": "cholesky"}
    if low_rank is not None and low_rank.scale > 0:
        definiteness = {"method": "low_rank", "complement": definiteness}
    flips = int(found.flips[k])
    inner = (found.inner.lower[:, k], found.inner.upper[:, k])
    return {
        "unit": str(Fraction(unit)),
        "lower": _whole(_inward(lower / unit)),
        "upper": _whole(-_inward(-upper / unit)),
        "inner": [_whole(_inward(inner[0] / unit)), _whole(-_inward(-inner[1] / unit))] if flips else None,
        "flips": flips,
        "definiteness": definiteness,
    }


def _unit(*widths: Floats) -> float:
    """Return a power of two, 2⁻¹² of the typical width of the narrower box."""
    sizes = [width[np.isfinite(width) & (width > 0)] for width in widths]
    size = min((float(np.median(size)) for size in sizes if len(size)), default=1.0)
    return float(2.0 ** (frexp(max(size, 2.0**-40))[1] - BITS))


def _inward(lower: Floats) -> Floats:
    """Return whole numbers above lower ends, so that an end just inside a kink does not come to lie on it."""
    return np.asarray(np.floor(lower) + 1)


def _whole(values: Floats) -> list[int | None]:
    return [int(value) if np.isfinite(value) else None for value in values.tolist()]


PROVER = Prover(
    name="cell_growth",
    summary="boxes in the basin beside each pattern, grown neuron by neuron from the equilibrium",
    obligations=(BasinCells,),
    search=_search,
    order=50,
    reason=Reason.CELL_NOT_CERTIFIED,
)
