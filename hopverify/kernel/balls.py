"""Ball arithmetic: every result encloses the exact value. Thresholds and masks of vectors, in balls only."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from operator import mul

import flint
from flint import arb

from hopverify.kernel.arithmetic import Arithmetic, Value, axes
from hopverify.kernel.functions import NARROW, OF_NUMBERS, OF_TWO, ball, power, product, root
from hopverify.kernel.vectors import logsumexp, transposed


def raised(u: arb, exponent: Fraction) -> arb:
    """Return relu(u)^exponent, for an exponent > 0; a ball for relu(u) itself may reach below 0."""
    if not u.is_finite() or u > 0:
        return power(u, exponent)
    high = u.upper()
    return arb(0).union(power(high, exponent)) if high > 0 else arb(0)


def _threshold(scores: Sequence[arb], exponent: Fraction) -> arb:
    """Enclose the t with Σ relu(s_i - t)^exponent = 1, which rises with every score: by ends."""
    low = _root([score.lower() for score in scores], exponent)
    return low if all(score.is_exact() for score in scores) else low.union(_root([s.upper() for s in scores], exponent))


def _root(scores: Sequence[arb], exponent: Fraction) -> arb:
    """Enclose t for exact scores: at a lower number the sum is certainly above 1, at an upper one below it."""

    def excess(t: arb) -> arb:
        return arb(BALLS.total([raised(score - t, exponent) for score in scores])) - 1

    # The largest score is above the root, by at most 1.
    high = reduce(arb.max, scores)
    low = high - 1
    t, least = _approached(scores, exponent, low.mid(), high.mid()), arb(2) ** -flint.ctx.prec
    for _ in range(flint.ctx.prec // 4):
        least *= 2**4
        below, above = t - least * (1 + abs(t)), t + least * (1 + abs(t))
        if excess(below) > 0 > excess(above):
            return below.union(above)
    return low.union(high)


def _approached(scores: Sequence[arb], exponent: Fraction, low: arb, high: arb) -> arb:
    """Return about the root between two numbers, by Newton's method, or halving where that leads beyond them."""
    t = low
    for _ in range(flint.ctx.prec):
        above = [score - t for score in scores if score > t]
        gap = (sum((power(each, exponent) for each in above), arb(-1))).mid()
        low, high = (t, high) if gap > 0 else (low, t)
        if gap == 0 or low >= high:
            break
        slope = sum((power(each, exponent - 1) for each in above), arb(0)) * ball(exponent)
        last, t = t, (t + gap / slope).mid()
        t = t if low <= t <= high else ((low + high) / 2).mid()
        if abs(t - last) < arb(2) ** (4 - flint.ctx.prec) * (1 + abs(t)):
            break
    return t


def above(name: str, u: Sequence[arb], parameter: Fraction) -> list[arb]:
    """Return by how much scores are above the threshold of entmax or normmax, below which shares are 0."""
    scores = [each * ball(parameter - 1) for each in u] if name == "entmax" else list(u)
    exponent = (1 if name == "entmax" else parameter) / (parameter - 1)
    threshold = _threshold(scores, exponent)
    return [score - threshold for score in scores]


def _entmax(u: Sequence[arb], alpha: Fraction) -> list[arb]:
    """p = relu((α-1)u - t)^(1/(α-1)) with Σp = 1 (arXiv:1905.05702, eq. 7)."""
    return [raised(each, 1 / (alpha - 1)) for each in above("entmax", u, alpha)]


def _entmax_conjugate(u: Sequence[arb], alpha: Fraction) -> arb:
    p = _entmax(u, alpha)
    excess: arb = BALLS.total([raised(each, alpha) for each in p]) - 1
    return arb(BALLS.dot(u, p)) - excess / ball(alpha * (alpha - 1))


def _normmax(u: Sequence[arb], gamma: Fraction) -> list[arb]:
    """The maximiser of ⟨u, p⟩ - ‖p‖_γ on the simplex: proportional to relu(u - t)^(1/(γ-1))."""
    weights = [raised(each, 1 / (gamma - 1)) for each in above("normmax", u, gamma)]
    return [each / BALLS.total(weights) for each in weights]


def _normmax_conjugate(u: Sequence[arb], gamma: Fraction) -> arb:
    p = _normmax(u, gamma)
    return arb(BALLS.dot(u, p)) - root(BALLS.total([raised(each, gamma) for each in p]), 1 / gamma) + 1


def _softmax(u: Sequence[arb]) -> list[arb]:
    """Return 1/(1 + Σ e^(u_j - u_i)), j other than i, which rises with u_i and falls with the others: by ends."""
    found = []
    for i, each in enumerate(u):
        gaps = [other - each for j, other in enumerate(u) if j != i]
        least, most = (1 / sum((end.exp() for end in ends), arb(1)) for ends in _ends(gaps))
        found.append(least.union(most))
    return found


def _ends(gaps: Sequence[arb]) -> tuple[list[arb], list[arb]]:
    return [each.upper() for each in gaps], [each.lower() for each in gaps]


def _masked_softmax(mask: Value, scores: Value) -> Value:
    found = []
    for allowed, row in zip(mask, scores, strict=True):
        places = [place for place, each in enumerate(allowed) if each == 1]
        shares = dict(zip(places, _softmax([row[place] for place in places]), strict=True))
        found.append([shares.get(place, arb(0)) for place in range(len(row))])
    return found


def _masked_logsumexp(mask: Value, scores: Value) -> list[arb]:
    rows = [[u for m, u in zip(*pair, strict=True) if m == 1] for pair in zip(mask, scores, strict=True)]
    return [logsumexp(BALLS, row) if row else arb(0) for row in rows]


def _dot(u: Sequence[arb], v: Sequence[arb]) -> arb:
    """Return Σ u_i v_i, as the general one does, but in a loop of the interpreter's own: matrices have many entries."""
    return sum(map(product, u, v), arb(0))


def _matmul(matrix: Value, right: Value) -> Value:
    if axes(right) == 1:
        own = product if any(each.rel_accuracy_bits() <= NARROW for each in right) else mul
        return [sum(map(own, row, right), arb(0)) for row in matrix]
    columns = transposed(right)
    return [[_dot(row, column) for column in columns] for row in matrix]


BALLS = Arithmetic(
    number=ball,
    apply=lambda name, *given: (OF_NUMBERS[name] if len(given) == 1 else OF_TWO[name])(*given),
    power=power,
    own={
        "pi": arb.pi,
        "dot": _dot,
        "matmul": _matmul,
        "entmax": _entmax,
        "entmax_conjugate": _entmax_conjugate,
        "normmax": _normmax,
        "normmax_conjugate": _normmax_conjugate,
        "softmax": _softmax,
        "ghostmax": lambda u: _softmax([*u, arb(0)])[:-1],
        "masked_softmax": _masked_softmax,
        "masked_logsumexp": _masked_logsumexp,
    },
)
