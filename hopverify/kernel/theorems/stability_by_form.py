"""Stability by the form of the energy (T7): whatever the time constants are; W is symmetric."""

from collections.abc import Iterator
from itertools import product

from flint import arb, arb_mat

from hopverify.kernel.copositivity import is_strictly_copositive
from hopverify.kernel.functions import ball
from hopverify.kernel.second_order import check_followers, in_range, is_positive, quadratic
from hopverify.kernel.semidefinite import is_definite
from hopverify.kernel.theorems.stability_row import Row

MAX_KINKS = 8


def positive(row: Row) -> None:
    """c·diag(ρ/h) - W ≻ 0 on all neurons that are not dead, for the steepest slopes h on the sides of each.

    Neurons act for themselves, slopes are ≥ 0 around the state, and leaks positive.
    """
    row.keys("stable", "lambda_max_at_most")
    _needs_energy(row)
    beside = row.beside
    neurons = sorted({*beside.alive, *beside.at_kink})
    row.need(is_definite(quadratic(beside, neurons, row.scale)), "the form is not certainly positive definite")


def positive_in_range(row: Row) -> None:
    """NᵀHN ≻ 0 and Nᵀ(cρH - HWH)N ≻ 0, where the columns of N complement the null space of H that is known."""
    row.keys("stable", "lambda_max_at_most")
    metric, leaking, driven = _smooth_forms(row)
    row.need(is_positive(metric), "H is not certainly positive off its known null space")
    row.need(is_positive(ball(row.scale) * leaking - driven), "the form is not certainly positive in the range of H")


def neutral(row: Row) -> None:
    """diag(ρ/h) - W ≻ 0 on all alive neurons but d, at a state of a continuum of dimension d, off all kinks.

    Every activation is affine around the state, and so is the flow, whose derivative has a kernel of dimension d at
    least. So the form is ⪰ 0, with a kernel of dimension d: along it the flow rests, and across it is attracted.
    """
    row.keys("neutral", proof=("without",))
    _needs_energy(row)
    beside, left_out = row.beside, row.proof["without"]
    row.need(beside.is_smooth and _is_affine(row), "an activation is not affine around the state")
    row.need(isinstance(left_out, list) and len(left_out) == beside.entry.dimension, "as many neurons as dimensions")
    neurons = [i for i in beside.alive if i not in left_out]
    row.need(len(neurons) == len(beside.alive) - len(left_out), "different alive neurons are left out")
    check_followers(beside)
    row.need(is_definite(quadratic(beside, neurons)), "the form is not certainly positive across the continuum")


def _is_affine(row: Row) -> bool:
    return all(side.affine for sides in row.beside.sides.values() for side in sides)


def copositive(row: Row) -> None:
    """On each cone of signs of the neurons at a kink the form is positive: its Schur complement is strictly copositive.

    A neuron does not move to a side where its activation is constant.
    """
    row.keys("stable")
    _needs_energy(row)
    beside = row.beside
    alive, kinks = beside.alive, beside.at_kink
    row.need(len(kinks) <= MAX_KINKS, f"at most {MAX_KINKS} neurons lie at a kink")
    check_followers(beside)
    Q = quadratic(beside, [*alive, *kinks])
    free = arb_mat([line[: len(alive)] for line in Q[: len(alive)]])
    row.need(is_positive(free), "the form of the alive neurons is not certainly positive definite")
    for slopes in product(*(list(_sides(row, i)) for i in kinks)):
        for k, (i, (_, slope)) in enumerate(zip(kinks, slopes, strict=True), start=len(alive)):
            Q[k][k] = -beside.flow.weights[i, i] + ball(beside.flow.leak[i]) / slope
        S = _schur(Q, len(alive))
        signed = [[S[i][j] * p * q for j, (q, _) in enumerate(slopes)] for i, (p, _) in enumerate(slopes)]
        holds = is_strictly_copositive(arb_mat(signed))
        row.need(holds, "the form is not certainly positive on a cone of directions")


def negative(row: Row) -> None:
    """vᵀ(ρH - HWH)v < 0 for the direction v of states, in which activations move by δγ = Hv.

    The flow has continuous derivatives around the state, and H ⪰ 0; or neurons act for themselves, the state is exact,
    and every activation is affine on each side of it, so that the equilibria around it have one energy.
    """
    row.keys("unstable", "direction")
    beside, flow = row.beside, row.beside.flow
    row.need(flow.is_symmetric, "W is not symmetric")
    if beside.is_smooth:
        row.need(beside.rises, "a slope is not certainly ≥ 0")
        row.need(not flow.whole or is_positive(_smooth_forms(row)[0]), "H is not certainly positive")
    else:
        _needs_energy(row)
        straight = _is_affine(row) and beside.entry.exact
        row.need(straight, "the flow is not piecewise linear, or has no continuous derivatives there")
    check_followers(beside)
    v = row.vector(row.told.get("direction"))
    moved = arb_mat([[each] for each in beside.moved(v)])
    own = sum((ball(rho * each) * moved[i, 0] for i, (rho, each) in enumerate(zip(flow.leak, v, strict=True))), arb(0))
    row.need(
        own < (moved.transpose() * flow.weights * moved)[0, 0], "the form is not certainly negative along the direction"
    )


def _needs_energy(row: Row) -> None:
    """Refuse a flow without the energy of T7, of neurons that act for themselves."""
    flow = row.beside.flow
    row.need(not flow.whole, "a layer acts as a whole")
    row.need(flow.is_symmetric, "W is not symmetric")
    row.need(row.beside.rises, "a slope is not certainly ≥ 0 around the state")
    row.need(min(flow.leak) > 0, "a neuron has no leak")


def _smooth_forms(row: Row) -> tuple[arb_mat, arb_mat, arb_mat]:
    """Return NᵀHN, NᵀρHN and NᵀHWHN of a flow whose T commutes with H."""
    beside, flow = row.beside, row.beside.flow
    row.need(flow.is_symmetric, "W is not symmetric")
    row.need(beside.is_smooth, "the flow may have no continuous derivatives there")
    alike = all(len({flow.tau[i] for i in neurons}) == 1 for _, neurons in flow.whole)
    row.need(alike, "a layer that acts as a whole has different time constants")
    return in_range(beside, beside.columns())


def _sides(row: Row, i: int) -> Iterator[tuple[int, arb]]:
    """Yield the sides to which a neuron at a kink may move, with the slopes there."""
    first, *_, last = row.beside.sides[i]
    for sign, side in ((-1, first), (1, last)):
        if side.slope > 0:
            yield sign, side.slope
        else:
            row.need(side.slope == 0, "a slope is neither certainly positive nor 0")


def _schur(Q: list[list[arb]], free: int) -> list[list[arb]]:
    """Return Q_BB - Q_BA Q_AA⁻¹ Q_AB by elimination of the first rows, whose block is positive definite."""
    rows = [list(line) for line in Q]
    for k in range(free):
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [line[free:] for line in rows[free:]]
