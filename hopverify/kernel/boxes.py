"""Boxes of states with exact ends, and what every equilibrium in one of them has to be near.

    natural    x_i ∈ (drive_i(g(X)) + b_i)/ρ_i
    relaxed    g_j(x) ∈ λ_j x + [m_j] on X_j; A = diag(ρ) - W·diag(λ), R ≈ A⁻¹:  x ∈ R(W[m] + β) + (I - RA)X

The second holds for any λ and R (neurons that act for themselves, with affine drives). Other networks have the mean
value form c - R·F(c) + (I - RJ)(X - c), with all slopes J of F on the box, in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb, arb_mat, fmpq, fmpq_mat

from hopverify.kernel.core import Layer
from hopverify.kernel.curves import Curve, Stretch
from hopverify.kernel.entries import Interval
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import ball, exactly
from hopverify.kernel.intervals import INF
from hopverify.kernel.krawczyk import deviation, identity, inverse

Bounds = tuple[list[arb], list[arb]]
"""Lower and upper bounds of the state of each neuron, exact or infinite."""


class End:
    """An end of an interval: exactly, None if infinite, as a ball, and the values of activations there."""

    __slots__ = ("ball", "exact", "stretches", "values")

    def __init__(self, exact: Fraction | None, sign: int) -> None:
        self.exact = exact
        self.ball = sign * INF if exact is None else ball(exact)
        self.values: dict[int, arb] = {}
        self.stretches: dict[tuple[int, End], Stretch] = {}

    def at(self, curve: Curve) -> arb:
        """Return the activation at the end; at an infinite one the end itself stands for it."""
        if id(curve) not in self.values:
            self.values[id(curve)] = self.ball if self.exact is None else curve.at(self.ball)
        return self.values[id(curve)]

    def to(self, high: End, curve: Curve) -> Stretch:
        """Return the curve over the interval from this end to another one."""
        key = id(curve), high
        if key not in self.stretches:
            self.stretches[key] = Stretch(curve, (self.ball, high.ball), (self.at(curve), high.at(curve)))
        return self.stretches[key]


class Box:
    """The lower and the upper end of each neuron's interval."""

    def __init__(self, lows: Sequence[End], highs: Sequence[End]) -> None:
        self.lows, self.highs = lows, highs

    @property
    def intervals(self) -> list[Interval]:
        """The exact ends."""
        return [(low.exact, high.exact) for low, high in zip(self.lows, self.highs, strict=True)]

    @property
    def balls(self) -> list[arb]:
        """The intervals as balls."""
        return [low.ball.union(high.ball) for low, high in zip(self.lows, self.highs, strict=True)]

    @property
    def is_finite(self) -> bool:
        """Whether no end is infinite."""
        return all(end.exact is not None for ends in (self.lows, self.highs) for end in ends)


def natural(flow: Flow, box: Box) -> Bounds:
    """Return the natural bounds, which do not reach beyond the box; of a neuron without leak, the box or nothing."""
    lows, highs = _drives(flow, box)
    found: Bounds = ([], [])
    for low, high, first, last, rho in zip(lows, highs, box.lows, box.highs, flow.leaks, strict=True):
        if rho == 0:
            # 0 = drive + b, or there is no equilibrium.
            least, most = (INF, -INF) if low > 0 or high < 0 else (-INF, INF)
        else:
            least, most = (low / rho).lower(), (high / rho).upper()
        found[0].append(least if least > first.ball else first.ball)
        found[1].append(most if most < last.ball else last.ball)
    return found


def _drives(flow: Flow, box: Box) -> Bounds:
    """Return bounds of drive + b."""
    if flow.balls is None:
        found = flow.drive(flow.gamma(box.balls))
        return [_or_infinite(each.lower(), -1) for each in found], [_or_infinite(each.upper(), 1) for each in found]
    ranges = [ends for layer in flow.layers for ends in _ranges(flow, box, layer)]
    if all(low.is_finite() and high.is_finite() for low, high in ranges):
        found = flow.drive([low.union(high) for low, high in ranges])
        return [each.lower() for each in found], [each.upper() for each in found]
    return _one_sided(flow, ranges)


