"""Relaxations of F(x) = ρx - b - W g(x) on boxes, for layers of single neurons: what a search discards boxes with.

On a box X with ends of g known:

- the *natural* bound: x_i ∈ (W g(X) + b)_i / ρ_i;
- the *relaxed* bound: g(x) = λx + m ± δ with the secant λ of each neuron, so x ∈ R(W(m ± δ) + b) with
  R = (diag ρ - W diag λ)⁻¹;
- *multipliers* y: Σ y_i F_i(x) ≥ D(y) = Σ_j min_{X_j} (y_j ρ_j x - (Wᵀy)_j g_j(x)) - yᵀb, and no equilibrium where
  D(y) > 0. D is concave; it is > 0 somewhere unless 0 lies in the convex set of values ρx - Wγ - b, with (x_j, γ_j)
  in the convex hull of the graph of g_j. The point of that set nearest to 0 is approached by the method of Frank and
  Wolfe (Gilbert 1966) with the last corner kept, in coordinates R F over the widths, and is itself the y.

All in doubles, B boxes of N neurons at once, without outward rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.networks import LayerFunction, LinearNetwork
from hopverify.numerics.activation_shape import Shape
from hopverify.spec.exact_array import ExactArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Bounds = tuple[Floats, Floats]
Parts = Sequence[tuple[LayerFunction, Any]]
THIN, FAR, SINGULAR = 1e-12, 2.0**20, 2.0**24


@dataclass
class Separation:
    """Multipliers of each box, whether they discard it, and how far each neuron is to blame where they do not."""

    y: Floats
    done: Flags
    gap: Floats


class Relaxation:
    """The relaxations of one network within a bounded box, or without one for natural bounds alone."""

    def __init__(self, W: Any, b: Any, leak: Any, parts: Parts, lower: Floats, upper: Floats) -> None:
        """``parts`` are activations, each with its neurons; W, b and leak are exact."""
        self.W, self.b, self.leak = (ExactArray.of(array).floats() for array in (W, b, leak))
        self.size, self.A = len(self.b), self.W / self.leak[:, None]
        self.shapes = [
            (neurons, Shape(function, *shape_ends(lower[neurons], upper[neurons]))) for function, neurons in parts
        ]

    @staticmethod
    def of(network: LinearNetwork, lower: Floats, upper: Floats) -> Relaxation:
        """Return the relaxations of a network whose layers are all elementwise."""
        parts = [(layer.function, neurons) for layer, neurons in network.places()]
        return Relaxation(network.W, network.b, network.leak, parts, lower, upper)

    def values(self, x: Floats) -> Floats:
        """Return g(x)."""
        found = np.empty_like(x)
        for neurons, shape in self.shapes:
            found[..., neurons] = shape.values(x[..., neurons])
        return found

    def slopes(self, x: Floats) -> Floats:
        """Return g'(x)."""
        found = np.empty_like(x)
        for neurons, shape in self.shapes:
            found[..., neurons] = shape.slopes(x[..., neurons])
        return found

    def residual(self, x: Floats) -> Floats:
        """Return F(x)."""
        found: Floats = self.leak * x - self.b - self.values(x) @ self.W.T
        return found

    def jacobian(self, x: Floats) -> Floats:
        """Return F'(x)."""
        return np.asarray(np.diag(self.leak) - self.W * self.slopes(x)[..., None, :])

    def deviations(self, lower: Floats, upper: Floats) -> Bounds:
        """Return R and a bound C of |I - RJ| for all slopes J of F on each box."""
        low, high = np.empty_like(lower), np.empty_like(upper)
        for neurons, shape in self.shapes:
            low[:, neurons], high[:, neurons] = shape.slope_range(lower[:, neurons], upper[:, neurons])
        middle = np.diag(self.leak) - self.W * ((low + high) / 2)[:, None, :]
        R = inverses(middle)
        return R, np.abs(np.eye(self.size) - R @ middle) + np.abs(R @ self.W) * ((high - low) / 2)[:, None, :]

    def natural(self, lower: Floats, upper: Floats) -> Bounds:
        """Return the natural bounds of the equilibria in each box; ends may be infinite."""
        low, high = np.empty_like(lower), np.empty_like(upper)
        for neurons, shape in self.shapes:
            low[:, neurons], high[:, neurons] = shape.range(lower[:, neurons], upper[:, neurons])
        positive, negative, shift = np.maximum(self.A, 0.0), np.minimum(self.A, 0.0), self.b / self.leak
        if np.isfinite(low).all() and np.isfinite(high).all():
            return low @ positive.T + high @ negative.T + shift, high @ positive.T + low @ negative.T + shift
        with np.errstate(invalid="ignore"):
            below, above = _sums(low, positive) + _sums(high, negative), _sums(high, positive) + _sums(low, negative)
        return np.nan_to_num(below + shift, nan=-np.inf, posinf=np.inf, neginf=-np.inf), np.nan_to_num(
            above + shift, nan=np.inf, posinf=np.inf, neginf=-np.inf
        )

    def relaxed(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the relaxed bounds in each box, R, and the share of each neuron's δ in the widths of the bounds."""
        slope, offset, deviation = self._secants(lower, upper)
        R = inverses(np.diag(self.leak) - self.W * slope[:, None, :])
        centre = np.einsum("bij,bj->bi", R, offset @ self.W.T + self.b)
        passed = np.abs(R @ self.W)
        known = np.abs(R).max(axis=(1, 2))[:, None] > 0
        radius = np.where(known, np.einsum("bij,bj->bi", passed, deviation), np.inf)
        share = deviation * (passed / np.maximum(upper - lower, THIN)[:, :, None]).sum(axis=1)
        return centre - radius, centre + radius, R, share

    def _secants(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats, Floats]:
        """Return λ, m and δ with g(x) = λx + m ± δ on each box."""
        slope, least, most = np.empty_like(lower), np.empty_like(lower), np.empty_like(lower)
        for neurons, shape in self.shapes:
            a, b = lower[:, neurons], upper[:, neurons]
            rise, width = shape.values(b) - shape.values(a), b - a
            own = np.where(width > THIN, rise / np.maximum(width, THIN), shape.slopes(a))
            ones = np.ones_like(own)
            x, g = shape.least(-own, -ones, a, b)
            least[:, neurons] = g - own * x
            x, g = shape.least(own, ones, a, b)
            most[:, neurons], slope[:, neurons] = g - own * x, own
        return slope, (least + most) / 2, (most - least) / 2

    def least_sum(self, y: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats, Floats]:
        """Return minimisers x of Σ y_i F_i(x) with each γ_j = g_j(x_j) apart, their γ, and F there."""
        p, q = y * self.leak, y @ self.W
        x, gamma = np.empty_like(lower), np.empty_like(lower)
        for neurons, shape in self.shapes:
            found = shape.least(p[:, neurons], q[:, neurons], lower[:, neurons], upper[:, neurons])
            x[:, neurons], gamma[:, neurons] = found
        return x, gamma, self.leak * x - gamma @ self.W.T - self.b

    def bounded_below(self, y: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return D(y) of each box, and the size of its terms."""
        x, gamma, F = self.least_sum(y, lower, upper)
        p, q = np.abs(y * self.leak), np.abs(y @ self.W)
        return (y * F).sum(axis=1), (p * np.abs(x) + q * np.abs(gamma) + np.abs(y * self.b)).sum(axis=1)

    def separated(self, lower: Floats, upper: Floats, R: Floats, steps: int) -> Separation:
        """Look for multipliers that discard each box."""
        P = R / np.maximum(upper - lower, THIN)[:, :, None]
        start = (lower + upper) / 2, (self.values(lower) + self.values(upper)) / 2
        F = self.leak * start[0] - start[1] @ self.W.T - self.b
        # A point of the convex set, and its last corner: x and γ side by side, and F in those coordinates.
        point = np.concatenate([*start, np.einsum("bij,bj->bi", P, F)], axis=1)
        last, n = point.copy(), self.size
        y, gap = np.zeros_like(lower), np.zeros_like(lower)
        done, active = np.zeros(len(y), dtype=bool), np.arange(len(y))
        for _ in range(steps):
            own = np.einsum("bij,bi->bj", P[active], point[active, 2 * n :])
            x, gamma, F = self.least_sum(own, lower[active], upper[active])
            separates = (own * F).sum(axis=1) > 0
            y[active], done[active[separates]] = own, True
            left = ~separates
            active = active[left]
            if not len(active):
                break
            image = np.einsum("bij,bj->bi", P[active], F[left])
            corner = np.concatenate([x[left], gamma[left], image], axis=1)
            t, u = _nearest(point[active, 2 * n :], image, last[active, 2 * n :])
            point[active] += t * (corner - point[active]) + u * (last[active] - point[active])
            last[active] = corner
        x, gamma = point[active, :n], point[active, n : 2 * n]
        gap[active] = np.abs(self.values(x) - gamma) * np.abs(y[active] @ self.W)
        return Separation(y, done, gap)


def _nearest(z: Floats, s: Floats, r: Floats) -> tuple[Floats, Floats]:
    """Return t, u with z + t(s - z) + u(r - z) near the point of the triangle z, s, r that is nearest to 0."""
    along, beside = s - z, r - z
    a, b, c = ((one * other).sum(axis=1) for one, other in ((along, along), (along, beside), (beside, beside)))
    first, second = -(z * along).sum(axis=1), -(z * beside).sum(axis=1)
    determinant = a * c - b * b
    with np.errstate(all="ignore"):
        t, u = (first * c - second * b) / determinant, (second * a - first * b) / determinant
        inside = (determinant > 1e-14 * a * c) & (t >= 0) & (u >= 0) & (t + u <= 1)
    # Else on the edge from z to s, or on that from s to r.
    near, at = _on_edge(z, along)
    other, beyond = _on_edge(s, r - s)
    t = np.where(inside, t, np.where(near <= other, at, 1 - beyond))
    u = np.where(inside, u, np.where(near <= other, 0.0, beyond))
    return t[:, None], u[:, None]


def _on_edge(z: Floats, way: Floats) -> tuple[Floats, Floats]:
    """Return the least |z + t·way|² for 0 ≤ t ≤ 1, and t."""
    t = np.clip(-(z * way).sum(axis=1) / np.maximum((way * way).sum(axis=1), 1e-300), 0.0, 1.0)
    return ((z + t[:, None] * way) ** 2).sum(axis=1), t


def inverses(M: Floats) -> Floats:
    """Return inverses of a stack of matrices, 0 for those that are nearly singular or infinite.

    The inverse that the kernel has of these may be another one, so that no proof should need it.
    """
    finite = np.isfinite(M).all(axis=(1, 2), keepdims=True)
    M = np.where(finite, M, np.eye(M.shape[1]))
    try:
        R = np.asarray(np.linalg.inv(M))
    except np.linalg.LinAlgError:
        R = np.array([_inverse(each) for each in M])
    size = np.abs(R).max(axis=(1, 2), keepdims=True) * np.abs(M).max(axis=(1, 2), keepdims=True)
    return np.where(finite & (size < SINGULAR), R, 0.0)


def _inverse(M: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(M))
    except np.linalg.LinAlgError:
        return np.zeros_like(M)


def shape_ends(lower: Floats, upper: Floats) -> tuple[float, float]:
    """Return ends somewhat beyond those of some neurons; stand-ins for infinite ones."""
    low, high = float(np.maximum(lower, -FAR).min()), float(np.minimum(upper, FAR).max())
    return low - (high - low) / 4, high + (high - low) / 4


def _sums(g: Floats, A: Floats) -> Floats:
    """Return Σ_j A_ij g_j with 0·∞ = 0."""
    terms = np.where(A[None] == 0, 0.0, g[:, None, :] * A[None])
    return np.asarray(terms.sum(axis=2))
