"""The pseudo-inverse rule: W = Ξ⁺Ξ, the orthogonal projection onto the span of the patterns (Personnaz et al. 1985).

Every combination of the patterns is kept, Wξ = ξ; all others lose their part outside the span. With rows R that are a
basis of the span, W = Rᵀ(RRᵀ)⁻¹R: exact in rationals for few neurons. For many, W is VᵀV with right singular vectors V
in doubles, made exactly symmetric; it then is a projection up to rounding only, and which singular values count as 0
was decided in floating point. The doubles are what the spec holds.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq_mat

from hopverify.checker.linear_algebra import flint_matrix, from_flint
from hopverify.interop.learning import EXACT_NEURONS, Learned, LearningRule
from hopverify.interop.learning._symmetric import finished, symmetrised
from hopverify.spec import ExactArray


def _learn(patterns: ExactArray, zero_diagonal: bool) -> Learned:
    if patterns.shape[1] <= EXACT_NEURONS:
        return finished(_projection(patterns), zero_diagonal, "the pseudo-inverse rule, exact in rationals")
    W, rank = _in_doubles(patterns.floats())
    said = f"the pseudo-inverse rule in doubles (rank {rank}), made exactly symmetric: a projection up to rounding"
    return finished(W, zero_diagonal, said)


def _projection(patterns: ExactArray) -> np.ndarray[Any, Any]:
    """Return Rᵀ(RRᵀ)⁻¹R with the rows R of the reduced echelon form that are not 0."""
    n = patterns.shape[1]
    reduced, rank = flint_matrix(patterns.fractions()).rref()
    if not rank:
        return np.full((n, n), Fraction(0), dtype=object)
    R = fmpq_mat(rank, n, reduced.entries()[: rank * n])
    W = R.transpose() * (R * R.transpose()).inv() * R
    return np.array([from_flint(entry) for entry in W.entries()], dtype=object).reshape(n, n)


def _in_doubles(Xi: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], int]:
    _, singular, V = np.linalg.svd(Xi, full_matrices=False)
    rank = int(np.sum(singular > singular[0] * max(Xi.shape) * np.finfo(np.float64).eps))
    kept = V[:rank]
    return symmetrised(kept.T @ kept), rank


RULE = LearningRule(
    name="pseudo_inverse",
    summary="W = Ξ⁺Ξ, the projection onto the span of the patterns",
    reference="doi:10.1051/jphyslet:01985004608035900",
    learn=_learn,
)
