"""How much self-inhibition makes W + cI positive definite: the smallest c of two digits for which that is verified.

Floating point guesses λ_min(W); the candidates are tried by the methods of the checker, so that c ≥ 0 is certified.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, log2, log10

import numpy as np

from hopverify.checker.linear_algebra import Matrix
from hopverify.checker.quadratic_forms import DenseForm
from hopverify.numerics.definiteness import least_eigenvalue, propose
from hopverify.repairs import UnfitError

TRIES, SMALL = 40, 64


def least_inhibition(W: Matrix, *, form: DenseForm | None = None, positive: bool = False) -> Fraction:
    """Return c ≥ 0 with W + cI ≻ 0 for symmetric W; a decimal for small W, dyadic for large ones that are stored.

    ``positive``: c > 0 even where W ≻ 0 as it is.
    """
    whole = form if form is not None else DenseForm.of_exact(W)
    guess = least_eigenvalue(whole)
    if guess is None:
        raise UnfitError("the least eigenvalue of W was not found in floating point")
    unit = _unit(float(np.abs(whole.values).max()), decimal=whole.size <= SMALL)
    first = max(int(positive), ceil(Fraction(-guess) / unit) - 1)
    for k in range(first, first + TRIES):
        if propose(whole.shifted(-k * unit)) is not None:
            return k * unit
    raise UnfitError(f"W + cI ≻ 0 was not shown for c up to {(first + TRIES) * unit}")


def _unit(size: float, *, decimal: bool) -> Fraction:
    """Return the step between candidates: a hundredth or so of the largest weight."""
    if size == 0:
        raise UnfitError("W = 0: no neuron drives another, and each state relaxes on its own")
    return Fraction(10) ** (floor(log10(size)) - 1) if decimal else Fraction(2) ** (floor(log2(size)) - 6)