def _ranges(flow: Flow, box: Box, layer: Layer) -> list[tuple[arb, arb]]:
    """Return the ends between which the activations of a layer lie."""
    lows, highs = flow.part(layer, box.lows), flow.part(layer, box.highs)
    if layer.elementwise:
        curve, ends = flow.curves[layer.name], zip(lows, highs, strict=True)
        return [low.to(high, curve).range for low, high in ends]
    found = flow.whole(layer, [low.ball.union(high.ball) for low, high in zip(lows, highs, strict=True)])
    return [(_or_infinite(each.lower(), -1), _or_infinite(each.upper(), 1)) for each in found]


def _or_infinite(end: arb, sign: int) -> arb:
    return end if end.is_finite() else sign * INF


def _one_sided(flow: Flow, ranges: Sequence[tuple[arb, arb]]) -> Bounds:
    """Return the same where activations have no bound on one side, or on both."""
    assert flow.balls is not None
    W, offset = flow.balls
    found: Bounds = ([], [])
    for row in range(flow.size):
        low, high = offset[row, 0], offset[row, 0]
        for column, ends in enumerate(ranges):
            weight = W[row, column]
            if weight != 0:
                low += weight * ends[0 if weight > 0 else 1]
                high += weight * ends[1 if weight > 0 else 0]
        found[0].append(_or_infinite(low.lower(), -1))
        found[1].append(_or_infinite(high.upper(), 1))
    return found


def relaxed(flow: Flow, bounds: Bounds, box: Box) -> Bounds:
    """Return the relaxed bounds, of states within finite bounds, which are natural ones of a box."""
    x = [low.union(high) for low, high in zip(*bounds, strict=True)]
    if flow.separate is None:
        found = _mean_values(flow, x)
    else:
        ends = zip(flow.separate, *bounds, box.lows, box.highs, strict=True)
        found = _by_secants(flow, [_within(*each) for each in ends], x)
    return [each.lower() for each in found], [each.upper() for each in found]


def _mean_values(flow: Flow, x: Sequence[arb]) -> list[arb]:
    middle = [u.mid() for u in x]
    R, C = deviation(flow, x)
    around = [u - c for u, c in zip(x, middle, strict=True)]
    moved = _column(middle) - R * _column(flow.residual(middle)) + C * _column(around)
    return list(moved.entries())


def _column(entries: Sequence[arb]) -> arb_mat:
    return arb_mat(len(entries), 1, list(entries))


def _within(curve: Curve, low: arb, high: arb, first: End, last: End) -> Stretch:
    """Return the curve between two bounds, which may be ends of a box."""
    if low is first.ball and high is last.ball:
        return first.to(last, curve)
    values = (end.at(curve) if u is end.ball else curve.at(u) for u, end in ((low, first), (high, last)))
    return Stretch(curve, (low, high), (next(values), next(values)))


def _by_secants(flow: Flow, stretches: Sequence[Stretch], x: Sequence[arb]) -> list[arb]:
    assert flow.balls is not None
    W, offset = flow.balls
    slopes, left = arb_mat(flow.size, flow.size), list[arb]()
    for j, stretch in enumerate(stretches):
        slopes[j, j], rest = stretch.secant
        left.append(rest)
    A = flow.leaking() - W * slopes
    R = inverse(A)
    return list((R * W * _column(left) + R * offset + (identity(flow.size) - R * A) * _column(x)).entries())


def lowest(flow: Flow, box: Box, multipliers: Sequence[Fraction]) -> arb:
    """Return a lower bound of Σ y_i F_i on a finite box, for neurons that act for themselves, with affine drives."""
    assert flow.separate is not None
    pulls, constant = pull(flow, multipliers)
    total = -arb(constant)
    ends = zip(flow.separate, box.lows, box.highs, strict=True)
    for (curve, low, high), y, rho, q in zip(ends, multipliers, flow.leak, pulls, strict=True):
        total += low.to(high, curve).least(ball(y * rho), -arb(q))
    return total


def pull(flow: Flow, multipliers: Sequence[Fraction]) -> tuple[list[fmpq], fmpq]:
    """Return Wᵀy and yᵀβ: Σ y_i F_i(x) = Σ (y_j ρ_j x_j - (Wᵀy)_j g_j(x_j)) - yᵀβ."""
    assert flow.weights is not None
    W, offset = flow.weights
    y = fmpq_mat(1, flow.size, list(map(exactly, multipliers)))
    return list((y * W).entries()), (y * offset)[0, 0]
