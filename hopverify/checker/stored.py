"""When an equilibrium is a pattern's own: the definition of stored patterns (M4), decided in proved bounds.

γ_μ = g(ξ_μ) and γ_0 = g(b/ρ), the activation of the layer without synapses (0 in place of b/ρ where there is no leak),
are enclosed, and so is the activation γ⋆ of an equilibrium. It is the pattern's own if |γ⋆ - γ_μ| < ½ d_μ, where d_μ is
the least distance from γ_μ to γ_0 and to every γ_ν other than γ_μ; where all patterns have entries ±a, γ⋆ moreover lies
on the same side of g(0) as γ_μ in all but ``errors`` neurons: for odd g it has the signs of ξ_μ. If γ_μ = γ_0 no
equilibrium is. Two patterns with one activation are copies: one pattern. They are known as such where in each neuron
the states are equal, or both activations are enclosed by one and the same number; if neither that nor γ_μ ≠ γ_ν is
certain, the bound of d_μ is 0, and nothing is its own.

Each distance is the root of a sum of n squares of differences of doubles: n + 8 roundings, and underflow, bounded as in
:mod:`hopverify.checker.floats`. No product of matrices is taken, so that what is told is the same on every processor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from hopverify.checker.boxes import Activations, Boxes
from hopverify.checker.floats import UNIT, assert_rounding, raised
from hopverify.expr.intervals import INTERVALS, Interval, as_interval, enclose
from hopverify.networks import Layer
from hopverify.networks.segments import Segment, segments
from hopverify.obligations import amplitude
from hopverify.spec import ExactArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
TINY, DIGITS = 2.0**-500, 20
NO_SYNAPSES = "the layer without synapses"


@dataclass(frozen=True)
class Fit:
    """How an equilibrium fits a pattern: |γ⋆ - γ_μ| ≤ ``distance``, ½ d_μ ≥ ``limit``, which ``rival`` sets.

    The rival is the number of a pattern, or None for the layer without synapses. Up to ``wrong`` signs may be wrong.
    """

    distance: float
    limit: float
    rival: int | None
    wrong: int
    errors: int

    @property
    def is_near(self) -> bool:
        """Whether the activation certainly lies within half the distance to any rival."""
        return self.distance < self.limit

    @property
    def is_own(self) -> bool:
        """Whether the equilibrium certainly is the pattern's own."""
        return self.is_near and self.wrong <= self.errors


def distinct(patterns: ExactArray) -> list[int]:
    """Return for each pattern the number of the first that equals it; with a spread none is known to equal another."""
    if patterns.spread is not None:
        return list(range(len(patterns.values)))
    seen: dict[Any, int] = {}
    # + 0.0 makes -0.0 the same number as 0.0.
    keys = ((row + 0.0).tobytes() if patterns.is_dyadic else tuple(row) for row in patterns.values)
    return [seen.setdefault(key, number) for number, key in enumerate(keys)]


def at_most(value: float) -> str:
    """Return a bound from above for the reader: a number of some digits, rounded upward."""
    return _rounded(value, np.ceil)


def at_least(value: float) -> str:
    """Return a bound from below for the reader: a number of some digits, rounded downward."""
    return _rounded(value, np.floor)


def _rounded(value: float, towards: Any) -> str:
    if not np.isfinite(value) or value == 0:
        return str(Fraction(value)) if value == 0 else "inf"
    exponent = int(np.frexp(value)[1]) - DIGITS
    return str(Fraction(int(towards(np.ldexp(value, -exponent)))) * Fraction(2) ** exponent)


def what_is_missing(fit: Fit, labels: Sequence[str]) -> dict[str, Any]:
    """Return for the reader why an equilibrium is not shown to be a pattern's own; nothing where it is."""
    if not fit.is_near:
        rival = NO_SYNAPSES if fit.rival is None else labels[fit.rival]
        return {"why": "far", "distance": at_most(fit.distance), "limit": at_least(fit.limit), "rival": rival}
    return {} if fit.is_own else {"why": "signs", "wrong": fit.wrong}


def reach_of_signs(patterns: ExactArray, errors: int) -> float:
    """Return a distance within which at most so many signs of any pattern are wrong; infinity where signs say nothing.

    Each wrong sign is at least a away, or as much less as the spread of the patterns.
    """
    size, spread = amplitude(patterns), patterns.spread
    if size is None:
        return math.inf
    if spread is not None:
        size -= spread.absolute + spread.relative * size
    return max(float(size), 0.0) * math.sqrt(errors + 1) * (1 - 8 * UNIT)


