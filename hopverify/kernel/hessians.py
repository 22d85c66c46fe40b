"""Hessians of terms over a box of activations, between two matrices: A ⪯ ∇²u ⪯ B, in the order of Loewner.

A term is evaluated from the bottom up, and of each number u the gradient and these bounds are known, entry by entry in
intervals: at every point some A and some B in them hold. With φ' and φ'' in intervals,

    ∇²φ(u) = φ''(u)∇u∇uᵀ + φ'(u)∇²u,    0 ⪯ ∇u∇uᵀ ⪯ diag(|∂_i u| Σ_j |∂_j u|),
    ∇²(uv) = u∇²v + v∇²u + ∇u∇vᵀ + ∇v∇uᵀ,
    ∇² log Σ e^(u_k) = Σ p_k ∇²u_k + Cov_p(∇u_k),    0 ⪯ Cov_p(a_k) ⪯ ½ Σ (a_k - ā)(a_k - ā)ᵀ.

Where u is affine, ∇u∇uᵀ is the matrix that it is. A function with a kink has no bounds here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from flint import arb

from hopverify.kernel import terms
from hopverify.kernel.affine import starts
from hopverify.kernel.arithmetic import Arithmetic, Value, mapped
from hopverify.kernel.bends import derivatives
from hopverify.kernel.core import Core
from hopverify.kernel.drive_ranges import RANGES, array_ranges
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import exact
from hopverify.kernel.interval_matrices import (
    ZERO,
    Matrix,
    combined,
    end_of,
    hulls,
    largest_square,
    outer,
    product_of,
    square,
    times,
)
from hopverify.kernel.intervals import (
    Range,
    added,
    enclosed,
    exactly,
    inverse,
    negated,
    only,
)
from hopverify.kernel.numbers import need
from hopverify.kernel.properties import KINKED
from hopverify.kernel.terms import Term
from hopverify.kernel.vectors import matrix_product

ONE, NOTHING = exactly(Fraction(1)), dict[tuple[int, int], Range]()
MAX_MOVING = 256
"""How many activations a synapse may join."""


@dataclass(frozen=True)
class Bent:
    """A number u: its range, its gradient, and A and B. If it is given as Σ e^v, the v are its ``exponents``."""

    range: Range
    slopes: Mapping[int, Range]
    low: Matrix
    high: Matrix
    exponents: tuple[Bent, ...] = ()

    @property
    def affine(self) -> bool:
        """Whether it is an affine function of them."""
        return not self.low and not self.high


def upper_bound(core: Core, S: Term, gamma: Mapping[str, Sequence[Range]]) -> dict[tuple[int, int], Fraction]:
    """Return B with ∇²S ⪯ B, for all activations in their ranges and all arrays that are meant.

    It is what is on and above the diagonal; neurons are numbered.

    What is off the diagonal is the middle of its interval. By Gershgorin's circles the rest goes to the diagonal.
    """
    first = starts(core)
    need(sum(map(len, gamma.values())) <= MAX_MOVING, "Hessian", f"it is bounded up to {MAX_MOVING} activations")
    values: dict[Any, Value] = {
        ("activation", name): [Bent(own, {first[name] + k: ONE}, NOTHING, NOTHING) for k, own in enumerate(ranges)]
        for name, ranges in gamma.items()
    }
    for name in terms.arrays(S):
        values["array", name] = mapped(_constant, array_ranges(core.arrays[name]))
    found: Bent = evaluate(S, values, BENT)
    bound: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
    for (i, j), entry in found.high.items():
        need(bool(entry.size.is_finite()), "Hessian", "it is not bounded above")
        low, high = (exact(end[0]) for end in (entry.low, entry.high))
        if i == j:
            bound[i, i] += high
            continue
        bound[i, j] += (low + high) / 2
        for k in (i, j):
            bound[k, k] += (high - low) / 2
    return bound


# ---------------------------------------------------------------------------------------------------------- arithmetic


def _constant(own: Range) -> Bent:
    return Bent(own, {}, NOTHING, NOTHING)


def _scaled(factor: Range, u: Bent) -> tuple[dict[Any, Range], dict[Any, Range]]:
    """Return A and B of t∇²u, for all t in a range."""
    if factor.nonnegative:
        return times(u.low, factor), times(u.high, factor)
    if factor.nonpositive:
        return times(u.high, factor), times(u.low, factor)
    falls, rises = Range(factor.low, ZERO.high), Range(ZERO.low, factor.high)
    return (
        hulls([times(u.low, rises), times(u.high, falls)]),
        hulls([times(u.high, rises), times(u.low, falls)]),
    )


def _multiple(factor: Range, own: Range, u: Bent) -> Bent:
    """Return cu for a constant c in a range; ``own`` is the range of the product."""
    low, high = _scaled(factor, u)
    exponents: tuple[Bent, ...] = ()
    if factor.positive:
        log = RANGES.apply("log", factor)
        exponents = tuple(replace(each, range=added(each.range, log)) for each in u.exponents)
    return Bent(own, times(u.slopes, factor), low, high, exponents)


def _sum(parts: Sequence[Bent]) -> Bent:
    """Return Σ u_k."""
    parts = [each for each in parts if each.slopes or each.range != ZERO]
    own, exponents = ZERO, tuple[Bent, ...]()
    for each in parts:
        own = added(own, each.range)
    if all(map(_exponents, parts)):
        exponents = tuple(exponent for each in parts for exponent in _exponents(each))
    low, high = (combined(matrices) for matrices in ([each.low for each in parts], [each.high for each in parts]))
    return Bent(own, combined(each.slopes for each in parts), low, high, exponents)


def _exponents(u: Bent) -> tuple[Bent, ...]:
    if not u.slopes and u.range.positive:
        return (_constant(RANGES.apply("log", u.range)),)
    return u.exponents


def _along(slopes: Mapping[int, Range], factor: Range) -> dict[int, Range]:
    """Return a gradient times a number: one that is 0 at each point of the box is no constant's."""
    return {key: product_of(entry, factor) for key, entry in slopes.items()}


