"""Symmetriser (T13): for weights that are not symmetric, a diagonal D ≻ 0 with DW symmetric, or why there is none.

D is unique up to a factor on each connected component of the graph of W: along a spanning tree, d_j = d_i W_ij / W_ji.
An edge that contradicts the walk closes a cycle whose products disagree; a one-sided or sign-changing pair is a cycle
of two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.core import core_of, matrix_of
from hopverify.obligations import SymmetricWeights
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import by_kernel

# Beyond this size the exact walk over fractions is too slow for what it adds to a fail.
MAX_NEURONS = 500


def symmetriser(W: np.ndarray[Any, Any]) -> tuple[list[Fraction] | None, list[int] | None]:
    """Return (D, None) for symmetrisable exact weights, (None, cycle) otherwise."""
    n = len(W)
    one_sided = np.argwhere((W * W.T <= 0) & ((W != 0) | (W.T != 0)))
    if len(one_sided):
        return None, [int(k) for k in one_sided[0]] if one_sided[0][0] != one_sided[0][1] else None
    d: list[Fraction | None] = [None] * n
    parent = [-1] * n
    for root in range(n):
        if d[root] is None:
            d[root] = Fraction(1)
            clash = _walk(W, root, d, parent)
            if clash is not None:
                return None, _cycle(parent, *clash)
    return [entry or Fraction(1) for entry in d], None


def _walk(W: np.ndarray[Any, Any], root: int, d: list[Fraction | None], parent: list[int]) -> tuple[int, int] | None:
    """Spread d over a component; return an edge that contradicts it."""
    queue = deque([root])
    while queue:
        i = queue.popleft()
        for j in (int(k) for k in np.flatnonzero(W[i] != 0)):
            value = d[i] * W[i, j] / W[j, i]
            if d[j] is None:
                d[j], parent[j] = value, i
                queue.append(j)
            elif d[j] != value:
                return i, j
    return None


def _cycle(parent: list[int], i: int, j: int) -> list[int]:
    """Return the cycle that the edge (i, j) closes in the spanning tree."""

    def to_root(k: int) -> list[int]:
        path = [k]
        while parent[path[-1]] >= 0:
            path.append(parent[path[-1]])
        return path

    left, right = to_root(i), to_root(j)
    common = next(k for k in left if k in right)
    return [*left[: left.index(common) + 1], *reversed(right[: right.index(common)])]


def _search(obligation: SymmetricWeights, budget: Budget) -> Iterator[Evidence]:
    matrix, weights = matrix_of(core_of(obligation.model), obligation.name), obligation.weights.values
    unequal = np.argwhere(weights != weights.T)
    if len(unequal) == 0:
        yield by_kernel("entries", "symmetric", matrix=matrix)
        return
    i, j = map(int, unequal[0])
    pair = [str(Fraction(weights[i, j])), str(Fraction(weights[j, i]))]
    fields = {"matrix": matrix, "pair": [i, j], "values": pair, "unequal_pairs": len(unequal) // 2}
    if len(weights) <= MAX_NEURONS:
        d, cycle = symmetriser(obligation.weights.fractions())
        if d is not None:
            fields |= {"symmetrisable": "yes", "symmetriser": texts_of(d)}
        if cycle is not None:
            fields |= {"symmetrisable": "no", "cycle": cycle}
    yield by_kernel("entries", "not symmetric", **fields)


PROVER = Prover(
    name="symmetriser",
    summary="W = Wᵀ by comparison; for other weights a symmetrising diagonal or a cycle (T13)",
    search=_search,
)