def far(patterns: ExactArray, mu: int, rival: int, distance: float, labels: Sequence[str]) -> dict[str, Any]:
    """Return for the reader why an equilibrium at that distance from a state is not its own: half of some distance.

    That is the distance to the rival, or to 0 if it is less. Each is a correctly rounded sum of squares.
    """
    own = patterns.floats()[mu]
    lengths = {NO_SYNAPSES: _length(own)}
    if rival != mu and rival < len(labels):
        lengths[labels[rival]] = _length(own - patterns.floats()[rival])
    name, length = min(lengths.items(), key=lambda each: each[1])
    limit = length / 2 * (1 - 16 * UNIT)
    told = {"why": "far", "distance": at_most(distance)}
    return told | ({"limit": at_least(limit), "rival": name} if limit <= distance else {})


def _length(row: Floats) -> float:
    return math.sqrt(math.fsum(np.square(row).tolist()))


class Rivals:
    """The patterns of one layer by their activations: which are copies, and how far each is from its rivals.

    Without a ``layer`` it is one of identity neurons without bias, where activations are the states themselves.
    """

    def __init__(self, layer: Layer | None, patterns: ExactArray, errors: int = 0) -> None:
        assert_rounding()
        self.layer, self.errors, self.states = layer, errors, _ends(patterns)
        self.signed = amplitude(patterns) is not None
        self.lower, self.upper = self._activated(patterns)
        self.rest = self._activated(ExactArray.of([at_rest(layer, patterns.shape[1])]))
        self.zero = tuple(ends[0] for ends in self._activated(ExactArray.of([[0] * patterns.shape[1]])))
        elementwise = layer is None or layer.function.elementwise
        self.firsts = _copies(patterns.values, self.lower, self.upper, elementwise=elementwise)
        self.limits, self.rivals, self.most = self._gaps()

    def _activated(self, states: ExactArray) -> tuple[Floats, Floats]:
        return _ends(states) if self.layer is None else activated(self.layer, states)

    @property
    def different(self) -> int | None:
        """How many patterns there are, copies counted once; None where two cannot be told apart."""
        return len(set(self.firsts)) if self._told_apart else None

    def _gaps(self) -> tuple[Floats, list[int | None], Floats]:
        """Return lower bounds of ½ d_μ, who sets them, and upper bounds of ½ d_μ."""
        count, groups = len(self.lower), np.array(self.firsts)
        limits, most, rivals, self._told_apart = np.empty(count), np.empty(count), list[int | None](), True
        for mu in range(count):
            near, far = apart(self.lower[mu], self.upper[mu], self.lower, self.upper)
            zero_near, zero_far = apart(self.lower[mu], self.upper[mu], *self.rest)
            copies = groups == groups[mu]
            near = np.where(copies, np.inf, near)
            nearest = int(near.argmin())
            self._told_apart &= bool(near[nearest] > 0)
            by_rest = zero_near[0] <= near[nearest]
            limits[mu] = min(zero_near[0], near[nearest]) / 2
            rivals.append(None if by_rest else nearest)
            # A pattern that may equal this one bounds nothing from above; the layer without synapses always does.
            sure = np.where(copies | (near <= 0), np.inf, far)
            most[mu] = min(zero_far[0], float(sure.min())) / 2
        return limits, rivals, most

    def fit(self, mu: int, lower: Floats, upper: Floats) -> Fit:
        """Return how an equilibrium whose activation is enclosed fits a pattern."""
        _, far = apart(self.lower[mu], self.upper[mu], lower[None], upper[None])
        return Fit(float(far[0]), float(self.limits[mu]), self.rivals[mu], self._wrong(mu, lower, upper), self.errors)

    def _wrong(self, mu: int, lower: Floats, upper: Floats) -> int:
        """Return in how many neurons an enclosed activation is not certainly on the pattern's side of g(0)."""
        if not self.signed:
            return 0
        (above, below, equal), (up, down, at) = (self._sides(*ends) for ends in (self._own(mu), (lower, upper)))
        return int((~(above & up | below & down | equal & at)).sum())

    def _own(self, mu: int) -> tuple[Floats, Floats]:
        return self.lower[mu], self.upper[mu]

    def _sides(self, lower: Floats, upper: Floats) -> tuple[Flags, Flags, Flags]:
        """Return where an enclosed activation certainly lies above, below, and exactly at g(0)."""
        zero_low, zero_high = self.zero
        exact = (lower == upper) & (zero_low == zero_high)
        return lower > zero_high, upper < zero_low, exact & (lower == zero_low)

    def holds(self, mu: int, lower: Floats, upper: Floats) -> bool:
        """Whether a pattern's state lies in a box of states of non-decreasing neurons, but where its activation does.

        A neuron below the box whose activation is that of the lower end is within it after all: g is constant between.
        """
        least, most = (self._activated(ExactArray(_finite(ends)[None])) for ends in (lower, upper))
        left = (self.states[0][mu] >= lower) | (self.lower[mu] >= least[1][0])
        right = (self.states[1][mu] <= upper) | (self.upper[mu] <= most[0][0])
        return bool((left & right).all())

    def may_own(self, mu: int, lower: Floats, upper: Floats) -> bool:
        """Whether an equilibrium whose activation is enclosed may be the pattern's own; False is certain."""
        near, _ = apart(self.lower[mu], self.upper[mu], lower[None], upper[None])
        if near[0] >= self.most[mu]:
            return False
        if not self.signed:
            return True
        (above, below, equal), (up, down, at) = (self._sides(*ends) for ends in (self._own(mu), (lower, upper)))
        wrong = above & (down | at) | below & (up | at) | equal & (up | down)
        return bool(wrong.sum() <= self.errors)


