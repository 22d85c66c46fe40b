"""The shape of an activation of one number, in doubles: where it bends and turns, and what it may be on intervals.

The line between two bounds is cut at kinks and where g' has an extremum: on each *cell* g' is monotone, so g is convex
or concave. The points of cells are found on a grid that is refined where g' changes, so nothing here is certain. A
search proposes with it, and leaves room.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import Floats as Doubles
from hopverify.expr.nodes import Expression
from hopverify.expr.pieces import NoPieces, pieces
from hopverify.networks.layer import LayerFunction

Floats = NDArray[np.float64]
COARSE, ROUNDS, MOST = 1024, 12, 20_000
STEP = 2.0**-10


class _QuickDoubles(Doubles):
    """Doubles whose erf takes arrays at once."""

    def elementary(self, name: str, *argument: Any) -> Any:
        if name == "erf":
            from scipy.special import erf

            return erf(np.asarray(argument[0], dtype=np.float64))
        return super().elementary(name, *argument)


QUICK = _QuickDoubles()


class Shape:
    """One activation between two bounds."""

    def __init__(self, function: LayerFunction, lower: float, upper: float) -> None:
        assert function.slope is not None
        self.activation, self.derivative = function.activation[0], function.slope
        inside = (lower < (kinks := _kinks(self.activation))) & (kinks < upper)
        self.kinks = kinks[inside]
        cells = [_Cell(self, a, b) for a, b in pairwise([lower, *self.kinks.tolist(), upper])]
        self.cells = [part for cell in cells for part in cell.monotone()]
        self.bends = np.array([cell.lower for cell in self.cells[1:]])
        self.turns = np.array([turn for cell in self.cells for turn in cell.turns()])

    def values(self, x: Floats) -> Floats:
        """Return g(x)."""
        found = evaluate(self.activation, {"x": x}, QUICK)
        return np.asarray(np.broadcast_to(found, x.shape), dtype=np.float64)

    def slopes(self, x: Floats) -> Floats:
        """Return g'(x), that of one side at a kink."""
        found = evaluate(self.derivative, {"x": x}, QUICK)
        return np.asarray(np.broadcast_to(found, x.shape), dtype=np.float64)

    def range(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return the least and the greatest value on intervals, whose ends may be infinite."""
        with np.errstate(all="ignore"):
            ends = self.values(lower), self.values(upper)
        low, high = np.fmin(*ends), np.fmax(*ends)
        if len(self.turns):
            # What turns is a product, of which others know no range where a factor is infinite.
            low = np.where(np.isinf(lower) | np.isinf(upper), -np.inf, low)
        for turn in [*self.turns, *self.kinks]:
            value = self.values(np.array(turn))
            inside = (lower < turn) & (turn < upper)
            low, high = np.where(inside, np.minimum(low, value), low), np.where(inside, np.maximum(high, value), high)
        return low, high

    def slope_range(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return the least and the greatest slope on bounded intervals: of both sides where they meet a kink."""
        low, high = np.full(lower.shape, np.inf), np.full(lower.shape, -np.inf)
        for cell in self.cells:
            meets = (lower <= cell.upper) & (cell.lower <= upper)
            for x in (np.clip(lower, cell.lower, cell.upper), np.clip(upper, cell.lower, cell.upper)):
                slope = np.interp(x, cell.x, cell.h)
                low = np.where(meets, np.minimum(low, slope), low)
                high = np.where(meets, np.maximum(high, slope), high)
        return low, high

    def least(self, p: Floats, q: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return a minimiser x of px - q g(x) on bounded intervals, and g(x)."""
        g, g_upper = self.values(lower), self.values(upper)
        value, value_upper = p * lower - q * g, p * upper - q * g_upper
        falls = value_upper < value
        x, g, value = np.where(falls, upper, lower), np.where(falls, g_upper, g), np.minimum(value, value_upper)
        for kink in self.kinks:
            inside = np.nonzero((lower < kink) & (kink < upper))
            self._replace(inside, np.full(len(inside[0]), kink), p, q, x, g, value)
        with np.errstate(all="ignore"):
            slope = p / q
        for cell in self.cells:
            if not cell.curved:
                continue
            steepest, flattest = max(cell.h[0], cell.h[-1]), min(cell.h[0], cell.h[-1])
            meets = (flattest < slope) & (slope < steepest) & (q < 0 if cell.rises else q > 0)
            inside = np.nonzero(meets & (lower < cell.upper) & (cell.lower < upper))
            if len(inside[0]):
                at = cell.where(slope[inside], lower[inside], upper[inside])
                self._replace(inside, at, p, q, x, g, value)
        return x, g

    def _replace(self, places: Any, at: Floats, p: Floats, q: Floats, x: Floats, g: Floats, value: Floats) -> None:
        """Replace minimisers where another point is better; NaN is no point."""
        g_at = self.values(at)
        better = p[places] * at - q[places] * g_at < value[places]
        chosen = tuple(axis[better] for axis in places)
        x[chosen], g[chosen] = at[better], g_at[better]
        value[chosen] = (p[places] * at - q[places] * g_at)[better]


class _Cell:
    """An interval with a grid on which g' is known; between kinks."""

    def __init__(self, shape: Shape, lower: float, upper: float, grid: tuple[Floats, Floats] | None = None) -> None:
        self.shape, self.lower, self.upper = shape, lower, upper
        self.x, self.h = grid if grid is not None else self._refined()
        self.rises = bool(self.h[-1] >= self.h[0])
        self.curved = bool(np.ptp(self.h) > 0)
        sign = 1.0 if self.rises else -1.0
        self.ordered = np.maximum.accumulate(sign * self.h) * sign

    def _refined(self) -> tuple[Floats, Floats]:
        """Return a grid between the ends, refined until g' changes little from point to point."""
        # One side of a kink: its slope is the limit from within.
        width = self.upper - self.lower
        away = min(2.0**-40 * (1 + abs(self.lower) + abs(self.upper)), width / 4)
        near = width * 2.0 ** -np.arange(1.0, 30.0)
        x = np.concatenate([np.linspace(self.lower, self.upper, COARSE), self.lower + near, self.upper - near, [0.0]])
        x = np.unique(np.clip(x, self.lower, self.upper))
        for _ in range(ROUNDS):
            h = self.shape.slopes(np.clip(x, self.lower + away, self.upper - away))
            coarse = np.abs(np.diff(h)) > STEP * max(float(np.ptp(h)), 1e-300)
            if not coarse.any() or len(x) > MOST:
                break
            x = np.sort(np.concatenate([x, (x[:-1] + x[1:])[coarse] / 2]))
        h = self.shape.slopes(np.clip(x, self.lower + away, self.upper - away))
        return x, np.asarray(h)

    def monotone(self) -> list[_Cell]:
        """Return the parts on which g' is monotone."""
        noise = 1e-9 * (1e-300 + float(np.abs(self.h).max()))
        signs = np.where(np.abs(steps := np.diff(self.h)) > noise, np.sign(steps), 0.0)
        cuts, last = [0], 0.0
        for place in np.flatnonzero(signs):
            if last and signs[place] != last:
                cuts.append(int(place))
            last = signs[place]
        cuts.append(len(self.x) - 1)
        return [
            _Cell(self.shape, float(self.x[a]), float(self.x[b]), (self.x[a : b + 1], self.h[a : b + 1]))
            for a, b in pairwise(cuts)
        ]

    def turns(self) -> list[float]:
        """Return where g' changes its sign within."""
        if self.h[0] * self.h[-1] >= 0:
            return []
        return [float(self.where(np.zeros(1), np.array([self.lower]), np.array([self.upper]))[0])]

    def where(self, slope: Floats, lower: Floats, upper: Floats) -> Floats:
        """Return about where g' has a value, within a cell and an interval; NaN beyond the values of the cell."""
        order = slice(None) if self.rises else slice(None, None, -1)
        x = np.interp(slope, self.ordered[order], self.x[order], left=np.nan, right=np.nan)
        inside = (np.maximum(lower, self.lower) <= x) & (x <= np.minimum(upper, self.upper))
        return np.where(inside, x, np.nan)


def _kinks(expression: Expression) -> Floats:
    try:
        return np.array([float(piece.upper) for piece in pieces(expression) if piece.upper is not None])
    except NoPieces:
        return np.zeros(0)
