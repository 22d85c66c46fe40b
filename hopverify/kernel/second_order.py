"""Second derivatives of the energy at a state of a flow with affine drives, in balls (T7).

On activations, where neurons act for themselves: Q = diag(ρ/h) - W. On states, also of layers that act as a whole, off
the null space of H: Nᵀ(ρH - HWH)N.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb, arb_mat

from hopverify.kernel.functions import ball
from hopverify.kernel.linearised import Beside
from hopverify.kernel.numbers import need
from hopverify.kernel.semidefinite import is_definite


def quadratic(beside: Beside, neurons: Sequence[int], scale: Fraction = Fraction(1)) -> list[list[arb]]:
    """Return c·diag(ρ/h) - W on neurons that act for themselves, with the steepest slopes h."""
    flow, W = beside.flow, beside.flow.weights
    Q = [[-W[i, j] for j in neurons] for i in neurons]
    for k, i in enumerate(neurons):
        Q[k][k] += ball(scale * flow.leak[i]) / beside.steepest(i)
    return Q


def in_range(beside: Beside, columns: Sequence[dict[int, int]]) -> tuple[arb_mat, arb_mat, arb_mat]:
    """Return NᵀHN, NᵀρHN and NᵀHWHN for the columns of N."""
    flow = beside.flow
    N = arb_mat(flow.size, len(columns))
    for k, column in enumerate(columns):
        for i, each in column.items():
            N[i, k] = each
    HN = beside.hessian * N
    leaking = arb_mat([[ball(flow.leak[i]) * HN[i, k] for k in range(len(columns))] for i in range(flow.size)])
    return N.transpose() * HN, N.transpose() * leaking, HN.transpose() * flow.weights * HN


def is_positive(matrix: arb_mat) -> bool:
    """Whether a symmetric matrix is certainly ≻ 0."""
    return is_definite(matrix.tolist())


def check_followers(beside: Beside) -> None:
    """Refuse a state beside which neurons with τ = 0 may not follow the others: their own form has to be ≻ 0."""
    fast = set(beside.flow.fast)
    if beside.flow.whole:
        _, leaking, driven = in_range(beside, [column for column in beside.columns() if set(column) <= fast])
        need(is_positive(leaking - driven), "state", "instantaneous neurons are not shown to follow the others")
        return
    own = [i for i in fast if i in {*beside.alive, *beside.at_kink}]
    need(is_definite(quadratic(beside, own)), "state", "instantaneous neurons are not shown to follow the others")
