"""Networks with piecewise-linear activations, in doubles and exactly, and what is known of their equilibria in a box.

F(x) = ρx - Wg(x) - b; g_j is affine between its kinks. In a box X an equilibrium obeys natural bounds, relaxed bounds
(the secant of each g_j and the distance of the graph from it), and the linear program over the convex hulls of the
graphs: multipliers y with

    D(y) = Σ_j min over X_j of (y_j ρ_j x - (Wᵀy)_j g_j(x)) - yᵀb > 0

show that there is none. Each minimum is taken at an end of X_j or at a kink, or does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.networks import LinearNetwork
from hopverify.networks.segments import Segment, segments
from hopverify.spec.exact_array import ExactArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
End = Fraction | None

# Multipliers are rounded to whole numbers up to these, the least that do; a sum keeps this share of its terms as room.
SCALES = (10.0, 100.0, 1e4, 1e7, 2.0**48)
ROOM = 2.0**-20
# The ends of a box that is shrunk stay away from what was computed by this share of what is gained.
GAINED = 2.0**-8
SMALL, THIN = 1e-9, 1e-12
# A matrix whose inverse is so much larger counts as singular.
REGULAR = 2.0**30
# Balls of intervals are rounded outward by about 2⁻³⁰ of their radii.
WIDER = 1 + 2.0**-24


@dataclass(frozen=True, eq=False)
class Box:
    """A box with exact ends (None: infinite) and the same in doubles."""

    ends: tuple[tuple[End, ...], tuple[End, ...]]
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, lower: list[End], upper: list[End]) -> Box:
        """Return the box with these ends."""
        low = np.array([-np.inf if end is None else float(end) for end in lower])
        high = np.array([np.inf if end is None else float(end) for end in upper])
        return cls((tuple(lower), tuple(upper)), low, high)

    def halves(self, i: int, place: Fraction) -> tuple[Box, Box]:
        """Return the parts below and above a place of coordinate i."""
        lower, upper = self.ends
        below = Box.of(list(lower), [*upper[:i], place, *upper[i + 1 :]])
        above = Box.of([*lower[:i], place, *lower[i + 1 :]], list(upper))
        return below, above


class PiecewiseLinear:
    """A network all of whose activations are piecewise linear."""

    def __init__(self, network: LinearNetwork) -> None:
        found = [segments(function) for function in network.functions]
        self.parts: list[tuple[Segment, ...]] = [own for own in found if own is not None]
        if len(self.parts) < network.size:
            raise ValueError("an activation is not piecewise linear")
        self.network, self.size = network, network.size
        self.W, self.b, self.leak = (ExactArray.of(array).floats() for array in (network.W, network.b, network.leak))
        most = max(map(len, self.parts))
        self.kinks, self.kink_values = np.full((self.size, most - 1), np.nan), np.full((self.size, most - 1), np.nan)
        self.slopes, self.intercepts = np.zeros((self.size, most)), np.zeros((self.size, most))
        for j, own in enumerate(self.parts):
            self.slopes[j, : len(own)] = [float(part.slope) for part in own]
            self.intercepts[j, : len(own)] = [float(part.intercept) for part in own]
            for k, part in enumerate(own[:-1]):
                assert part.upper is not None
                self.kinks[j, k], self.kink_values[j, k] = float(part.upper), float(part.value(part.upper))
        self.rows = np.arange(self.size)
        self._scale = lcm(*(v.denominator for array in (network.W, network.b, network.leak) for v in array.flat))
        scaled = (np.frompyfunc(lambda v: int(v * self._scale), 1, 1)(a) for a in (network.W, network.b, network.leak))
        self._whole: tuple[Any, Any, Any] = tuple(scaled)  # W, b and ρ times the common denominator

    def reach(self, box: Box) -> tuple[Integers, Integers]:
        """Return the numbers of the first and the last segment that each interval meets in more than an end."""
        first = (self.kinks <= box.lower[:, None]).sum(axis=1)
        last = (self.kinks < box.upper[:, None]).sum(axis=1)
        return np.minimum(first, last), last

    def inside(self, lower: Floats, upper: Floats) -> NDArray[np.bool_]:
        """Return which kinks lie strictly inside of intervals."""
        return (lower[:, None] < self.kinks) & (self.kinks < upper[:, None])

    def values(self, x: Floats) -> Floats:
        """Return g(x), the limits at infinite x."""
        place = (self.kinks < x[:, None]).sum(axis=1)
        slope = self.slopes[self.rows, place]
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(slope == 0, 0.0, slope * x) + self.intercepts[self.rows, place])

    def natural(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return the natural bounds of the equilibria in a box."""
        ends = np.stack([self.values(lower), self.values(upper)])
        inner = self.inside(lower, upper)
        low = np.minimum(ends.min(axis=0), np.where(inner, self.kink_values, np.inf).min(axis=1, initial=np.inf))
        high = np.maximum(ends.max(axis=0), np.where(inner, self.kink_values, -np.inf).max(axis=1, initial=-np.inf))
        with np.errstate(invalid="ignore"):
            least = np.where(self.W == 0, 0.0, np.where(self.W > 0, self.W * low, self.W * high)).sum(axis=1)
            most = np.where(self.W == 0, 0.0, np.where(self.W > 0, self.W * high, self.W * low)).sum(axis=1)
        return (least + self.b) / self.leak, (most + self.b) / self.leak

    def relaxed(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return the relaxed bounds of the equilibria in a box with finite ends; infinite ones where that fails."""
        width = upper - lower
        start = self.values(lower)
        slope = np.where(width > THIN, (self.values(upper) - start) / np.maximum(width, THIN), 0.0)
        rest = np.where(self.inside(lower, upper), self.kink_values - slope[:, None] * self.kinks, np.nan)
        both = np.concatenate([np.stack([start - slope * lower, self.values(upper) - slope * upper], axis=1), rest], 1)
        least, most = np.fmin.reduce(both, axis=1), np.fmax.reduce(both, axis=1)
        A = np.diag(self.leak) - self.W * slope
        try:
            R = np.linalg.inv(A)
        except np.linalg.LinAlgError:
            return np.full(self.size, -np.inf), np.full(self.size, np.inf)
        if np.abs(R).max(initial=0.0) * np.abs(A).max(initial=0.0) > REGULAR:
            return np.full(self.size, -np.inf), np.full(self.size, np.inf)
        centre, radius = R @ (self.W @ ((least + most) / 2) + self.b), np.abs(R @ self.W) @ ((most - least) / 2)
        return centre - radius * WIDER, centre + radius * WIDER

    def holds_one(self, x: Iterable[Fraction], lower: Floats, upper: Floats) -> bool:
        """Whether Krawczyk's test holds with room in a small box around an equilibrium."""
        middle, half = (lower + upper) / 2, (upper - lower) / 2
        first, last = self.reach(Box.of([Fraction(v) for v in lower.tolist()], [Fraction(v) for v in upper.tolist()]))
        steep = np.stack([self.slopes[self.rows, first], self.slopes[self.rows, last]])
        slope = steep.mean(axis=0)
        try:
            R = np.linalg.inv(np.diag(self.leak) - self.W * slope)
        except np.linalg.LinAlgError:
            return False
        spread = np.abs(R @ self.W) @ (np.abs(np.diff(steep, axis=0)[0]) / 2 * half)
        # The residual of the middle is (ρ - W D)(middle - x) with slopes D of the box.
        away = np.abs(np.array([float(Fraction(m) - v) for m, v in zip(middle.tolist(), x, strict=True)]))
        away = away + np.abs(R @ self.W) @ (np.abs(np.diff(steep, axis=0)[0]) / 2 * away)
        return bool((away + spread < 0.75 * half).all())

    def program(self, box: Box, steep: float = 0.0) -> tuple[Floats, Floats, Floats]:
        """Return multipliers with the greatest D(y) for |y| ≤ 1, and the x and γ of the hulls where F is least.

        SciPy, HiGHS: the unknowns are y and the minimum of each neuron, the constraints the corners of the hulls; along
        infinite intervals the terms rise by ``steep`` at least.
        """
        from scipy.optimize import linprog

        j, x, g, weight = self._corners(box)
        rows = np.zeros((len(j), 2 * self.size))
        rows[:, : self.size] = g[:, None] * self.W.T[j]
        rows[np.arange(len(j)), j] -= self.leak[j] * x
        rows[np.arange(len(j)), self.size + j] = weight
        bounds = [(-1.0, 1.0)] * self.size + [(None, None)] * self.size
        cost = np.concatenate([self.b, -np.ones(self.size)])
        solved = linprog(cost, A_ub=rows, b_ub=-steep * (1 - weight), bounds=bounds, method="highs")
        if solved.x is None:
            return np.zeros(self.size), *self._middle(box)
        share = -np.asarray(solved.ineqlin.marginals)
        state, gamma = np.zeros(self.size), np.zeros(self.size)
        np.add.at(state, j, share * x)
        np.add.at(gamma, j, share * g)
        return np.asarray(solved.x[: self.size]), state, gamma

    def _corners(self, box: Box) -> tuple[Integers, Floats, Floats, Floats]:
        """Return neurons, x and g of the corners of their hulls with weight 1, and directions with weight 0."""
        lower, upper = box.lower, box.upper
        inner_j, inner_k = np.nonzero(self.inside(lower, upper))
        low, high = np.flatnonzero(np.isfinite(lower)), np.flatnonzero(np.isfinite(upper))
        none = np.flatnonzero(~np.isfinite(lower) & ~np.isfinite(upper) & ~self.inside(lower, upper).any(axis=1))
        j = np.concatenate([low, high, inner_j, none])
        x = np.concatenate([lower[low], upper[high], self.kinks[inner_j, inner_k], np.zeros(len(none))])
        at_low, at_high = self.values(np.nan_to_num(lower, neginf=0.0)), self.values(np.nan_to_num(upper, posinf=0.0))
        g = np.concatenate([at_low[low], at_high[high], self.kink_values[inner_j, inner_k], at_low[none]])
        first, last = self.reach(box)
        down, up = np.flatnonzero(~np.isfinite(lower)), np.flatnonzero(~np.isfinite(upper))
        ways = np.concatenate([-np.ones(len(down)), np.ones(len(up))])
        steep = np.concatenate([-self.slopes[down, first[down]], self.slopes[up, last[up]]])
        weight = np.concatenate([np.ones(len(j)), np.zeros(len(ways))])
        return np.concatenate([j, down, up]), np.concatenate([x, ways]), np.concatenate([g, steep]), weight

    def _middle(self, box: Box) -> tuple[Floats, Floats]:
        lower, upper = np.clip(box.lower, -1e6, 1e6), np.clip(box.upper, -1e6, 1e6)
        return (lower + upper) / 2, (self.values(lower) + self.values(upper)) / 2

    def multipliers(self, y: Floats, box: Box) -> list[int] | None:
        """Return whole multipliers near y with D(y) > 0, None where they are not found."""
        largest = np.abs(y).max(initial=0.0)
        if not np.isfinite(largest) or largest == 0:
            return None
        finite = bool(np.isfinite(box.upper - box.lower).all())
        for scale in SCALES:
            whole = np.round(y * (scale / largest))
            if finite:
                value, terms = self._sum(whole, box)
                if value > ROOM * terms:
                    return [int(v) for v in whole.tolist()]
        found = [int(v) for v in np.round(y * (SCALES[-1] / largest)).tolist()]
        least = self.least(found, box)
        return found if least is not None and least > 0 else None

    def _sum(self, y: Floats, box: Box) -> tuple[float, float]:
        """Return D(y) in a box with finite ends, and the size of its terms."""
        p, q = y * self.leak, y @ self.W
        found = [p * box.lower - q * self.values(box.lower), p * box.upper - q * self.values(box.upper)]
        inner = p[:, None] * self.kinks - q[:, None] * self.kink_values
        inner = np.where(self.inside(box.lower, box.upper), inner, np.inf)
        least = np.minimum(np.minimum(*found), inner.min(axis=1, initial=np.inf))
        size = np.maximum(np.abs(box.lower), np.abs(box.upper))
        values = np.maximum(np.abs(self.values(box.lower)), np.abs(self.values(box.upper)))
        terms = np.abs(p) @ size + np.abs(y) @ (np.abs(self.W) @ values + np.abs(self.b))
        return float(least.sum() - y @ self.b), float(terms)

    def least(self, y: list[int] | list[Fraction], box: Box) -> Fraction | None:
        """Return D(y) exactly, None where a minimum does not exist."""
        found = self.minima(y, box)
        if found is None:
            return None
        shift = sum((v * entry for v, entry in zip(y, self._whole[1].tolist(), strict=True)), Fraction(0))
        return (sum((value for value, _ in found), Fraction(0)) - shift) / self._scale

    def minima(self, y: list[int] | list[Fraction], box: Box) -> list[tuple[Fraction, set[Fraction] | None]] | None:
        """Return for each neuron its minimum in D(y), times the common denominator, and where among the ends and kinks
        it is attained; None for the places where it is attained all the way to infinity.
        """
        W, _, leak = self._whole
        multipliers = np.array(y, dtype=object)
        p, q = (multipliers * leak).tolist(), (multipliers @ W).tolist()
        first, last = self.reach(box)
        found = [self._minimum(j, p[j], q[j], box, int(first[j]), int(last[j])) for j in range(self.size)]
        known = [each for each in found if each is not None]
        return known if len(known) == self.size else None

    def _minimum(self, j: int, p: Any, q: Any, box: Box, first: int, last: int) -> Any:
        own, low, high = self.parts[j], box.ends[0][j], box.ends[1][j]
        flat = False
        for end, part, way in ((low, own[first], -1), (high, own[last], 1)):
            if end is None:
                fall = way * (p - q * part.slope)
                if fall < 0:
                    return None
                flat |= fall == 0
        places = {end for end in (low, high, *(part.upper for part in own[first:last])) if end is not None}
        values = {x: p * x - q * _value(own, first, x) for x in places or {Fraction(0)}}
        least = min(values.values())
        return Fraction(least), None if flat else {x for x, value in values.items() if value == least}


def _value(own: tuple[Segment, ...], first: int, x: Fraction) -> Fraction:
    part = next(part for part in own[first:] if part.upper is None or x <= part.upper)
    return part.value(x)
