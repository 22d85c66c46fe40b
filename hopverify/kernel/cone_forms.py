"""Forms on cones: whether uᵀQu ≥ m|u|² for all u with u_i ≥ 0 for the neurons that have a sign (T10).

The entries of Q are balls: what they may be off their middles goes to the diagonal, by Gershgorin's circles.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb, arb_mat

from hopverify.kernel.copositivity import is_strictly_copositive
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import need
from hopverify.kernel.semidefinite import is_definite

MAX_COPOSITIVE = 14
"""All principal minors of so many neurons are computed."""

Matrix = Sequence[Sequence[arb]]
Split = Sequence[Sequence[Fraction]]


def check_margin(Q: Matrix, signed: Sequence[bool], margin: Fraction, split: Split | None) -> None:
    """Refuse a margin unless uᵀQu ≥ margin·|u|² on the cone, for every symmetric matrix with such entries.

    Q - margin·I - N ≻ 0, where N ≥ 0 has its entries between signed neurons; or, with the other neurons eliminated,
    Q - margin·I is strictly copositive: the least value of the form over them is that of their Schur complement.
    """
    n = range(len(Q))
    if split is not None:
        inside = all(split[i][j] >= 0 and (split[i][j] == 0 or (signed[i] and signed[j])) for i in n for j in n)
        symmetric = all(split[i][j] == split[j][i] for i in n for j in range(i))
        need(inside and symmetric, "split", "a symmetric matrix ≥ 0, and 0 outside the neurons with a sign")
    lowered = [[arb(Q[i][j].mid()) - (ball(split[i][j]) if split is not None else 0) for j in n] for i in n]
    for i in n:
        lowered[i][i] -= ball(margin) + sum((each.rad() for each in Q[i]), arb(0))
    if is_definite(lowered):
        return
    shown = split is None and sum(signed) <= MAX_COPOSITIVE and _is_copositive(lowered, signed)
    need(shown, "margin", "the form Q - margin is not positive on the cone")


def _is_copositive(Q: Matrix, signed: Sequence[bool]) -> bool:
    """Whether the form is positive on the cone but at 0: definite without a sign, and the rest strictly copositive."""
    cone, free = ([k for k, each in enumerate(signed) if each is sign] for sign in (True, False))
    reduced = _block(Q, cone, cone)
    if free and cone:
        block, beside = _block(Q, free, free), _block(Q, free, cone)
        if not is_definite(block.tolist()):
            return False
        reduced -= beside.transpose() * block.solve(beside)
    return bool(cone) and is_strictly_copositive(reduced)


def _block(Q: Matrix, rows: Sequence[int], columns: Sequence[int]) -> arb_mat:
    return arb_mat([[Q[min(i, j)][max(i, j)] for j in columns] for i in rows])
