"""Stability by a quadratic form of states that falls along the flow: any W, and kinks, too (T7)."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

from flint import arb, arb_mat

from hopverify.kernel.functions import ball
from hopverify.kernel.json_values import listed, rationals
from hopverify.kernel.numbers import rational
from hopverify.kernel.second_order import is_positive
from hopverify.kernel.theorems.stability_row import Row

MAX_KINKS = 8


def lyapunov(row: Row) -> None:
    """A symmetric P has P(A + r) + (A + r)ᵀP ≺ 0 for every derivative A of the flow in the box, r the rate.

    A is affine in the slopes of neurons with τ > 0: where one is at a kink, it is enough to look at its two sides.

    Then d/dt zᵀPz < -2r·zᵀPz for the difference z of two states. If P ≻ 0 the equilibrium is stable, at the rate r ≥ 0.
    If zᵀPz < 0 for some z, and r ≤ 0, differences along it grow, at the rate -r: it is unstable.
    """
    stable = row.told["stability"] == "stable"
    row.keys("stable" if stable else "unstable", "rate", proof=("P",) if stable else ("P", "z"))
    rate = rational(row.told.get("rate", "0"), row.where)
    row.need(rate >= 0, "a rate is ≥ 0")
    size = len(row.beside.flow.slow)
    P = [rationals(line, size, row.where) for line in listed(row.proof["P"], row.where)]
    symmetric = len(P) == size and all(P[i][j] == P[j][i] for i in range(size) for j in range(i))
    row.need(symmetric, "P is not a symmetric matrix of the neurons with τ > 0")
    form = arb_mat([[ball(each) for each in line] for line in P])
    kinks = [i for i in row.beside.at_kink if i in row.beside.flow.slow]
    row.need(len(kinks) <= MAX_KINKS, f"at most {MAX_KINKS} neurons lie at a kink")
    for sides in product(*(row.beside.sides[i] for i in kinks)):
        A = _flow(row, dict(zip(kinks, (side.slope for side in sides), strict=True)))
        for i in range(size):
            A[i, i] += ball(rate if stable else -rate)
        moved = form * A
        row.need(is_positive(-moved - moved.transpose()), "the quadratic form does not certainly fall along the flow")
    if stable:
        row.need(is_positive(form), "P is not positive definite")
    else:
        z = rationals(row.proof["z"], size, row.where)
        value = sum((P[i][j] * z[i] * z[j] for i in range(size) for j in range(size)), Fraction(0))
        row.need(value < 0, "zᵀPz is not negative")


def attracting(row: Row) -> None:
    """By the premise `global stability` there is no other one, and it is stable, and attracts all solutions (T16)."""
    row.keys("stable")


def _flow(row: Row, slopes: Mapping[int, arb]) -> arb_mat:
    """Return the derivative of the flow of neurons with τ > 0, the others following: T⁻¹(J_ss - J_sf J_ff⁻¹ J_fs).

    At kinks with the slopes given, of all that lie between those of their sides.
    """
    flow, x = row.beside.flow, row.beside.entry.ball
    H = row.beside.hessian + arb_mat(flow.size, flow.size)
    for i, each in slopes.items():
        H[i, i] = each
    J = flow.flow.gains(x) * H - flow.flow.leaking()
    A = _block(J, flow.slow, flow.slow)
    if flow.fast and flow.slow:
        fast = _block(J, flow.fast, flow.fast)
        row.need(is_positive(-fast - fast.transpose()), "instantaneous neurons are not shown to follow the others")
        A -= _block(J, flow.slow, flow.fast) * fast.solve(_block(J, flow.fast, flow.slow))
    return arb_mat([[A[k, j] / ball(flow.tau[i]) for j in range(len(flow.slow))] for k, i in enumerate(flow.slow)])


def _block(J: arb_mat, rows: list[int], columns: list[int]) -> arb_mat:
    found = arb_mat(len(rows), len(columns))
    for k, i in enumerate(rows):
        for m, j in enumerate(columns):
            found[k, m] = J[i, j]
    return found
