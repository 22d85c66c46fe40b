"""Basin cells: boxes in the basin of one equilibrium each, by one matrix product and one factorisation (T9).

The theorem with its proof stands in :mod:`hopverify.checker.cells`. The payload has a row for each pattern, or null: a
``unit``, and ``lower`` and ``upper`` as whole multiples of it (null: infinite), ``definiteness`` as evidence for
condition (b), ``flips`` with ``inner``, lower and upper ends of the smaller box, or null for no flips, and ``rest``,
the ends of a box within the cell whose targets stay strictly inside it, or null. A row whose conditions do not hold is
refused.

*Retrieved.* The box ``rest`` holds an equilibrium (Brouwer), which is that of the cell: the activations on it enclose
its activation, which has to be the pattern's own (:mod:`hopverify.checker.stored`). The pattern has to lie in the cell,
and where flips are asked for in the smaller box, but for neurons whose activation is that of the box's end beside them:
the box that reaches out to them has the same activations, hence the same targets and the same steepest slopes, and is a
cell too. The other layers start anywhere in the cell, such as at their targets.
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
from hopverify.checker.stored import Rivals, what_is_missing
from hopverify.errors import EvidenceRejected
from hopverify.obligations import BasinCells, Outcome, are_enough
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
KEYS = {"unit", "lower", "upper", "inner", "flips", "rest", "definiteness"}

# Distances are told as whole multiples of 1/2^16, rounded down.
SHOWN = 2**16

# Boxes are taken together, for the sake of one pass over the weights; this many numbers at most.
TOGETHER = 2**19


@dataclass(frozen=True, eq=False)
class Row:
    """One row of the payload in doubles; ends may be infinite. ``inner`` and ``rest`` are boxes within the cell."""

    pattern: int
    lower: Floats
    upper: Floats
    inner: tuple[Floats, Floats]
    flips: int
    rest: tuple[Floats, Floats]
    definiteness: Any


def read_row(pattern: int, listed: Any, size: int) -> Row:
    """Return a row of the payload; refuse one that is not of that shape."""
    if not isinstance(listed, Mapping) or set(listed) != KEYS:
        raise EvidenceRejected(f"cells: expected rows with the keys {', '.join(sorted(KEYS))}")
    unit, flips = rational(listed["unit"]), index(listed["flips"], size + 1)
    if not _is_power_of_two(unit):
        raise EvidenceRejected("cells: expected a unit that is a power of two")
    lower, upper = (_multiples(listed[key], unit, size, key) for key in ("lower", "upper"))
    if not (lower <= upper).all():
        raise EvidenceRejected("cells: a box is empty")
    if not flips and listed["inner"] is not None:
        raise EvidenceRejected("inner: a smaller box is for flips")
    inner, rest = (
        (lower, upper)
        if listed[key] is None and not (key == "inner" and flips)
        else _within(listed[key], unit, (lower, upper), key)
        for key in ("inner", "rest")
    )
    return Row(pattern, lower, upper, inner, flips, rest, listed["definiteness"])


def _within(listed: Any, unit: Fraction, cell: tuple[Floats, Floats], key: str) -> tuple[Floats, Floats]:
    """Return the ends of a box within a cell."""
    if not isinstance(listed, list) or len(listed) != 2:
        raise EvidenceRejected(f"{key}: expected lower and upper ends")
    size = len(cell[0])
    low, high = (_multiples(ends, unit, size, end) for ends, end in zip(listed, ("lower", "upper"), strict=True))
    if not ((cell[0] <= low) & (low <= high) & (high <= cell[1])).all():
        raise EvidenceRejected(f"{key}: a box is empty, or not within the cell")
    return low, high


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
    if obligation.network is None:
        raise EvidenceRejected("cells: the weights are not known as blocks")
    listed, size = payload["cells"], obligation.network.size
    if not isinstance(listed, list) or len(listed) != len(obligation.labels):
        raise EvidenceRejected(f"cells: expected one for each of {len(obligation.labels)} patterns")
    cells = Cells(obligation.network)
    rows = [read_row(number, entry, size) for number, entry in enumerate(listed) if entry is not None]
    losses = losses_of(cells, obligation.layer, rows)
    rivals = Rivals(obligation.model.layers[obligation.layer], obligation.patterns, obligation.errors)
    step, found = max(1, TOGETHER // size), dict[int, dict[str, Any]]()
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        _verify(cells, some, losses, obligation.labels)
        found |= {row.pattern: _told(cells, obligation, rivals, row) for row in some}
    told = [
        {"name": label} | found.get(number, {"verdict": "unknown", "why": "none"})
        for number, label in enumerate(obligation.labels)
    ]
    retrieved = [row["verdict"] == "pass" for row in told]
    data = {
        "certified": sum(retrieved),
        "patterns": len(told),
        "neurons": obligation.patterns.shape[1],
        "cells": told,
    }
    if are_enough(retrieved, rivals.firsts, obligation.at_least):
        return Judgement(Outcome.PROVED, data)
    return Judgement(Outcome.OPEN, data, Reason.NOT_STORED)


def losses_of(cells: Cells, layer: str, rows: Sequence[Row]) -> dict[int, Floats]:
    """Return for each number of flips in the rows how far they can move the targets."""
    counts = sorted({row.flips for row in rows if row.flips})
    return cells.flip_losses(cells.spans(layer), counts) if counts else {}


def _verify(cells: Cells, rows: Sequence[Row], losses: Mapping[int, Floats], labels: Sequence[str]) -> None:
    """Refuse rows unless the conditions (a), (b) and those of the smaller boxes hold."""
    held = holding(cells, rows, losses)
    if not held.all():
        label = labels[rows[int(np.flatnonzero(~held)[0])].pattern]
        raise EvidenceRejected(f"cells: the conditions of T9 do not hold for the boxes of {label}")


def holding(cells: Cells, rows: Sequence[Row], losses: Mapping[int, Floats]) -> NDArray[np.bool_]:
    """Return for which rows the conditions hold."""
    ends = _ends([(row.lower, row.upper) for row in rows])
    kept = is_kept(cells.targets(cells.activated(ends)), ends)
    none, flipped = np.zeros(cells.network.size), [k for k, row in enumerate(rows) if row.flips]
    kept[flipped] &= _drawn_back(cells, [rows[k].inner for k in flipped], [losses[rows[k].flips] for k in flipped])
    resting = [k for k, row in enumerate(rows) if row.rest[0] is not row.lower]
    kept[resting] &= _drawn_back(cells, [rows[k].rest for k in resting], [none] * len(resting))
    diagonals = cells.diagonals(ends)
    return np.array(
        [bool(kept[k]) and _is_definite(cells, diagonals[:, k], row.definiteness) for k, row in enumerate(rows)]
    )


def _ends(boxes: Sequence[tuple[Floats, Floats]]) -> Ends:
    return Ends(np.array([low for low, _ in boxes]).T, np.array([high for _, high in boxes]).T)


def _drawn_back(cells: Cells, boxes: Sequence[tuple[Floats, Floats]], losses: Sequence[Floats]) -> NDArray[np.bool_]:
    """Return for which boxes the targets stay strictly inside, whatever these losses move."""
    if not boxes:
        return np.ones(0, dtype=bool)
    inner, loss = _ends(boxes), np.array(losses).T
    targets = cells.targets(cells.activated(inner))
    moved = Ends(np.nextafter(targets.lower - loss, -np.inf), np.nextafter(targets.upper + loss, np.inf))
    return is_kept(moved, inner, strictly=True)


def _is_definite(cells: Cells, diagonal: Floats, evidence: Any) -> bool:
    if not (diagonal > 0).all():
        return False
    try:
        check_definite(form_of(cells.network, diagonal), evidence)
    except EvidenceRejected:
        return False
    return True


def _told(cells: Cells, obligation: BasinCells, rivals: Rivals, row: Row) -> dict[str, Any]:
    """Return what the reader is told of a pattern with a cell, in the numbers of its own layer."""
    own, mu = obligation.place, row.pattern
    lower, upper = row.lower[own], row.upper[own]
    gamma = cells.activated(_ends([row.rest]))
    fit = rivals.fit(mu, gamma.lower[own, 0], gamma.upper[own, 0])
    flips = row.flips if rivals.holds(mu, row.inner[0][own], row.inner[1][own]) else 0
    told = {"flips": flips, "half_infinite": int((np.isinf(lower) | np.isinf(upper)).sum())}
    if not fit.is_own:
        return {"verdict": "unknown"} | told | what_is_missing(fit, obligation.labels)
    if not rivals.holds(mu, lower, upper):
        return {"verdict": "unknown", "why": "outside"} | told
    if flips < obligation.flips:
        return {"verdict": "unknown", "why": "flips"} | told
    return {"verdict": "pass"} | told | _reach(rivals.states[0][mu], rivals.states[1][mu], lower, upper)


def _reach(low: Floats, high: Floats, lower: Floats, upper: Floats) -> dict[str, str]:
    """Return how far every coordinate of a pattern is inside its cell, rounded down; nothing where one is not."""
    gaps = np.minimum(low - lower, upper - high)
    lost = 2.0**-48 * (np.abs(low) + np.abs(np.where(np.isinf(gaps), 0.0, gaps)))
    gap = float((gaps - lost).min(initial=np.inf))
    return {"nearest_end": str(Fraction(int(np.floor(gap * SHOWN)), SHOWN))} if 0 <= gap < np.inf else {}


RULE = Rule(
    name="basin_cells",
    summary="boxes that the flow keeps and on which diag(ρ/h̄) - W ≻ 0: one equilibrium each, which attracts the box",
    obligations=(BasinCells,),
    judge=_judge,
    required=frozenset({"cells"}),
    reach=Reach.NEAR,
)
