"""Candidates for basin cells, for many patterns at once: equilibria, bounds of each neuron as fixed points, growth.

The map Φ_κ sends boxes to the hull of the targets of their activations, widened by what flipping κ neurons can move (a
fraction of the largest, for κ < 1). It is monotone in the box, so iterating it from the equilibrium, with a little
inflation, rises to the least box that Φ_κ maps into its interior, if there is one; the largest such κ is found by
bisection. The cell is the least box that Φ_0 keeps and that contains this one and a neighbourhood |x_i - ξ_i| ≤ r of
the pattern, again with the largest r, and last it is scaled from the equilibrium as far as that goes. Q ≻ 0 is told by
power iteration. All in floating point: nothing here is a proof. Arrays are (N, M): neurons by patterns. Where weights
are known up to a spread, targets and Q are those of all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.cells import Cells, Ends
from hopverify.checker.definiteness import check_definite
from hopverify.checker.midpoints import matrix, spreads
from hopverify.checker.quadratic_forms import form_of, spread_norm
from hopverify.errors import EvidenceRejected
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.networks.structured import StructuredNetwork
from hopverify.numerics.cell_boxes import chosen_of, hull, inside, is_inside, opened, scaled
from hopverify.numerics.limits import Ask, unlimited

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RELAXATIONS, ITERATIONS, INFLATION, POWER_STEPS, RAY_STEPS = 400, 12, 0.04, 16, 8
DEFINITE, FAR, SATURATED = 0.98, 1e6, 0.25
LARGEST_COPY, FACTORISED = 6000, 1000


@dataclass(frozen=True, eq=False)
class Found:
    """Cells in floats: which were found (M,), the boxes, the inner ones, for ``flips``, and those close to rest."""

    ok: Flags
    ends: Ends
    inner: Ends
    flips: NDArray[np.int64]
    rest: Ends
    resting: Flags


class Growth:
    """The search for one network; ``cells`` gives rigorous slopes and spans, which serve as floats here."""

    def __init__(self, network: StructuredNetwork, cells: Cells, layer: str, ask: Ask = unlimited) -> None:
        self.network, self.cells, self.ask = network, cells, ask
        self.W = matrix(network).values
        self.size = np.abs(self.W) if len(self.W) <= LARGEST_COPY else None
        self.moved = spreads(network, 0, network.size)
        everyone = np.arange(network.size)
        self.shift = float(spread_norm(network, everyone, np.ones(network.size))) / 2 if self.moved is not None else 0.0
        self.leak, self.bias = cells.leak.lower, cells.bias.lower
        self.counts = _counts(network.places[layer].stop - network.places[layer].start)
        losses = cells.flip_losses(cells.spans(layer), [int(k) for k in self.counts if k >= 1])
        with np.errstate(invalid="ignore"):
            self.losses = np.array([losses[int(k)] if k >= 1 else k * losses[1] for k in self.counts]).T
        # Neurons without a bound cannot be flipped: 0·∞ is no loss, anything else too much.
        self.losses = np.nan_to_num(self.losses, nan=0.0, posinf=1e300)
        self.random, self.vectors = np.random.default_rng(0), np.empty((network.size, 0))

    def activate(self, x: Floats) -> Floats:
        """Return g(x) for states (N, M); this is where the time is looked at."""
        self.ask()
        gamma = np.empty_like(x)
        for function, neurons, _ in self.cells.activations.groups:
            gamma[neurons] = evaluate(function.activation[0], {"x": x[neurons]}, FLOATS)
        return gamma

    def slopes(self, x: Floats) -> Floats:
        """Return g'(x)."""
        slopes = np.empty_like(x)
        for function, neurons, _ in self.cells.activations.groups:
            assert function.slope is not None
            slopes[neurons] = evaluate(function.slope, {"x": x[neurons]}, FLOATS)
        return slopes

    def steepest(self, ends: Ends) -> Floats:
        """Return about the steepest slope on each interval: at its ends, and at places between them."""
        low, high = np.clip(ends.lower, -FAR, FAR), np.clip(ends.upper, -FAR, FAR)
        places = [low, high, np.clip(np.zeros_like(low), low, high)]
        places += [low + (high - low) * share for share in (0.02, 0.1, 0.3, 0.6, 0.9)]
        slopes: Floats = np.maximum.reduce([np.maximum(self.slopes(place), 0.0) for place in places])
        return slopes

    def rest(self, x: Floats) -> tuple[Floats, Flags]:
        """Return the states that the flow reaches from x, and which have come to rest."""
        # Where W is steep the damped steps run away, beyond doubles, and nothing has come to rest.
        with np.errstate(over="ignore", invalid="ignore"):
            for step in range(RELAXATIONS):
                moved = (self.W @ self.activate(x) + self.bias) / self.leak
                # Instantaneous layers, and all others at first, follow at once; later steps are damped.
                change = moved - x
                x = moved if step < 2 else x + 0.7 * change
                if np.abs(change).max(initial=0.0) < 1e-9 * (1 + np.abs(x).max(initial=0.0)):
                    break
            return x, np.asarray((np.abs(change) < 1e-6 * (1 + np.abs(x))).all(axis=0))

    def image(self, ends: Ends, loss: Floats | float = 0.0) -> Ends:
        """Return Φ(ends): the hull of the targets, widened by the loss."""
        low, high = self.activate(ends.lower), self.activate(ends.upper)
        c, r = (low + high) / 2, (high - low) / 2
        middle = (self.W @ c + self.bias) / self.leak
        spread = (self.size @ r if self.size is not None else _spread(self.W, r)) / self.leak + loss
        if self.moved is not None:
            spread = spread + self.moved @ (np.abs(c) + r) / self.leak
        return Ends(middle - spread, middle + spread)

    def open_sides(self, x: Floats) -> tuple[Flags, Flags]:
        """Return where the lower and the upper end may be infinite: beyond x g is nearly, or exactly, at its bound."""
        everywhere = self.cells.everywhere
        span, gamma = everywhere.upper - everywhere.lower, self.activate(x)
        most = np.where(np.isfinite(span), SATURATED * span, 0.0) + 1e-12
        return np.asarray(gamma - everywhere.lower <= most), np.asarray(everywhere.upper - gamma <= most)

    def least(self, x: Floats, start: Ends, loss: Floats | float) -> tuple[Ends, Flags]:
        """Return the least boxes that contain ``start`` and that Φ keeps, and which of them were found."""
        ends, kept = start, np.zeros(x.shape[1], dtype=bool)
        with np.errstate(invalid="ignore", over="ignore"):
            for _ in range(ITERATIONS):
                image = self.image(ends, loss)
                low, high = inside(image, x, ends)
                kept = np.asarray((low & high).all(axis=0))
                if kept.all():
                    break
                # Only ends that do not hold move, so that a box that starts at a pattern does not run away from it.
                wider = hull(ends, image)
                grown = Ends(x + (1 + INFLATION) * (wider.lower - x), x + (1 + INFLATION) * (wider.upper - x))
                ends = Ends(np.where(low, ends.lower, grown.lower), np.where(high, ends.upper, grown.upper))
        # A finite end that ran away is NaN or far out; an infinite one was infinite from the start.
        lost = np.isnan(ends.lower) | np.isnan(ends.upper)
        lost |= np.isinf(ends.lower) & np.isfinite(start.lower) | np.isinf(ends.upper) & np.isfinite(start.upper)
        return ends, np.asarray(kept & ~lost.any(axis=0))

    def definite(self, ends: Ends, chosen: Flags) -> Flags:
        """Return which of the chosen boxes have diag(ρ/h̄) - W positive definite.

        Large networks are told by power iteration, which may take a matrix for definite that is not. The vectors of the
        last call are where the next one starts: the boxes of a search differ little.
        """
        found = chosen.copy()
        if not chosen.any():
            return found
        weight = self._weights(ends[chosen])
        if len(weight) <= FACTORISED:
            found[chosen] = [_is_below(w[:, None] * self.W * w, DEFINITE) for w in weight.T]
            return found
        v, value = self.vectors[:, chosen], np.zeros(weight.shape[1])
        # Something new each time: a vector may have settled on an eigenvalue that is not the largest.
        v = v / np.maximum(np.linalg.norm(v, axis=0), 1e-300) * np.sqrt(len(v)) + self.random.normal(size=v.shape) / 4
        v *= weight > 0
        for _ in range(POWER_STEPS):
            v = v / np.maximum(np.linalg.norm(v, axis=0), 1e-300)
            image = weight * (self.W @ (weight * v))
            value = (v * image).sum(axis=0)
            # Shifted, so that negative eigenvalues do not come first.
            v = image + 0.5 * np.maximum(np.abs(value), 0.1) * v
        self.vectors[:, chosen] = v
        found[chosen] = value < DEFINITE
        return found

    def certified(self, ends: Ends, chosen: Flags) -> Flags:
        """Return for which of the chosen boxes the checker finds diag(ρ/h̄) - W positive definite."""
        found, diagonals = chosen.copy(), self.cells.diagonals(ends)
        for k in np.flatnonzero(chosen):
            try:
                check_definite(form_of(self.network, diagonals[:, k]), evidence_for(self.network))
            except EvidenceRejected:
                found[k] = False
        return found

    def _weights(self, ends: Ends) -> Floats:
        with np.errstate(divide="ignore"):
            d = self.leak / self.steepest(ends) - self.shift
            return np.asarray(np.where(d > 0, 1 / np.sqrt(np.maximum(d, 0.0)), 1e6))

    def grow(self, states: Floats, own: slice, *, halves: bool) -> Found:
        """Return cells around the equilibria that the flow reaches from ``states``, which are patterns on ``own``."""
        x, resting = self.rest(states)
        self.vectors = self.random.normal(size=x.shape)
        none = np.zeros_like(x, dtype=bool)
        sides = self.open_sides(x) if halves else (none, none)
        grade, inner = self._grades(x, sides, resting)
        ok = grade >= 0
        beside, _ = self._neighbourhoods(x, states, own, inner, ok, steps=1)
        ends, reached = self._neighbourhoods(x, states, own, inner, ok)
        cell = chosen_of(reached, ends, inner)
        flips = np.floor(np.array(self.counts)[np.maximum(grade, 0)]).astype(np.int64)
        ray, ends, settled = self._ray(x, cell, ok), inner, np.zeros_like(ok)
        # What natural intervals lose on slopes, or power iteration, may take a cell away: then a smaller one is taken.
        tried = [scaled(x, cell, 1 + (ray - 1) * share) for share in (1.0, 0.9, 0.75, 0.5, 0.25, 0.0)]
        for smaller in (*tried, beside):
            fine = self.certified(smaller, ok & ~settled)
            ends, settled = chosen_of(fine, smaller, ends), settled | fine
            if settled[ok].all():
                break
        closest, kept = self.least(x, *self._closest(x, sides))
        return Found(ok, ends, inner, flips, self._closed(closest), kept)

    def _closed(self, ends: Ends) -> Ends:
        """Return boxes whose infinite ends are moved to where targets are: what is far out changes little."""
        image = self.image(ends)
        room = 1e-4 * (1 + np.abs(image.upper - image.lower) + np.maximum(np.abs(image.lower), np.abs(image.upper)))
        low = np.where(np.isinf(ends.lower), image.lower - room, ends.lower)
        return Ends(low, np.where(np.isinf(ends.upper), image.upper + room, ends.upper))

    def _closest(self, x: Floats, sides: tuple[Flags, Flags]) -> tuple[Ends, Floats]:
        """Return boxes close around x, and a little loss, which gives every neuron a width."""
        radius = 1e-4 * (1 + np.abs(x))
        return opened(Ends(x - radius / 16, x + radius / 16), sides), radius

    def _grades(self, x: Floats, sides: tuple[Flags, Flags], resting: Flags) -> tuple[NDArray[np.int64], Ends]:
        """Return for each pattern the largest grade of losses with a box on which Q ≻ 0 (-1: none), and that box."""
        good, bad = np.full(x.shape[1], -1), np.full(x.shape[1], len(self.counts))
        bad[~resting] = 0
        start, radius = self._closest(x, sides)
        best = start
        while (bad - good > 1).any():
            unsettled = bad - good > 1
            tried = np.where(unsettled, (good + bad) // 2, np.maximum(good, 0))
            ends, kept = self.least(x, start, self.losses[:, tried] + radius)
            kept = self.definite(ends, kept & unsettled)
            best = chosen_of(kept, ends, best)
            good, bad = np.where(kept, tried, good), np.where(unsettled & ~kept, tried, bad)
        return good, best

    def _neighbourhoods(
        self, x: Floats, states: Floats, own: slice, inner: Ends, ok: Flags, steps: int = RAY_STEPS
    ) -> tuple[Ends, Flags]:
        """Return the least boxes around ``inner`` and a neighbourhood of each pattern, the widest that has one."""
        good, bad = np.full(x.shape[1], -1.0), np.full(x.shape[1], np.inf)
        best, tried = inner, np.zeros(x.shape[1])
        for _ in range(steps):
            start = Ends(inner.lower.copy(), inner.upper.copy())
            start.lower[own] = np.minimum(start.lower[own], states[own] - tried)
            start.upper[own] = np.maximum(start.upper[own], states[own] + tried)
            ends, kept = self.least(x, start, 0.0)
            kept = self.definite(ends, kept & ok & (tried < 2.0**20))
            best, good = chosen_of(kept, ends, best), np.where(kept, tried, good)
            bad, ok = np.where(kept, bad, tried), ok & (good >= 0)
            if not ok.any():
                break
            tried = np.where(np.isinf(bad), np.maximum(2 * good, 1 / 16), (good + bad) / 2)
        return best, good >= 0

    def _ray(self, x: Floats, ends: Ends, ok: Flags) -> Floats:
        """Return how far each box can be scaled from its centre: Φ keeps it, and Q stays positive definite."""
        good, bad = np.ones(x.shape[1]), np.full(x.shape[1], np.inf)
        for _ in range(RAY_STEPS if ok.any() else 0):
            tried = np.where(np.isinf(bad), 2 * good, (good + bad) / 2)
            wider = scaled(x, ends, tried)
            with np.errstate(invalid="ignore", over="ignore"):
                image = self.image(wider)
            kept = is_inside(image, x, wider) & ok
            kept = self.definite(wider, kept & (tried < 2.0**20))
            good, bad = np.where(kept, tried, good), np.where(kept, bad, tried)
        # A little inward, for the rounding that follows.
        return 1 + (good - 1) * 0.97


def evidence_for(network: StructuredNetwork) -> dict[str, Any]:
    """Return the evidence of definiteness that is tried for a network."""
    evidence: dict[str, Any] = {"method": "cholesky"}
    block = network.low_rank
    return {"method": "low_rank", "complement": evidence} if block is not None and block.scale > 0 else evidence


def _is_below(matrix: Floats, bound: float) -> bool:
    """Whether a symmetric matrix has eigenvalues below a bound only."""
    try:
        np.linalg.cholesky(bound * np.eye(len(matrix)) - matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _counts(neurons: int) -> list[float]:
    """Return grades of flips: none, fractions of one, which only give a shape, then numbers growing by an eighth."""
    counts: list[float] = [0.0, 1 / 64, 1 / 16, 1 / 4]
    k = 1
    while k <= neurons:
        counts.append(float(k))
        k = max(k + 1, k + k // 8)
    return counts


def _spread(W: Floats, r: Floats) -> Floats:
    """Return |W| r, a block of rows at a time."""
    return np.concatenate([np.abs(W[start : start + 512]) @ r for start in range(0, len(W), 512)])
