"""Mean value forms of F(x) = ρx - b - drive(g(x)) on boxes, for whole layers and for drives that are not linear.

All slopes of F on a box are J = diag ρ - G·D, with the slopes D of the activations and the gains G of the drives on the
activations that the box has. With R the inverse of their middle, the equilibria in a box X around c lie in
c - R F(c) + (I - RJ)(X - c), and they are no more than one where |I - RJ| is small.

The ends are those of interval arithmetic in bulk (:mod:`hopverify.expr.intervals`), B boxes of N neurons at once.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.expr.dual import Duals, along, slopes_of, values_of
from hopverify.expr.floats import FLOATS
from hopverify.expr.interval import power
from hopverify.expr.intervals import INTERVALS, Interval, as_interval
from hopverify.networks import Model
from hopverify.networks.linear import drive_matrix
from hopverify.numerics.activation_shape import Shape
from hopverify.numerics.branching import branching_neurons
from hopverify.numerics.normalised import normalised
from hopverify.numerics.ranges import activation_range
from hopverify.numerics.relaxation import THIN, Bounds, Floats, Separation, inverses, shape_ends
from hopverify.numerics.sparse_shares import ALPHA, entmax_slopes
from hopverify.spec.exact_array import ExactArray

# How much neurons count whose states follow from those of others: hardly, as these are the ones to cut.
OTHERS, TINY = 1e-9, 1e-300
NONE = 1e300
"""Bounds from here to -here leave nothing, and have a middle."""
QUARTER, HALF = (Interval(np.array(value), np.array(value)) for value in (0.25, 0.5))


class _SharpDuals(Duals):
    """Duals of intervals in which p_i(1 - p_i) of softmax is ¼ - (p_i - ½)², as the kernel has it."""

    def softmax(self, vector: Any) -> Any:
        p, slopes = self.base.softmax(values_of(vector)), slopes_of(vector)
        moved = np.empty(len(p), dtype=object)
        for i, share in enumerate(p):
            others = [q * slope for j, (q, slope) in enumerate(zip(p, slopes, strict=True)) if j != i]
            moved[i] = slopes[i] * (QUARTER - power(share - HALF, Fraction(2))) - share * sum(others)
        return along(p, moved)


DUALS = _SharpDuals(INTERVALS)


class MeanValue:
    """The mean value forms of one model within a bounded box, or without one for natural bounds alone."""

    def __init__(self, model: Model, lower: Floats, upper: Floats) -> None:
        self.layers = tuple(model.layers.values())
        starts = np.cumsum([0, *(layer.size for layer in self.layers)]).tolist()
        self.places = {layer.name: np.arange(a, a + layer.size) for layer, a in zip(self.layers, starts, strict=False)}
        self.size = starts[-1]
        self.leak = np.array([float(rate) for layer in self.layers for rate in layer.each(layer.leak)])
        self.b = np.concatenate([layer.bias.floats() for layer in self.layers])
        self.synapses = list(model.synapses.values())
        self.linear = all(synapse.linear for synapse in self.synapses)
        self.W = ExactArray.of(drive_matrix(model)).floats() if self.linear else None
        layers = list(self.places.values())
        branching = np.ones(self.size, dtype=bool) if self.W is None else branching_neurons(self.W, layers)
        self.counted = np.where(branching, 1.0, OTHERS)
        self.shapes = {
            layer.name: Shape(layer.function, *shape_ends(lower[own], upper[own]))
            for layer, own in ((layer, self.places[layer.name]) for layer in self.layers)
            if layer.function.elementwise
        }

    def natural(self, lower: Floats, upper: Floats) -> Bounds:
        """Return the natural bounds of the equilibria in each box; ends may be infinite."""
        low, high = (each + self.b for each in self._drive(*self._activations(lower, upper)))
        # Without leak, drive + b is 0, or there is no equilibrium.
        leaky, void = self.leak > 0, (low > 0) | (high < 0)
        rate, far = np.where(leaky, self.leak, 1.0), np.where(void, -NONE, np.inf)
        return np.where(leaky, low / rate, -far), np.where(leaky, high / rate, far)

    def relaxed(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the bounds of the mean value form in each box, R, and the share of each neuron in their widths."""
        R, C, steepest = self._slopes_after(lower, upper)
        middle, radius = (lower + upper) / 2, (upper - lower) / 2
        centre = middle - np.einsum("bij,bj->bi", R, self.residual(middle))
        with np.errstate(invalid="ignore"):
            width = np.nan_to_num(np.einsum("bij,bj->bi", C, radius), nan=np.inf, posinf=np.inf)
            share = radius * (C / np.maximum(upper - lower, THIN)[:, :, None]).sum(axis=1)
        share = np.where(np.isfinite(share), share, radius)
        return centre - width, centre + width, R, self._blame(share, steepest, radius)

    def _blame(self, share: Floats, steepest: Floats, radius: Floats) -> Floats:
        """Return the shares with those of neurons that follow others on top of the shares of these."""
        if self.W is None:
            return share
        with np.errstate(invalid="ignore"):
            moved = np.abs(self.W) @ steepest * radius[:, None, :]
            passed = np.nan_to_num(moved / np.maximum(moved.sum(axis=2, keepdims=True), TINY))
        return np.asarray(self.counted * (share + np.einsum("bi,bij->bj", share, passed)))

    def deviations(self, lower: Floats, upper: Floats) -> Bounds:
        """Return R and a bound C of |I - RJ| for all slopes J of F on each box."""
        return self._slopes_after(lower, upper)[:2]

    def _slopes_after(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the same, and a bound of the slopes of activations."""
        D, D_radius = _centred(*self._slopes(lower, upper))
        G, G_radius = self._gains(lower, upper)
        middle = np.diag(self.leak) - G @ D
        R, steepest = inverses(middle), np.abs(D) + D_radius
        with np.errstate(invalid="ignore"):
            passed = np.abs(R @ G) @ D_radius + np.abs(R) @ (G_radius @ steepest)
        # Where slopes have no bound, nothing is known of C.
        C = np.nan_to_num(np.abs(np.eye(self.size) - R @ middle) + passed, nan=np.inf, posinf=np.inf)
        return R, C, steepest

    def separated(self, lower: Floats, upper: Floats, R: Floats, steps: int) -> Separation:
        """Return that no multipliers are sought."""
        return Separation(np.zeros_like(lower), np.zeros(len(lower), dtype=bool), np.zeros_like(lower))

    def bounded_below(self, y: Floats, lower: Floats, upper: Floats) -> Bounds:
        """Return lower bounds that discard nothing."""
        return np.full(len(y), -1.0), np.ones(len(y))

    def residual(self, x: Floats) -> Floats:
        """Return F(x)."""
        if x.ndim == 1:
            gamma = np.concatenate(
                [layer.function.activate(x[self.places[layer.name]], FLOATS) for layer in self.layers]
            ).astype(np.float64)
            return np.asarray(self.leak * x - self.b - self._float_drive(gamma))
        return np.array([self.residual(row) for row in x]).reshape(x.shape)

    def jacobian(self, x: Floats) -> Floats:
        """Return F'(x)."""
        D, G = _centred(*self._slopes(x[None], x[None]))[0][0], self._gains(x[None], x[None])[0]
        return np.asarray(np.diag(self.leak) - (G[0] if G.ndim == 3 else G) @ D)

    def _float_drive(self, gamma: Floats) -> Floats:
        if self.W is not None:
            return np.asarray(self.W @ gamma)
        parts = {name: gamma[own] for name, own in self.places.items()}
        total = np.zeros(self.size)
        for synapse in self.synapses:
            for name, drive in synapse.drive(parts, FLOATS).items():
                total[self.places[name]] += np.asarray(drive, dtype=np.float64)
        return total

    def _activations(self, lower: Floats, upper: Floats) -> Bounds:
        """Return the ranges of the activations on each box."""
        low, high = np.empty_like(lower), np.empty_like(upper)
        for layer in self.layers:
            own = self.places[layer.name]
            if layer.name in self.shapes:
                found = self.shapes[layer.name].range(lower[:, own], upper[:, own])
            else:
                known, x = normalised(layer.function), _intervals(lower[:, own], upper[:, own])
                moved = layer.function.activate(x, INTERVALS) if known is None else known.scaled(x)
                found = _or_range(layer, *_ends(moved, (len(lower),)))
            low[:, own], high[:, own] = found
        return low, high

    def _drive(self, low: Floats, high: Floats) -> Bounds:
        """Return the ranges of the drives for activations between these ends."""
        if self.W is not None and np.isfinite(low).all() and np.isfinite(high).all():
            middle, radius = (low + high) / 2, (high - low) / 2
            centre, width = middle @ self.W.T, radius @ np.abs(self.W).T
            return centre - width, centre + width
        gamma = {name: _intervals(low[:, own], high[:, own]) for name, own in self.places.items()}
        least, most = np.zeros_like(low), np.zeros_like(high)
        for synapse in self.synapses:
            for name, drive in synapse.drive(gamma, INTERVALS).items():
                below, above = _ends(drive, (len(low),))
                least[:, self.places[name]] += below
                most[:, self.places[name]] += above
        return least, most

    def _slopes(self, lower: Floats, upper: Floats) -> Bounds:
        """Return bounds of D on each box, (B, N, N)."""
        low, high = np.zeros((*lower.shape, self.size)), np.zeros((*lower.shape, self.size))
        for layer in self.layers:
            own = self.places[layer.name]
            if layer.name in self.shapes:
                low[:, own, own], high[:, own, own] = self.shapes[layer.name].slope_range(lower[:, own], upper[:, own])
            else:
                block = np.ix_(np.arange(len(lower)), own, own)
                low[block], high[block] = self._whole_slopes(layer, lower[:, own], upper[:, own])
        return low, high

    def _whole_slopes(self, layer: Any, lower: Floats, upper: Floats) -> Bounds:
        """Return the same of a layer that acts as a whole."""
        if layer.function.name in ALPHA:
            return entmax_slopes(layer.function, lower, upper)
        known = normalised(layer.function)
        if known is None:
            return _rates(lambda x: layer.function.activate(x, DUALS), lower, upper)
        ends = [_ends(row, (len(lower),)) for row in known.slopes(_intervals(lower, upper))]
        return np.stack([low for low, _ in ends], axis=1), np.stack([high for _, high in ends], axis=1)

    def _gains(self, lower: Floats, upper: Floats) -> Bounds:
        """Return the middle and the radius of G for the activations of each box."""
        if self.W is not None:
            return self.W, np.zeros_like(self.W)
        return _centred(*_rates(self.moving_drive, *self._activations(lower, upper)))

    def moving_drive(self, gamma: Any) -> Any:
        """Return the drives for activations, dual numbers of intervals."""
        parts = {name: gamma[own] for name, own in self.places.items()}
        total = np.full(self.size, 0.0, dtype=object)
        for synapse in self.synapses:
            for name, drive in synapse.drive(parts, DUALS).items():
                total[self.places[name]] += drive
        return total


def slopes_of_drives(model: Model, x: Floats) -> Floats:
    """Return the slopes of drives on activations at a state, (N, N)."""
    parts = np.split(x, np.cumsum([layer.size for layer in model.layers.values()])[:-1])
    gamma = [layer.function.activate(own, FLOATS) for layer, own in zip(model.layers.values(), parts, strict=True)]
    at = np.concatenate(gamma).astype(np.float64)[None]
    low, high = _rates(MeanValue(model, x, x).moving_drive, at, at)
    return np.asarray((low[0] + high[0]) / 2)


def _or_range(layer: Any, low: Floats, high: Floats) -> Bounds:
    """Return the ranges of activations, where they are not finite those over all states."""
    finite = np.isfinite(low) & np.isfinite(high)
    least, most = activation_range(layer)
    far = (-np.inf if least is None else float(least)), (np.inf if most is None else float(most))
    return np.where(finite, low, far[0]), np.where(finite, high, far[1])


def _rates(function: Any, lower: Floats, upper: Floats) -> Bounds:
    """Return bounds of the derivatives of a vector function of vectors on each box, (B, n, n), by dual numbers."""
    count = lower.shape[1]
    units = np.eye(count)[:, :, None]
    moved = slopes_of(function(along(_intervals(lower, upper), _intervals(units, units))))
    low, high = _ends(moved, (count, len(lower)))
    return low.transpose(2, 1, 0), high.transpose(2, 1, 0)


def _intervals(lower: Floats, upper: Floats) -> Any:
    """Return boxes as a vector of intervals, each of which holds all boxes."""
    box = np.empty(lower.shape[1], dtype=object)
    box[:] = [Interval(lower[:, i], upper[:, i]) for i in range(len(box))]
    return box


def _ends(entries: Any, shape: tuple[int, ...]) -> Bounds:
    """Return the ends of a vector of intervals as two arrays, entry i at [:, i]."""
    parts = [as_interval(entry) for entry in entries]
    low = np.stack([np.broadcast_to(part.lower, shape) for part in parts], axis=1)
    high = np.stack([np.broadcast_to(part.upper, shape) for part in parts], axis=1)
    return low, high


def _centred(low: Floats, high: Floats) -> Bounds:
    """Return the middle and the radius of intervals, infinite where these are."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num((low + high) / 2, posinf=0.0, neginf=0.0), np.nan_to_num((high - low) / 2, nan=np.inf)
