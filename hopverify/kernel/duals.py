"""Dual numbers in balls: a value, and its derivative along a path; the rules are those of gradients of terms.

The derivative is that from the right along the path. Where a function has a kink, its slope is all that lies between
those of the two sides; the slope of a jump, and of what has no value, is no number, with which no comparison holds.

>>> from hopverify.kernel.evaluate import evaluate
>>> from hopverify.kernel.language import read
>>> moving = Dual(arb(3), arb(1))
>>> evaluate(read(["power", ["state"], "2"], ""), {("state", ""): moving}, DUALS).slope
6.00000000000000
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from itertools import chain
from typing import Any

from flint import arb

from hopverify.kernel import derive
from hopverify.kernel.arithmetic import Arithmetic, Value, mapped
from hopverify.kernel.balls import BALLS, above, raised
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball, product
from hopverify.kernel.numbers import need
from hopverify.kernel.properties import JUMPING
from hopverify.kernel.terms import Apply, Number, Place, Term, Variable, variables
from hopverify.kernel.vectors import matrix_product


@dataclass(frozen=True)
class Dual:
    """A number that moves; ``slope`` is None for a constant."""

    value: arb
    slope: arb | None

    @property
    def rate(self) -> arb:
        """The slope, 0 for a constant."""
        return arb(0) if self.slope is None else self.slope


_PLACES: tuple[Place, ...] = (("state", "0"), ("state", "1"))
_U, _V = map(Variable, _PLACES)


@cache
def _partials(function: Apply) -> list[Term]:
    """Return the derivatives of a function of one number, or of two, with respect to each."""
    given = [each.place for each in function.arguments if isinstance(each, Variable)]
    return [derive.gradient(function, place, dict.fromkeys(given, ())) for place in given]


# Their derivatives without terms, which take longer: sums of products are most of what is evaluated.
_QUICK: Mapping[str, Callable[[arb, arb], tuple[Any, Any]]] = {
    "add": lambda u, v: (1, 1),
    "subtract": lambda u, v: (1, -1),
    "multiply": lambda u, v: (v, u),
}


def _jumps(u: arb) -> int | None:
    return 1 if u > 0 or u < 0 else None


# Off their kinks these are one of their arguments, or, where the number is that of none, constant.
_SIDES: Mapping[str, Callable[..., int | None]] = {
    "relu": lambda u: 0 if u > 0 else 1 if u < 0 else None,
    "max": lambda u, v: 0 if u > v else 1 if u < v else None,
    "min": lambda u, v: 0 if u < v else 1 if u > v else None,
    **dict.fromkeys(JUMPING, _jumps),
}


def _apply(name: str, *given: Dual) -> Dual:
    at = [each.value for each in given]
    if name in _SIDES and all(each.rate.is_finite() for each in given) and (side := _SIDES[name](*at)) is not None:
        return given[side] if side < len(given) else Dual(BALLS.apply(name, *at), None)
    if name in JUMPING:
        # Of a constant, too: it has all values between.
        return Dual(BALLS.apply(name, *at), arb.nan())
    partials = _QUICK[name](*at) if name in _QUICK else Apply(name, (_U, _V)[: len(given)])
    return _moved(BALLS.apply(name, *at), given, partials)


def _power(u: Dual, exponent: Fraction) -> Dual:
    found = _moved(BALLS.power(u.value, exponent), (u,), Apply("power", (_U, Number(exponent))))
    # At the end of its domain the function has a value on one side only, or, where u has its largest value, on none.
    at_end = exponent.denominator != 1 and u.slope is not None and not u.value > 0
    return Dual(found.value, arb.nan()) if at_end else found


def _moved(value: arb, given: Sequence[Dual], of: Apply | Sequence[Any]) -> Dual:
    """Return a value with its slope, from those of what it is a function of, and the derivatives of the function."""
    moving = [each.slope is not None for each in given]
    if not any(moving):
        return Dual(value, None)
    if isinstance(of, Apply):
        at = dict(zip(_PLACES, (each.value for each in given), strict=False))
        of = [evaluate(each, at) if moves else 0 for each, moves in zip(_partials(of), moving, strict=True)]
    parts = [
        each.slope * partial if isinstance(partial, int) else BALLS.apply("multiply", each.slope, partial)
        for each, partial in zip(given, of, strict=True)
        if each.slope is not None
    ]
    return Dual(value, BALLS.total(parts) if value.is_finite() else arb.nan())


def check_around(term: Term, values: Mapping[Place, Value], kind: str) -> None:
    """Refuse a point unless a function has values, and slopes, in every direction: in the variables of a kind.

    The formula of a gradient may have a value where the function has none, as 1/u of log u, or has none beside it, as
    u^(1/2) of u^(3/2) at 0.
    """
    ways = {place: arb(0, 1) if place[0] == kind else None for place in values}
    used = variables(term)
    moving = {place: mapped(partial(Dual, slope=ways[place]), values[place]) for place in used}
    need(_is_finite(evaluate(term, moving, DUALS)), "point", "the function has no value there, or none beside it")


def _is_finite(value: Value) -> bool:
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return bool(value.value.is_finite()) and bool(value.rate.is_finite())


def _values(value: Value) -> Value:
    return [_values(each) for each in value] if isinstance(value, list) else value.value


def _dot(u: Sequence[Dual], v: Sequence[Dual]) -> Dual:
    """Return Σ u_i v_i, whose slope is Σ u_i' v_i + u_i v_i': most rows of matrices are constant."""
    value = BALLS.own["dot"](_values(u), _values(v))
    pairs = chain(zip(u, v, strict=True), zip(v, u, strict=True))
    moves = [(each.slope, other.value) for each, other in pairs if each.slope is not None]
    if not moves:
        return Dual(value, None)
    return Dual(value, BALLS.own["dot"](*zip(*moves, strict=True)) if value.is_finite() else arb.nan())


def _conjugate(name: str, gradient: str) -> Callable[[Sequence[Dual], Fraction], Dual]:
    """Return the conjugate of a family, a number whose gradient is a vector."""

    def of(u: Sequence[Dual], parameter: Fraction) -> Dual:
        at = _values(u)
        return _moved(BALLS.own[name](at, parameter), u, BALLS.own[gradient](at, parameter))

    return of


def _entmax(u: Sequence[Dual], c: Fraction) -> list[Dual]:
    """Return p = m^(1/(c-1)), m = relu((c-1)u - t), with p_i' = Σ s_i s_j/Σs·(u_i' - u_j'), where s = m^((2-c)/(c-1)).

    The factors of u_i' and of u_j' rise with s_i and s_j and fall with the others: by ends. At the border m = 0 the
    power 0 is all from 0 to 1, and a power below 0 no number.
    """
    at, moves = _values(u), [each.rate for each in u]
    s = [_slope_above(each, (2 - c) / (c - 1)) for each in above("entmax", at, c)]
    lows, highs = [each.lower().max(arb(0)) for each in s], [each.upper() for each in s]
    least, most = BALLS.total(lows), BALLS.total(highs)

    def factor(i: int, j: int) -> arb:
        if i == j:
            return _shared(lows[i], least - lows[i], least).union(_shared(highs[i], most - highs[i], most))
        low, high = lows[i] + lows[j], highs[i] + highs[j]
        ends = _shared(lows[i], lows[j], low + most - high), _shared(highs[i], highs[j], high + least - low)
        return -ends[0].union(ends[1])

    slopes = [BALLS.dot([factor(i, j) for j in range(len(u))], moves) for i in range(len(u))]
    return list(map(Dual, BALLS.own["entmax"](at, c), slopes))


def _shared(a: arb, b: arb, total: arb) -> arb:
    return a * b if a * b == 0 else a * b / total


def _normmax(u: Sequence[Dual], c: Fraction) -> list[Dual]:
    """Return p = w/Σw, w = relu(u - t)^(1/(c-1)), whose threshold moves so that ⟨w, u' - t'⟩ = 0."""
    at, moves = _values(u), [each.rate for each in u]
    m = above("normmax", at, c)
    weights, p = [raised(each, 1 / (c - 1)) for each in m], BALLS.own["normmax"](at, c)
    whole = BALLS.total(weights)
    middle = BALLS.dot(weights, moves) / whole
    slopes = [ball(1 / (c - 1)) * _slope_above(each, (2 - c) / (c - 1)) for each in m]
    changes = [slope * (move - middle) for slope, move in zip(slopes, moves, strict=True)]
    grown = BALLS.total(changes)
    return [Dual(share, (change - share * grown) / whole) for share, change in zip(p, changes, strict=True)]


def _softmax(u: Sequence[Dual]) -> list[Dual]:
    """Return p_i = e^(u_i)/Σ e^(u_j), with p_i' = p_i(1 - p_i)u_i' - p_i Σ p_j u_j' over the other j."""
    p, found = BALLS.own["softmax"](_values(u)), list[Dual]()
    for i, (share, own) in enumerate(zip(p, u, strict=True)):
        beside = [(q, v.slope) for j, (q, v) in enumerate(zip(p, u, strict=True)) if j != i]
        others = [product(q, each) for q, each in beside if each is not None]
        slope = product(_spread(share), own.rate)
        found.append(Dual(share, slope - product(share, BALLS.total(others)) if others else slope))
    return found