def _product(u: Bent, v: Bent) -> Bent:
    if u is v:
        return _power(u, Fraction(2))
    own = product_of(u.range, v.range)
    for factor, other in ((u, v), (v, u)):
        if not factor.slopes:
            return _multiple(factor.range, own, other)
    slopes = combined([_along(u.slopes, v.range), _along(v.slopes, u.range)])
    mixed = outer(u.slopes, v.slopes)
    bounds = zip(_scaled(v.range, u), _scaled(u.range, v), strict=True)
    low, high = (combined([*pair, mixed]) for pair in bounds)
    return Bent(own, slopes, low, high)


def _function(u: Bent, own: Range, first: Range, second: Range) -> Bent:
    """Return φ(u), whose values, and those of φ' and φ'' are in the ranges."""
    below, above = end_of(second, above=False), end_of(second, above=True)
    if u.affine:
        known = square(u.slopes)
        return Bent(own, _along(u.slopes, first), times(known, below), times(known, above))
    low, high = _scaled(first, u)
    most = largest_square(u.slopes)
    low = low if second.nonnegative else combined([low, times(most, below)])
    high = high if second.nonpositive else combined([high, times(most, above)])
    return Bent(own, _along(u.slopes, first), low, high)


def _apply(name: str, *given: Bent) -> Bent:
    if name == "negate":
        name, given = "subtract", (_constant(ZERO), *given)
    if not any(each.slopes for each in given):
        return _constant(RANGES.apply(name, *(each.range for each in given)))
    u = given[0]
    if name in ("add", "subtract"):
        v = given[1] if name == "add" else _multiple(exactly(Fraction(-1)), negated(given[1].range), given[1])
        return _sum([u, v])
    if name == "multiply":
        return _product(*given)
    if name == "divide":
        v = given[1]
        return _product(u, _power(v, Fraction(-1)) if v.slopes else _constant(inverse(v.range)))
    need(name not in (*KINKED, "max", "min"), "Hessian", f"{name} has a kink")
    own = RANGES.apply(name, u.range)
    if name == "log" and u.exponents:
        return _logsumexp(u.exponents)
    found = _function(u, own, *derivatives(name, u.range))
    return replace(found, exponents=(u,)) if name == "exp" else found


def _power(u: Bent, exponent: Fraction) -> Bent:
    own = RANGES.power(u.range, exponent)
    if not u.slopes or exponent == 0:
        return _constant(own)
    if exponent == 1:
        return u
    first, second = (RANGES.power(u.range, exponent - k) for k in (1, 2))
    factor = exactly(exponent)
    bend = product_of(exactly(exponent * (exponent - 1)), second)
    return _function(u, own, product_of(factor, first), bend)


def _logsumexp(u: Sequence[Bent]) -> Bent:
    own = RANGES.own["logsumexp"]([each.range for each in u])
    slopes = hulls([each.slopes for each in u])
    low, high = (hulls(matrices) for matrices in ([each.low for each in u], [each.high for each in u]))
    return Bent(own, slopes, low, combined([high, _spread(u, slopes)]))


def _spread(u: Sequence[Bent], slopes: Mapping[int, Range]) -> dict[tuple[int, int], Range]:
    """Return a matrix above the covariance of gradients, whose hull is given."""
    if not all(each.affine for each in u):
        # The second moment around the middle.
        widths = {i: enclosed(ZERO.low, ((each.high[0] - each.low[0]) / 2, False)) for i, each in slopes.items()}
        return largest_square(widths)
    mean = times(combined(each.slopes for each in u), exactly(Fraction(-1, len(u))))
    squares = [square(combined([each.slopes, mean])) for each in u]
    return times(combined(squares), exactly(Fraction(1, 2)))


def _masked_logsumexp(mask: Value, scores: Value) -> list[Bent]:
    rows = [[u for m, u in zip(*pair, strict=True) if m.range == ONE] for pair in zip(mask, scores, strict=True)]
    return [_logsumexp(row) if row else _constant(ZERO) for row in rows]


def _dot(u: Sequence[Bent], v: Sequence[Bent]) -> Bent:
    return _sum([_product(*pair) for pair in zip(u, v, strict=True)])


BENT = Arithmetic(
    number=lambda value: _constant(exactly(Fraction(value))),
    apply=_apply,
    power=_power,
    own={
        "pi": lambda: _constant(only(arb.pi())),
        "sum": _sum,
        "dot": _dot,
        "matmul": partial(matrix_product, _dot),
        "logsumexp": _logsumexp,
        "ghost_logsumexp": lambda u: _logsumexp([*u, _constant(ZERO)]),
        "masked_logsumexp": _masked_logsumexp,
    },
)
