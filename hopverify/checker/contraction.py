"""Contraction of boxes around the solutions of x = A g(x) + β, thousands at once, with proved error bounds.

For a box X with midpoint m, slopes of g in [h] and F(x) = x - A g(x) - β, every solution in X lies in Krawczyk's set

    K(X) = m - R·F(m) + (I - R(I - A[h]))(X - m)          for any matrix R

(Krawczyk 1969; Neumaier 1990, §5.1; for Lipschitz g with [h] ⊇ Clarke's derivative, by the mean value theorem along
segments). If K(X) and X are disjoint there is no solution in X; if K(X) lies in the interior of X there is exactly one.
R is a floating inverse of the midpoint matrix: its quality matters, its rounding does not. Another processor finds
another R, as far from this one as both are from the inverse: where evidence is sought, I - R(I - A h) counts for more.

Everything is in midpoint-radius form. Let u = 2⁻⁵³. A floating product of N terms is off by at most (N + 2)·u·Σ|a||b|,
in any order of summation; sums of radii are rounded up by :func:`hopverify.checker.floats.upward`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.boxes import Activations, Boxes, Floats
from hopverify.checker.floats import assert_rounding, roomy, roundoff, upward
from hopverify.errors import EvidenceRejected
from hopverify.networks import LinearNetwork
from hopverify.spec.exact_array import ExactArray

TINY = 2.0**-1000


class Contractor:
    """The contraction for one network: x = A g(x) + β with A = W/ρ and β = b/ρ."""

    def __init__(self, network: LinearNetwork) -> None:
        assert_rounding()
        A, beta = (ExactArray.of(array) for array in (network.W / network.leak[:, None], network.b / network.leak))
        self.activations, self.size = Activations(network.layers), network.size
        self.A, self.beta = A.floats(), beta.floats()
        if not (np.isfinite(self.A).all() and np.isfinite(self.beta).all()):
            raise EvidenceRejected("weights or biases over the leak are beyond the range of doubles")
        # Rounding A and β to doubles moves them by at most u relatively (2⁻¹⁰⁷⁴ for underflow). A weight that
        # underflows to 0 still counts: the activation that it meets may be huge.
        self.A_radius = np.abs(self.A) * roundoff() * 2 + 2.0**-1074 * np.asarray(A.values != 0)
        self.beta_radius = np.abs(self.beta) * roundoff() * 2 + TINY
        self.factor = 2 * self.size + 32
        self.piecewise = network.elementwise and all(parts is not None for _, _, parts in self.activations.groups)
        self.last = np.zeros(self.size, dtype=np.int64)
        for _, neurons, parts in self.activations.groups:
            self.last[neurons] = len(parts) - 1 if parts is not None else 0

    def everywhere(self, lower: Floats, upper: Floats) -> Boxes:
        """Return one box with all segments allowed."""
        return Boxes(lower[None], upper[None], np.zeros((1, self.size), dtype=np.int64), self.last[None].copy())

    def up(self, radius: Floats) -> Floats:
        """Return an upper bound of a radius computed with a few sums of N terms."""
        raised: Floats = upward(radius, self.factor) + TINY
        return raised

    def target(self, boxes: Boxes) -> tuple[Floats, Floats]:
        """Return bounds of A g(X) + β by natural interval arithmetic; infinite ends are allowed."""
        g_low, g_high = self.activations.ranges(boxes)
        positive, negative = np.maximum(self.A, 0.0), np.minimum(self.A, 0.0)
        with np.errstate(invalid="ignore"):
            low = _products(g_low, positive) + _products(g_high, negative) + self.beta
            high = _products(g_high, positive) + _products(g_low, negative) + self.beta
            size = np.maximum(np.abs(g_low), np.abs(g_high))
            small = 2 * self.factor * roundoff()
            slack = _products(size, np.abs(self.A) * small + self.A_radius) + np.abs(self.beta) * small
            slack = self.up(slack) + self.beta_radius
        return np.nan_to_num(low - slack, nan=-np.inf, posinf=np.inf, neginf=-np.inf), np.nan_to_num(
            high + slack, nan=np.inf, posinf=np.inf, neginf=-np.inf
        )

    def krawczyk(self, boxes: Boxes) -> tuple[Floats, Floats]:
        """Return bounds of K(X) for finite boxes."""
        middle = boxes.lower / 2 + boxes.upper / 2
        h_low, h_high = self.activations.slopes(boxes)
        with np.errstate(invalid="ignore"):
            h = h_low / 2 + h_high / 2
        g_low, g_high = self.activations.values(boxes, middle)
        g = g_low / 2 + g_high / 2
        g_radius = np.maximum(g_high - g, g - g_low)
        return self._image(boxes, middle, h, self.up(np.maximum(h_high - h, h - h_low)), g, self.up(g_radius))

    def secant(self, boxes: Boxes) -> tuple[Floats, Floats]:
        """Return bounds of the solutions in finite boxes of a piecewise-linear network, from g(x) = λx + μ ± δ there.

        With the slope λ of the secant, δ is at most an eighth of the box's width for relu, where the mean value form
        would lose a half. The bounds are those of K(X) with slopes λ exactly and values λm + μ ± δ.
        """
        middle = boxes.lower / 2 + boxes.upper / 2
        slope, value, radius = self.activations.secants(boxes, middle)
        return self._image(boxes, middle, slope, np.zeros_like(slope), value, self.up(radius))

    def _image(
        self, boxes: Boxes, middle: Floats, h: Floats, h_radius: Floats, g: Floats, g_radius: Floats
    ) -> tuple[Floats, Floats]:
        """Return bounds of m - R·F(m) + (I - R(I - A[h]))(X - m), where [h] = h ± h_radius and g(m) = g ± g_radius."""
        width = self.up(np.maximum(boxes.upper - middle, middle - boxes.lower))
        M = np.eye(self.size) - _after(self.A, h)
        R = _inverse(M)
        R_abs, A_abs, small = np.abs(R), np.abs(self.A), self.factor * 2 * roundoff()
        # I - R(I - A h): as computed, plus what rounding and the radii of h and of A add.
        bulk = np.eye(self.size) + _after(A_abs, np.abs(h))
        spread = _after(A_abs, h_radius) + _after(self.A_radius, np.abs(h) + h_radius) + bulk * small + TINY
        C = self.up(roomy() * np.abs(np.eye(self.size) - R @ M) + R_abs @ spread)
        F = middle - g @ self.A.T - self.beta
        reach = np.abs(g) + g_radius
        terms = np.abs(middle) + reach @ A_abs.T + np.abs(self.beta)
        F_radius = self.up(terms * (2 * small) + reach @ self.A_radius.T + self.beta_radius)
        shift = np.einsum("bij,bj->bi", R, F)
        centre = middle - shift
        # |R A|·g_radius, the product R A with its rounding error.
        lost = R_abs @ (small * A_abs + self.A_radius) + TINY
        passed = np.einsum("bij,bj->bi", np.abs(R @ self.A) + lost, g_radius)
        radius = np.einsum("bij,bj->bi", C, width) + np.einsum("bij,bj->bi", R_abs, F_radius) + passed
        rounding = np.einsum("bij,bj->bi", R_abs, np.abs(F)) + np.abs(middle) + np.abs(centre)
        radius = self.up(radius) + self.up(rounding * small)
        return centre - radius, centre + radius

    def contract(self, boxes: Boxes, rounds: int = 2) -> tuple[Boxes, NDArray[np.bool_]]:
        """Return the boxes made smaller without losing a solution, and which hold none."""
        lower, upper = boxes.lower, boxes.upper
        for _ in range(rounds):
            current = Boxes(lower, upper, boxes.first, boxes.last)
            low, high = self.target(current)
            lower, upper = np.maximum(lower, low), np.minimum(upper, high)
            void = (lower > upper).any(axis=1)
            tested = np.flatnonzero(np.isfinite(lower).all(axis=1) & np.isfinite(upper).all(axis=1) & ~void)
            if len(tested):
                left = Boxes(lower, upper, boxes.first, boxes.last)[tested]
                low, high = self.secant(left) if self.piecewise else self.krawczyk(left)
                lower[tested] = np.fmax(lower[tested], low)
                upper[tested] = np.fmin(upper[tested], high)
        result = Boxes(lower, upper, boxes.first, boxes.last)
        return result, result.is_void

    def verified(self, boxes: Boxes) -> tuple[Boxes, Boxes, NDArray[np.bool_]]:
        """Return K(X⁺), X⁺ (the box inflated by a tenth), and whether K(X⁺) lies inside: exactly one solution in X⁺."""
        margin = (boxes.upper - boxes.lower) / 10 + 1e-9 * (1 + np.abs(boxes.upper))
        # The inflated box may reach over a kink, so all segments are allowed again.
        whole = np.zeros_like(boxes.first), np.broadcast_to(self.last, boxes.last.shape)
        wide = Boxes(boxes.lower - margin, boxes.upper + margin, *whole)
        low, high = self.krawczyk(wide)
        inside = np.asarray(((wide.lower < low) & (high < wide.upper)).all(axis=1))
        return Boxes(low, high, *whole), wide, inside

    def refined(self, boxes: Boxes, rounds: int = 8) -> Boxes:
        """Return enclosures made as small as floating point allows, by repeated contraction."""
        for _ in range(rounds):
            low, high = self.krawczyk(boxes)
            boxes = Boxes(np.fmax(boxes.lower, low), np.fmin(boxes.upper, high), boxes.first, boxes.last)
        return boxes


def _after(A: Floats, h: Floats) -> Floats:
    """Return A·H for slopes of single neurons (B, N), or for H itself (B, N, N)."""
    return A * h[:, None, :] if h.ndim == 2 else np.asarray(A @ h)


def _products(g: Floats, A: Floats) -> Floats:
    """Return Σ_j A_ij g_j with 0·∞ = 0 (a weight of 0 passes nothing on)."""
    if np.isfinite(g).all():
        return g @ A.T
    terms = np.where(A[None] == 0, 0.0, g[:, None, :] * A[None])
    result: Floats = terms.sum(axis=2)
    return result


def _inverse(M: Floats) -> Floats:
    """Return floating inverses of a stack of matrices, the identity for those that are singular in floats."""
    try:
        found = np.asarray(np.linalg.inv(M), dtype=np.float64)
    except np.linalg.LinAlgError:
        found = np.array([_one_inverse(matrix) for matrix in M])
    return np.where(np.isfinite(found).all(axis=(1, 2), keepdims=True), found, np.eye(M.shape[1]))


def _one_inverse(matrix: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.nan)
