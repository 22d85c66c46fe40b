"""Storkey's rule, which takes the patterns one after the other; their order matters (Storkey 1997).

From W = 0, each pattern ξ adds (ξ_iξ_j - ξ_ih_ji - h_ijξ_j)/n to W_ij, where h_ij = Σ_{k≠i,j} W_ik ξ_k is the field
that the earlier patterns leave at i, without the neurons i and j. The sum is symmetric in i and j, and so is W: exact
in rationals for few neurons; for many in doubles, made exactly symmetric.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.interop.learning import EXACT_NEURONS, Learned, LearningRule
from hopverify.interop.learning._symmetric import finished, symmetrised
from hopverify.spec import ExactArray

Numbers = np.ndarray[Any, Any]


def _learn(patterns: ExactArray, zero_diagonal: bool) -> Learned:
    if patterns.shape[1] <= EXACT_NEURONS:
        W, how = _taught(patterns.fractions(), Fraction(1, patterns.shape[1])), "exact in rationals"
    else:
        W, how = symmetrised(_taught(patterns.floats(), 1 / patterns.shape[1])), "in doubles, made exactly symmetric"
    return finished(W, zero_diagonal, f"Storkey's rule, the patterns in the order of the rows, {how}")


def _taught(Xi: Numbers, share: Any) -> Numbers:
    """Return W after all patterns; ``share`` is 1/n as a number of the patterns' kind."""
    n = Xi.shape[1]
    W = np.full((n, n), 0 * share, dtype=Xi.dtype)
    for xi in Xi:
        own = np.diag(W) * xi
        h = (W @ xi - own)[:, None] - W * xi
        # Where i = j the field leaves out one neuron, not the same one twice.
        np.fill_diagonal(h, W @ xi - own)
        crossed = h * xi
        W = W + (np.outer(xi, xi) - crossed - crossed.T) * share
    return W


RULE = LearningRule(
    name="storkey",
    summary="Storkey's rule, one pattern after the other",
    reference="doi:10.1007/BFb0020196",
    learn=_learn,
)
