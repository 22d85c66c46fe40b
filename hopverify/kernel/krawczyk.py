"""Krawczyk's operator: exactly one zero of F in a box, and boxes on which F takes no value twice.

For a box X with a point c inside, all slopes J of F on X, and any matrix R, every zero of F in X lies in

    K(X) = c - R·F(c) + (I - R·J)(X - c)

(Krawczyk 1969; Neumaier 1990, section 5.1). If K(X) lies inside X, there is exactly one. If |I - RJ|·w < w for some
vector w > 0, every matrix in J is regular, so that F(y) - F(x) = M(y - x), M in J, is 0 for x = y only. R is an
approximate inverse of a matrix in the middle of J: what it is does not matter for what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache

from flint import arb, arb_mat

from hopverify.kernel.flow import Balls, Flow
from hopverify.kernel.functions import ball

ROUNDS = 6
"""How often a vector w is tried."""

LARGE = 48
"""Of more neurons the diagonal of J is inverted first: where activations are nearly constant that is enough."""


def inverse(matrix: arb_mat) -> arb_mat:
    """Return an approximate inverse of the middle, exact numbers; the identity where that is singular."""
    try:
        return matrix.mid().solve(identity(matrix.nrows()), algorithm="approx").mid()
    except ZeroDivisionError:
        return identity(matrix.nrows())


@cache
def identity(size: int) -> arb_mat:
    """Return I, which nobody changes."""
    return arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])


def deviation(flow: Flow, x: Balls) -> tuple[arb_mat, arb_mat]:
    """Return R, and I - R·J for all slopes J of F on a box."""
    gains, slopes = flow.gains(x), flow.slopes(x)
    R = inverse(flow.leaking() - gains * slopes)
    # R·G first: what is uncertain of the slopes then counts once for each neuron.
    return R, identity(flow.size) - (R * flow.leaking() - (R * gains) * slopes)


def deviations(flow: Flow, x: Balls) -> Iterator[tuple[arb_mat, arb_mat]]:
    """Yield what may be R and I - R·J, the cheapest first."""
    if flow.size > LARGE:
        J = flow.jacobian(x).tolist()
        inverted = [(1 / row[k].mid()).mid() for k, row in enumerate(J)]
        R = arb_mat(flow.size, flow.size)
        for k, each in enumerate(inverted):
            R[k, k] = each
        moved = arb_mat([[each * factor for each in row] for factor, row in zip(inverted, J, strict=True)])
        yield R, identity(flow.size) - moved
    yield deviation(flow, x)


def is_injective(flow: Flow, x: Balls) -> bool:
    """Return whether it is shown that F takes no value twice on a box."""
    _, C = deviation(flow, x)
    return shrinks(C, [u.rad() for u in x])


def shrinks(C: arb_mat, widths: Sequence[arb]) -> bool:
    """Return whether |C|·w < w is shown for a vector w > 0: the one given, or C·w after it."""
    absolute = arb_mat(C.nrows(), C.ncols(), [each.abs_upper() for each in C.entries()])
    most = max(map(float, widths)) or 1
    w = [width.max(arb(2) ** -10 * most) for width in widths]
    for _ in range(ROUNDS):
        moved = (absolute * arb_mat(len(w), 1, w)).entries()
        if all(after < before for after, before in zip(moved, w, strict=True)):
            return True
        most = max(float(each.mid()) for each in moved)
        w = [each.mid() / most + arb(2) ** -10 for each in moved]
    return False


def contains_one(flow: Flow, box: Sequence[tuple[Fraction, Fraction]]) -> bool:
    """Return whether it is shown that a box with these ends, the lower one first, has exactly one zero of F."""
    x = [ball(low).union(ball(high)) for low, high in box]
    middle = [u.mid() for u in x]
    around = arb_mat(flow.size, 1, [u - c for u, c in zip(x, middle, strict=True)])
    centre, residual = arb_mat(flow.size, 1, middle), arb_mat(flow.size, 1, flow.residual(middle))
    images = ((centre - R * residual + C * around).entries() for R, C in deviations(flow, x))
    return any(
        all(ball(low) < u and u < ball(high) for u, (low, high) in zip(image, box, strict=True)) for image in images
    )
