"""Cells: boxes of states, half-infinite where a neuron may be dead or saturated, in the basin of one equilibrium.

T ẋ = Wγ + b - ρ∘x, γ = g(x), ρ > 0; every g_i non-decreasing and locally Lipschitz; W symmetric. Let C = ∏ [l_i, u_i],
ends infinite only where g_i is bounded there, so that g(C) is bounded; h̄_i ≥ sup g_i' on [l_i, u_i].

T9 of docs/theory.md asks two things. (a) The targets (Wγ + b)_i/ρ_i lie in [l_i, u_i] for all γ in g(C). (b) Q =
diag(ρ/h̄) - W ≻ 0 on the neurons with h̄ > 0. Then C holds exactly one equilibrium x⋆, and every solution that starts in
C converges to it. An instantaneous neuron (τ = 0, no synapse inside its layer) sits at its target.

*Flips.* Let C' ⊂ C be a box, and let the targets stay strictly inside the finite ends of C'
for all γ in g(C') of which any k entries of one layer (τ > 0) are replaced by any values of their activations. A
solution that starts in C' but for k neurons of that layer enters C': the targets of all neurons are inside as long as
only those k are out; they hold the others in, and draw the k back at a positive rate. So it converges to x⋆.
Replacing k entries moves target i by at most the sum of the k largest |W_ij|(sup g_j - inf g_j), over ρ_i.

Bounds of Wγ are those of midpoint and radius: with γ = c ± r and W = M ± ε entry by entry, |Wγ - fl(Mc)| is at most
|M|r + εΣ(|c| + r) and (N + 2)u|M||c| of rounding, in any order of summation. Where W stands for all symmetric matrices
with |W - M| ≤ U, both conditions are asked for all of them: U(|c| + r) is added, and to the slack of Q the largest row
sum of U, which bounds the 2-norm of what is symmetric and at most U (Weyl).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.boxes import Activations, Boxes
from hopverify.checker.convexity import is_nondecreasing
from hopverify.checker.floats import assert_rounding, roundoff, upward
from hopverify.checker.midpoints import rows, spreads
from hopverify.errors import EvidenceRejected
from hopverify.expr.intervals import Interval, enclose
from hopverify.networks.structured import ROWS, StructuredNetwork

Floats = NDArray[np.float64]
TINY = 2.0**-1000


@dataclass(frozen=True, eq=False)
class Ends:
    """Lower and upper ends for M boxes over N neurons, (N, M) each; may be infinite."""

    lower: Floats
    upper: Floats

    def __getitem__(self, chosen: Any) -> Ends:
        return Ends(self.lower[:, chosen], self.upper[:, chosen])


class Cells:
    """Activations, slopes and targets of one network on many boxes at once; refuses what the theorem does not cover."""

    def __init__(self, network: StructuredNetwork) -> None:
        assert_rounding()
        if not all(is_nondecreasing(layer.function) for layer in network.layers):
            raise EvidenceRejected("an activation is not evidently non-decreasing and locally Lipschitz")
        if not all(rate > 0 for rate in network.leak()) or not network.is_symmetric:
            raise EvidenceRejected("the weights are not symmetric, or a leak is not positive")
        self.network, self.activations = network, Activations(network.layers)
        self.last = np.zeros(network.size, dtype=np.int64)
        for _, neurons, parts in self.activations.groups:
            self.last[neurons] = len(parts) - 1 if parts is not None else 0
        self.leak = _stack(network.leak())
        self.bias = _stack([entry for layer in network.layers for entry in layer.bias.fractions().tolist()])

    def boxes(self, ends: Ends) -> Boxes:
        """Return the boxes as the activations read them, (M, N)."""
        shape = ends.lower.T.shape
        last = np.broadcast_to(self.last, shape)
        return Boxes(ends.lower.T.copy(), ends.upper.T.copy(), np.zeros(shape, dtype=np.int64), last)

    def activated(self, ends: Ends) -> Ends:
        """Return bounds of g on each box."""
        low, high = self.activations.ranges(self.boxes(ends))
        return Ends(low.T, high.T)

    @cached_property
    def everywhere(self) -> Ends:
        """Bounds of g over all states, (N, 1)."""
        n = self.network.size
        return self.activated(Ends(np.full((n, 1), -np.inf), np.full((n, 1), np.inf)))

    def diagonals(self, ends: Ends) -> Floats:
        """Return lower bounds of ρ/h̄, (N, M), infinite where h̄ = 0."""
        _, steepest = self.activations.slopes(self.boxes(ends))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = np.nextafter(self.leak.lower / steepest.T, -np.inf)
        return np.where(steepest.T <= 0, np.inf, np.where(np.isfinite(steepest.T), ratio, -np.inf))

    def targets(self, gamma: Ends) -> Ends:
        """Return bounds of (Wγ + b)/ρ for γ in bounded boxes."""
        if not (np.isfinite(gamma.lower).all() and np.isfinite(gamma.upper).all()):
            raise EvidenceRejected("an activation is not bounded on a cell")
        c = gamma.lower / 2 + gamma.upper / 2
        r = upward(np.maximum(gamma.upper - c, c - gamma.lower), 4) + TINY
        n, low, high = self.network.size, np.empty_like(c), np.empty_like(c)
        size = np.abs(c) + r
        total = upward(size.sum(axis=0), n + 8)
        for start, stop, W, radius in self._rows():
            middle, A = W @ c, np.abs(W)
            slack = A @ r + (4.0 * (n + 16) * roundoff()) * (A @ size) + radius * total
            spread = spreads(self.network, start, stop)
            if spread is not None:
                slack += spread @ size
            slack = upward(slack, 2 * n + 32) + TINY
            sums = Interval(middle - slack, middle + slack) + _part(self.bias, start, stop)
            found = sums / _part(self.leak, start, stop)
            # The sums with the slack are rounded too.
            low[start:stop], high[start:stop] = np.nextafter(found.lower, -np.inf), np.nextafter(found.upper, np.inf)
        return Ends(low, high)

    def flip_losses(self, spans: Floats, counts: list[int]) -> dict[int, Floats]:
        """Return for each k upper bounds of the sum of the k largest |W_ij|·span_j, over ρ_i, (N,)."""
        losses = {k: np.zeros(self.network.size) for k in counts}
        moved = np.flatnonzero(spans > 0)
        for start, stop, W, radius in self._rows():
            spread = spreads(self.network, start, stop)
            size = np.abs(W[:, moved]) + radius + (spread[:, moved] if spread is not None else 0.0)
            with np.errstate(invalid="ignore"):
                moves = upward(size, 4) * spans[moved]
            moves = np.sort(np.where(np.isnan(moves), 0.0, upward(moves, 4)), axis=1)[:, ::-1]
            sums = np.cumsum(moves, axis=1)
            for k in counts:
                taken = min(k, len(moved))
                if taken:
                    loss = upward(sums[:, taken - 1], taken + 8) / self.leak.lower[start:stop, 0]
                    losses[k][start:stop] = upward(loss, 4) + TINY
        return losses

    def spans(self, layer: str) -> Floats:
        """Return upper bounds of sup g - inf g for the neurons of one layer, 0 for all others."""
        place, everywhere = self.network.places[layer], self.everywhere
        spans = np.zeros(self.network.size)
        spans[place] = np.nextafter(everywhere.upper[place, 0] - everywhere.lower[place, 0], np.inf)
        return spans

    def _rows(self) -> Iterator[tuple[int, int, Floats, float]]:
        for start in range(0, self.network.size, ROWS):
            stop = min(start + ROWS, self.network.size)
            part = rows(self.network, start, stop)
            yield start, stop, part.values, part.radius


def _stack(numbers: list[Fraction]) -> Interval:
    """Return numbers as a column of intervals, (N, 1)."""
    known = {number: enclose(number) for number in set(numbers)}
    low, high = (
        np.array([float(getattr(known[number], end)) for number in numbers])[:, None] for end in ("lower", "upper")
    )
    return Interval(low, high)


def _part(column: Interval, start: int, stop: int) -> Interval:
    return Interval(column.lower[start:stop], column.upper[start:stop])


def is_kept(targets: Ends, ends: Ends, *, strictly: bool = False) -> NDArray[np.bool_]:
    """Return for each box whether the targets lie in it, or strictly inside its finite ends."""
    below, above = targets.lower >= ends.lower, targets.upper <= ends.upper
    if strictly:
        below = (targets.lower > ends.lower) | (ends.lower == -np.inf)
        above = (targets.upper < ends.upper) | (ends.upper == np.inf)
    return np.asarray((below & above).all(axis=0))
