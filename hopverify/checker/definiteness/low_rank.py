"""Diagonal less low rank: diag(d) - s ΞᵀΞ ≻ 0 iff d > 0 and I - s Ξ diag(1/d) Ξᵀ ≻ 0, a K × K matrix (Schur).

Both are the Schur complements of [[diag(d), √s Ξᵀ], [√s Ξ, I]]. No n × n matrix is formed: n neurons and K patterns
cost O(nK²) time and, a few columns of Ξ at a time, O(K²) memory beside Ξ. d_i = inf takes a neuron out (1/d_i = 0).

Errors. Let G = s Ξ diag(1/d) Ξᵀ for the doubles Ξ, and Ĝ what is computed from w_i = fl(fl(s)/d_i): with all roundings
|Ĝ - G| ≤ γ √(G_kk G_ll) entry by entry (Cauchy and Schwarz), γ = (n + 8)u/(1 - (n + 8)u), in any order of summation, so
‖Ĝ - G‖₂ ≤ γ tr G, and tr G ≤ tr Ĝ/(1 - γ). If Ξ is known to a radius r only, Ξ = Ξ̂ + F with ‖F diag(√(s/d))‖₂² ≤
φ = K r² s Σ1/d_i, the 2-norm of G grows by 2√(φ tr G) + φ at most. I - Ĝ loses u(1 + Ĝ_kk) on the diagonal. All of
this becomes the slack of the small form, which evidence of another method then decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.definiteness import Method, check_definite
from hopverify.checker.floats import assert_rounding, roundoff, upward
from hopverify.checker.midpoints import factor
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm, rounded_up
from hopverify.errors import EvidenceRejected

Floats = NDArray[np.float64]
BLOCK_ENTRIES = 2**21
MAX_SIZE = 2**24


def _verify(form: LowRankForm, payload: Mapping[str, Any]) -> None:
    check_definite(schur_complement(form), payload["complement"])


def schur_complement(form: LowRankForm) -> DenseForm:
    """Return I - s Ξ diag(1/(d - σ)) Ξᵀ (K × K) with its error as slack; refuse a d - σ that is not positive."""
    assert_rounding()
    if form.size > MAX_SIZE:
        raise EvidenceRejected(f"low_rank: the limit is n = {MAX_SIZE}, and n = {form.size}")
    Xi, n = form.patterns.values, form.size
    d = _diagonal(form)
    with np.errstate(over="ignore", invalid="ignore"):
        w = factor(form.scale) / d
        G = _weighted_gram(Xi, w)
    largest = _trace_above(np.diag(G), n)
    error = upward(upward((n + 8) * roundoff(), 4) * (1.0 + 2.0**-20) * largest, 8)
    error = upward(error + _loss_of_radius(form, w, largest), 4)
    # Products and quotients that underflow, each at most 2⁻¹⁰⁷⁴ before it meets two entries of Ξ.
    biggest = float(np.abs(Xi).max(initial=0.0))
    error = upward(error + len(Xi) * n * (1.0 + biggest) * (1.0 + biggest) * 2.0**-1060, 8)
    complement = np.eye(len(Xi)) - G
    error = upward(error + 2 * roundoff() * (1.0 + largest), 8)
    if not (np.isfinite(error) and np.isfinite(complement).all()):
        raise EvidenceRejected("low_rank: the patterns are too large, or a diagonal entry too small, for doubles")
    return DenseForm(complement, Fraction(float(error)))


def _diagonal(form: LowRankForm) -> Floats:
    """Return lower bounds of d - σ, all of them positive."""
    lowered = np.nextafter(form.diagonal - rounded_up(form.slack), -np.inf)
    d = np.where(form.diagonal < np.inf, lowered, np.inf)
    if not (d > 2.0**-900).all():
        raise EvidenceRejected("low_rank: a diagonal entry d - σ is not positive")
    return d


def _weighted_gram(Xi: Floats, w: Floats) -> Floats:
    """Return Ξ diag(w) Ξᵀ, a block of columns at a time, both triangles within the same bounds."""
    K, n = Xi.shape
    total = np.zeros((K, K))
    step = max(1, BLOCK_ENTRIES // max(K, 1))
    for start in range(0, n, step):
        part = Xi[:, start : start + step]
        total += (part * w[start : start + step]) @ part.T
    return total


def _trace_above(diagonal: Floats, n: int) -> float:
    """Return an upper bound of tr G, from the diagonal of Ĝ."""
    return float(upward(diagonal.sum() * (1.0 + 2.0**-20), len(diagonal) + 8)) + n * 2.0**-1000


def _loss_of_radius(form: LowRankForm, w: Floats, trace: float) -> float:
    """Return what a radius of Ξ adds to ‖G‖₂ at most."""
    r = form.patterns.radius
    if not r:
        return 0.0
    phi = float(upward(len(form.patterns.values) * r * r * float(w.sum()), form.size + 16)) + 2.0**-900
    return float(upward(2 * sqrt(upward(phi * trace, 2)) + phi, 8))


METHOD = Method(
    name="low_rank",
    summary="the Schur complement, for a diagonal less few patterns; `complement` is evidence for a K × K matrix",
    forms=(LowRankForm,),
    verify=_verify,
    required=frozenset({"complement"}),
)
