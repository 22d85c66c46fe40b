"""Windows: a banded or sparse matrix as a sum of small overlapping ones, each positive definite.

In the given ``order`` of the rows, cut into blocks of ``block`` rows, A has to be block tridiagonal: B_k on the
diagonal, C_k below it. For any symmetric S_1, S_2, …, S_0 = 0,

    A = Σ_k [[B_k - S_k, C_kᵀ], [C_k, S_k+1]]      (each in rows k, k + 1; the last is B_m - S_m alone),

so A ≻ 0 if every window is ≻ 0. Such S exist iff A ≻ 0 (Schur complements; Agler, Helton, McCullough & Rodman 1988 for
all chordal patterns). Here S_k+1 = C_k(B_k - S_k - τI)⁻¹C_kᵀ + τI in floating point, τ = ``share``: its errors do no
harm, since S is taken as it comes out. Each window is shown by the method ``cholesky``, with σ and the rounding of
B_k - S_k as its slack. n rows cost O(n·block²), and nothing of size n × n is formed.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.definiteness import Method, check_definite
from hopverify.checker.floats import assert_rounding, roundoff
from hopverify.checker.payload import index, rational
from hopverify.checker.quadratic_forms import DenseForm, SparseForm, rounded_up
from hopverify.errors import EvidenceRejected

Floats = NDArray[np.float64]
MAX_BLOCK = 2048


def _verify(form: SparseForm, payload: Mapping[str, Any]) -> None:
    assert_rounding()
    width, share = index(payload["block"], MAX_BLOCK + 1), rounded_up(rational(payload["share"]))
    if width == 0:
        raise EvidenceRejected("windows: expected a block of at least one row")
    blocks = Blocks(form, _order(payload["order"], form.size), width)
    S = np.zeros((min(width, form.size),) * 2)
    for k in range(blocks.count - 1):
        C = blocks.below(k)
        top = blocks.diagonal(k) - S
        rest = _complement(top, C, share)
        window = np.block([[top, C.T], [C, rest]])
        _check(window, top, form.slack, k)
        S = rest
    if blocks.count:
        last = blocks.diagonal(blocks.count - 1) - S
        _check(last, last, form.slack, blocks.count - 1)


def _check(window: Floats, rounded: Floats, slack: Fraction, k: int) -> None:
    """Show a window; what rounding B_k - S_k lost is at most u times its largest entry, n times that in the 2-norm."""
    lost = len(rounded) * 2 * roundoff() * float(np.abs(rounded).max(initial=0.0))
    if not (np.isfinite(lost) and np.isfinite(window).all()):
        raise EvidenceRejected(f"windows: window {k} has entries that are not finite")
    try:
        # A row lies in two windows at most, and each of them is asked for the whole slack; a negative one counts once.
        check_definite(DenseForm(window, max(slack, slack / 2) + Fraction(lost)), {"method": "cholesky"})
    except EvidenceRejected as error:
        raise EvidenceRejected(f"windows: window {k}: {error}") from None


@np.errstate(all="ignore")
def _complement(top: Floats, C: Floats, share: float) -> Floats:
    """Return a symmetric S near C(top - τI)⁻¹Cᵀ + τI; entries may be infinite or no numbers."""
    identity = np.eye(len(top))
    try:
        S = C @ np.linalg.solve(top - share * identity, C.T)
    except np.linalg.LinAlgError:
        raise EvidenceRejected("windows: a block is singular; give a smaller share") from None
    # a + b = b + a in floating point, so this is symmetric exactly.
    symmetric: Floats = (S + S.T) / 2 + share * np.eye(len(S))
    return symmetric


def _order(value: Any, n: int) -> NDArray[np.int64]:
    """Return the place of each row in the order, which has to name every row once."""
    rows = np.array([index(entry, n) for entry in value] if isinstance(value, list) else [], dtype=np.int64)
    if len(rows) != n or len(np.unique(rows)) != n:
        raise EvidenceRejected(f"windows: order: expected each of 0 … {n - 1} once")
    place = np.empty(n, dtype=np.int64)
    place[rows] = np.arange(n)
    return place


class Blocks:
    """The blocks of a sparse form whose rows stand at ``place``; refuses an entry outside the three diagonals."""

    def __init__(self, form: SparseForm, place: NDArray[np.int64], width: int) -> None:
        self.size, self.width = form.size, width
        self.count = -(-form.size // width)
        self.own = np.empty(form.size)
        self.own[place] = form.diagonal
        a, b = place[form.row], place[form.column]
        low, high = np.minimum(a, b), np.maximum(a, b)
        if (high // width - low // width > 1).any():
            raise EvidenceRejected("windows: an entry joins rows further apart than two neighbouring blocks")
        inside = np.lexsort((low, high))
        self.row, self.column, self.values = high[inside], low[inside], form.values[inside]

    def _entries(self, k: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Return the entries in the rows of block k, below the diagonal."""
        first, last = np.searchsorted(self.row, (k * self.width, (k + 1) * self.width))
        return self.row[first:last], self.column[first:last], self.values[first:last]

    def _rows(self, k: int) -> int:
        return min(self.width, self.size - k * self.width)

    def diagonal(self, k: int) -> Floats:
        """Return B_k."""
        start = k * self.width
        B = np.diag(self.own[start : start + self.width])
        row, column, values = self._entries(k)
        inside = column >= start
        i, j = row[inside] - start, column[inside] - start
        B[i, j] = B[j, i] = values[inside]
        return B

    def below(self, k: int) -> Floats:
        """Return C_k: rows of block k + 1, columns of block k."""
        C = np.zeros((self._rows(k + 1), self._rows(k)))
        row, column, values = self._entries(k + 1)
        outside = column < (k + 1) * self.width
        C[row[outside] - (k + 1) * self.width, column[outside] - k * self.width] = values[outside]
        return C


METHOD = Method(
    name="windows",
    summary="overlapping blocks, for banded and other sparse matrices; `order` of the rows, `block`, `share`",
    forms=(SparseForm,),
    verify=_verify,
    required=frozenset({"order", "block", "share"}),
)
