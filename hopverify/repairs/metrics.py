"""Which metric P of an altered system is written: the plainest one with PB = Aᵀ, or that of best condition number.

The identity is as well conditioned as any, and so is a multiple of it. Where neither fits a semidefinite program
chooses; whichever solver answers, and if none does, P is exact and positive definite.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from hopverify.checker.linear_algebra import Matrix
from hopverify.numerics.metric import Metrics, best_metrics
from hopverify.repairs import UnfitError


def chosen(family: Metrics, A: Matrix, B: Matrix, solvers: tuple[str, ...]) -> tuple[Matrix, tuple[str, ...]]:
    """Return P ≻ 0 with PB = Aᵀ, and notes on how it was found."""
    multiple = _multiple(A, B)
    if multiple is not None:
        return multiple, ()
    if family.dimension == 0:
        return family.base, ("P is the only metric: B has full row rank",)
    found = next(iter(best_metrics(family, solvers=solvers)), None)
    if found is None:
        raise UnfitError("no positive definite metric was found")
    P, solver = found
    if solver is None:
        said = f"{' and '.join(solvers)} gave no usable answer (not installed, or failing)"
        return P, (f"{said}: P is exact and needs none, but its condition number may not be the best",)
    refused = solvers[: solvers.index(solver)] if solver in solvers else ()
    before = f"{', '.join(refused)} gave no answer (not installed, or failing); " if refused else ""
    return P, (f"{before}P was chosen by {solver} for its condition number, and rounded where PB = Aᵀ holds exactly",)


def _multiple(A: Matrix, B: Matrix) -> Matrix | None:
    """Return sI with sB = Aᵀ, s > 0, if A is such a multiple."""
    place = np.argwhere(B != 0)
    if not len(place):
        return None
    i, j = place[0]
    s = Fraction(A[j, i] / B[i, j])
    if s <= 0 or not bool((s * B == A.T).all()):
        return None
    P = np.full((len(B), len(B)), Fraction(0), dtype=object)
    np.fill_diagonal(P, s)
    return P
