"""The claim that patterns are retrieved from basin cells (T9, M4): boxes in floats as rows of the kernel's claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.stored import Rivals
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer
from hopverify.obligations import BasinCells
from hopverify.provers._stored_rows import ROOMS, claimed, own_row
from hopverify.provers._verified import ends_of

Floats = NDArray[np.float64]
Ends = tuple[Floats, Floats]
Box = list[tuple[Fraction | None, Fraction | None]]

NONE: dict[str, Any] = {"retrieved": False}


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell, a finite box around its equilibrium if one was found, and one from which ``flips`` neurons may be moved.

    Ends are whole multiples of a unit, or infinite.
    """

    unit: float
    ends: Ends
    rest: Ends | None
    flips: int
    inner: Ends


class Rows:
    """What is told of the patterns of an obligation."""

    def __init__(self, asked: BasinCells) -> None:
        self.asked, self.layer = asked, asked.model.layers[asked.layer]
        self.own = asked.place
        self.rivals = Rivals(self.layer, asked.patterns, asked.errors)
        self.patterns = asked.patterns.fractions()
        sizes = {layer.name: layer.size for layer in asked.model.layers.values()}
        self.ones = {name: ["1"] * size for name, size in sizes.items()}

    def evidence(
        self, rows: Sequence[Mapping[str, Any]], multipliers: Mapping[str, list[str]] | None = None
    ) -> Evidence:
        """Return the claim that has these rows, with its proof."""
        found = [row["retrieved"] for row in rows]
        return {"rule": "kernel"} | {
            "claim": {
                "claim": "retrieved patterns",
                "memory": self.asked.memory,
                "errors": self.asked.errors,
                "flips": self.asked.flips,
                "at_least": claimed(self.asked, self.rivals, found),
                "patterns": list(rows),
            },
            "proof": {"by": "cells", "multipliers": dict(multipliers or self.ones)},
        }

    def alone(self, mu: int, row: Mapping[str, Any], multipliers: Mapping[str, list[str]] | None = None) -> Evidence:
        """Return the claim about one pattern, which says that none has to be retrieved."""
        rows: list[Mapping[str, Any]] = [NONE] * len(self.patterns)
        rows[mu] = row
        evidence = self.evidence(rows, multipliers)
        evidence["claim"]["at_least"] = 0
        return evidence

    def beside(self, x: Sequence[Any], room: float) -> Evidence:
        """Return the claim that an equilibrium attracts every solution, without its proof."""
        ends, rows = ends_of(x)[self.own], list[dict[str, Any]]()
        for mu in range(len(self.patterns)):
            told = own_row(self.asked, self.rivals, mu, ends, room)
            rows.append({"retrieved": told.pop("own"), "x": x, **told})
        evidence = self.evidence(rows)
        return {"rule": "kernel", "claim": evidence["claim"] | {"basin": "all states"}}

    def row(self, mu: int, cell: Cell) -> dict[str, Any]:
        """Return what is told of a pattern with a cell."""
        pattern, rest = self.patterns[mu], _box(cell.ends if cell.rest is None else cell.rest)
        if any(None in ends for ends in rest):
            return NONE
        box, inner = (self._reaching(mu, _box(each)) for each in (cell.ends, cell.inner))
        told = own_row(self.asked, self.rivals, mu, rest[self.own], ROOMS[-1])  # type: ignore[arg-type]
        own, inside = told.pop("own"), _holds(box[self.own], pattern)
        row: dict[str, Any] = {"cell": _texts(box), "x": _texts(rest), **told}
        reach = _reach(pattern, box[self.own]) if inside else None
        if reach is not None:
            row["nearest_end"] = str(reach)
        flips = cell.flips if _holds(inner[self.own], pattern) else 0
        if flips:
            row["flips"] = {"neurons": flips, "box": _texts(inner)}
        return row | {"retrieved": own and inside and flips >= self.asked.flips}

    def _reaching(self, mu: int, box: Box) -> Box:
        """Return a box that reaches out to a pattern where the activation is that of the box's end beside it."""
        if not self.layer.function.elementwise:
            return box
        found = list(box)
        for k, x in enumerate(self.patterns[mu], start=self.own.start):
            low, high = box[k]
            if low is not None and x < low and _is_constant(self.layer, x, low):
                found[k] = (x, high)
            elif high is not None and high < x and _is_constant(self.layer, high, x):
                found[k] = (low, x)
        return found


def _is_constant(layer: Layer, low: Fraction, high: Fraction) -> bool:
    """Whether a non-decreasing activation seems to be the same at two states."""
    gamma = layer.function.activate(np.array([float(low), float(high)]), FLOATS)
    return bool(gamma[0] == gamma[1])


def _box(ends: Ends) -> Box:
    pairs = zip(ends[0].tolist(), ends[1].tolist(), strict=True)
    return [(_finite(low), _finite(high)) for low, high in pairs]


def _finite(end: float) -> Fraction | None:
    return Fraction(end) if np.isfinite(end) else None


def _texts(box: Box) -> list[list[str | None]]:
    return [[None if end is None else str(end) for end in pair] for pair in box]


def _holds(box: Box, state: Sequence[Fraction]) -> bool:
    pairs = zip(box, state, strict=True)
    return all((low is None or low <= x) and (high is None or x <= high) for (low, high), x in pairs)


def _reach(state: Sequence[Fraction], box: Box) -> Fraction | None:
    """Return how far each coordinate of a state is from the ends of its interval at least; None from infinite ones."""
    gaps = [x - low for (low, _), x in zip(box, state, strict=True) if low is not None]
    gaps += [high - x for (_, high), x in zip(box, state, strict=True) if high is not None]
    return min(gaps, default=None)