def _spread(share: arb) -> arb:
    """Return p(1 - p), by ends, and ¼ where p may be ½."""
    low, high = (end * (1 - end) for end in (share.lower().max(arb(0)), share.upper().min(arb(1))))
    found = low.union(high).max(arb(0))
    return found.union(arb(1) / 4) if share.contains(arb(1) / 2) else found


def _slope_above(m: arb, exponent: Fraction) -> arb:
    """Return m^exponent where m > 0, 0 where m < 0, and all between at a kink."""
    if m < 0:
        return arb(0)
    if m > 0 or exponent > 0:
        return raised(m, exponent)
    return arb(0).union(arb(1)) if exponent == 0 and m.is_finite() else arb.nan()


def _masked_logsumexp(mask: Value, scores: Value) -> list[Dual]:
    at = _values(mask), _values(scores)
    shares = BALLS.own["masked_softmax"](*at)
    return list(map(_moved, BALLS.own["masked_logsumexp"](*at), scores, shares))


DUALS = Arithmetic(
    number=lambda value: Dual(BALLS.number(value), None),
    apply=_apply,
    power=_power,
    own={
        "dot": _dot,
        "matmul": partial(matrix_product, _dot),
        "pi": lambda: Dual(arb.pi(), None),
        "entmax": _entmax,
        "normmax": _normmax,
        "entmax_conjugate": _conjugate("entmax_conjugate", "entmax"),
        "normmax_conjugate": _conjugate("normmax_conjugate", "normmax"),
        "masked_logsumexp": _masked_logsumexp,
        "softmax": _softmax,
        "ghostmax": lambda u: _softmax([*u, Dual(arb(0), None)])[:-1],
    },
)