def doubles_around(value: Any) -> tuple[float, float]:
    """Return doubles below and above a ball."""
    enclosed = arb(value)
    return math.nextafter(float(enclosed.lower()), -math.inf), math.nextafter(float(enclosed.upper()), math.inf)


def apart(lower: Floats, upper: Floats, lowers: Floats, uppers: Floats) -> tuple[Floats, Floats]:
    """Return lower and upper bounds of the distances between one enclosed point (n,) and several (M, n)."""
    n = len(lower)
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.nan_to_num(np.maximum(np.maximum(lowers - upper, lower - uppers), 0.0), posinf=0.0)
        reach = np.maximum(uppers - lower, upper - lowers)
        near = np.sqrt(np.square(gap).sum(axis=1)) * (1 - (2 * n + 32) * UNIT) - n * TINY
        far = raised(np.sqrt(np.square(reach).sum(axis=1)), n + 8) + n * TINY
    return np.maximum(np.nan_to_num(near, nan=0.0), 0.0), np.nan_to_num(far, nan=np.inf, posinf=np.inf)


def _finite(ends: Floats) -> Floats:
    return np.where(np.isfinite(ends), ends, 0.0)


def at_rest(layer: Layer | None, size: int) -> list[Fraction]:
    """Return the state in which a layer rests without synapses, b/ρ; 0 where a neuron has no leak."""
    if layer is None:
        return [Fraction(0)] * size
    pairs = zip(layer.bias.fractions(), layer.each(layer.leak), strict=True)
    return [b / rate if rate else Fraction(0) for b, rate in pairs]


def activated(layer: Layer, states: ExactArray) -> tuple[Floats, Floats]:
    """Return bounds of g at exact states (M, n): the doubles around it where g is piecewise linear."""
    parts = segments(layer.function) if layer.function.elementwise else None
    if parts is not None:
        return _ends(ExactArray.of(np.vectorize(lambda x: _value(parts, x), otypes=[object])(states.fractions())))
    lower, upper = _ends(states)
    if not layer.function.elementwise:
        return _whole(layer, lower, upper)
    none = np.zeros(lower.shape, dtype=np.int64)
    return Activations([layer]).ranges(Boxes(lower, upper, none, none))


def _whole(layer: Layer, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Return bounds of g of a layer that acts as a whole; what is no number bounds nothing."""
    states = np.empty(layer.size, dtype=object)
    states[:] = [Interval(low, high) for low, high in zip(lower.T, upper.T, strict=True)]
    found = [as_interval(entry) for entry in layer.function.activate(states, INTERVALS)]
    low, high = (
        np.stack([np.broadcast_to(getattr(entry, end), len(lower)) for entry in found], axis=1)
        for end in ("lower", "upper")
    )
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)


def _value(parts: Sequence[Segment], x: Fraction) -> Fraction:
    return next(part.value(x) for part in parts if part.holds(x))


def _ends(states: ExactArray) -> tuple[Floats, Floats]:
    if states.is_dyadic:
        return states.values, states.values
    ends = [[enclose(value) for value in row] for row in states.values]
    lower, upper = (np.array([[float(getattr(e, end)) for e in row] for row in ends]) for end in ("lower", "upper"))
    return lower, upper


def _copies(rows: Any, lower: Floats, upper: Floats, *, elementwise: bool) -> list[int]:
    firsts: list[int] = []
    for mu in range(len(rows)):
        states = np.asarray(rows[:mu] == rows[mu], dtype=bool)
        points = (lower[:mu] == upper[:mu]) & (lower[mu] == upper[mu]) & (lower[:mu] == lower[mu])
        same = (states | points).all(axis=1) if elementwise else states.all(axis=1) | points.all(axis=1)
        first = np.flatnonzero(same)
        firsts.append(firsts[first[0]] if len(first) else mu)
    return firsts
