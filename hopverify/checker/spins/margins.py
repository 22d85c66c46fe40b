"""How many flipped neurons of a pattern are set right, whichever they are (D5): bounds that hold for all of them.

Let ξ be the pattern, a_ij = ξ_i W_ij ξ_j and m_i = Σ_j a_ij + ξ_i b_i. At the state in which the neurons of F are
flipped,

    ξ_i (Ws + b)_i = m_i - 2 Σ_{j ∈ F} a_ij.

Over all F of at most k neurons the least value is m_i - 2C_k(i) for i outside F, and m_i - 2a_ii - 2C_{k-1}(i) for i in
F, with C_k(i) the sum of the k largest of the positive a_ij, j ≠ i. If the first is ≥ 0 (a tie keeps what is right) and
the second > 0 for all i, each neuron is set to ξ_i whenever it is set, at all states with at most k flips: one
synchronous update leads to ξ, and asynchronous ones never leave those states and reach ξ once every neuron has been
set. For one synchronous update, and for the first asynchronous one, the condition is necessary as well.

For one Hebbian synapse, C_k(i) is at most the sum of the k largest |W_ij|, j ≠ i: no pattern occurs in it, so that one
pass over the rows serves all patterns. The entries of ΞᵀΞ are sums of products of whole numbers below 2⁵³: in doubles
(or below 2²⁴, in single precision) they are exact, in whatever order they are added.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.floats import assert_rounding
from hopverify.checker.spins.low_rank import LowRank
from hopverify.checker.spins.quadratic import Affine
from hopverify.checker.spins.values import States
from hopverify.errors import EvidenceRejected

ROWS = 256


def certified(update: Affine, patterns: States) -> list[int]:
    """Return for each pattern the largest k for which the condition holds; -1 if it is no fixed point."""
    rest, own = update.off_diagonal(), update.diagonal
    return [_certified(rest, own, update.vector, pattern) for pattern in patterns]


def _certified(rest: Any, own: Any, bias: Any, pattern: Any) -> int:
    n = len(pattern)
    pulls = pattern[:, None] * rest * pattern
    margin = pulls.sum(axis=1) + own + pattern * bias
    losses = np.sort(np.maximum(pulls, 0), axis=1)[:, ::-1]
    # Column k is C_k: k neurons besides the one that is set; there are n - 1 others.
    taken = np.concatenate([0 * margin[:, None], np.cumsum(losses, axis=1)], axis=1)[:, :n]
    kept = (margin[:, None] - 2 * taken >= 0).all(axis=0)
    restored = (margin[:, None] - 2 * own[:, None] - 2 * taken > 0).all(axis=0)
    if not kept[0]:
        return -1
    # Both hold up to some k and no further, so that counting them finds it.
    return sum(bool(kept[min(k, n - 1)] and restored[k - 1]) for k in range(1, n + 1))


def certified_low_rank(form: LowRank, patterns: States) -> list[int]:
    """Return the same for one Hebbian synapse, by the bound that serves all patterns: maybe less than the largest k."""
    assert_rounding()
    factor, n = abs(form.factor), form.patterns.shape[1]
    Xi = _in_floats(form.patterns)
    own = form.factor * (form.squares - form.removed)
    margins = patterns * form.at(patterns)
    kept, restored = np.full(len(patterns), n), np.full(len(patterns), n)
    for first in range(0, n, ROWS):
        rows = np.arange(first, min(first + ROWS, n))
        products = np.abs(Xi[:, rows].T @ Xi)
        products[np.arange(len(rows)), rows] = 0
        products.sort(axis=1)
        taken = np.cumsum(products[:, ::-1].astype(np.int64), axis=1)
        for place, i in enumerate(rows):
            # In whole numbers m - 2a_ii - 2|M|C > 0 says 2|M|C ≤ m - 2a_ii - 1.
            room, inner = margins[:, i], margins[:, i] - 2 * own[i] - 1
            kept = np.minimum(kept, _count(taken[place], room, factor))
            restored = np.minimum(restored, _count(taken[place], inner, factor))
    return [int(min(a, b + 1)) if a >= 0 else -1 for a, b in zip(kept, restored, strict=True)]


def _count(taken: NDArray[np.int64], room: NDArray[np.int64], factor: int) -> NDArray[np.int64]:
    """Return the largest k with 2·factor·C_k ≤ room, for each room; -1 if there is none."""
    if factor == 0:
        return np.where(room >= 0, len(taken), -1)
    counts: NDArray[np.int64] = np.searchsorted(taken, room // (2 * factor), side="right")
    return np.where(room >= 0, counts, -1)


def _in_floats(patterns: NDArray[np.int64]) -> NDArray[Any]:
    """Return Ξ in the shortest floating-point format in which sums of products of its columns are exact."""
    largest = int((patterns**2).sum(axis=0).max())
    # By Cauchy and Schwarz no partial sum of |Ξ_μi Ξ_μj| is larger than the largest Σ Ξ_μi².
    if largest >= 2**53:
        raise EvidenceRejected("the patterns are too large for exact products in floating point")
    return patterns.astype(np.float32 if largest < 2**24 else np.float64)
