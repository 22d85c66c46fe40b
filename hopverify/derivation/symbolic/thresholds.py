"""entmax and normmax: no closed form, but a threshold t that one equation defines, and H by differentiating it.

entmax (Peters, Niculae & Martins 2019, arXiv:1905.05702): p_k = max((α-1)x_k - t, 0)^(1/(α-1)), Σp = 1. With
s_k = p_k^(2-α) on the support and 0 off it, H = diag s - ssᵀ/Σs. normmax (Blondel, Martins & Niculae 2020,
arXiv:1901.02324): q_k = max(x_k - t, 0)^(1/(γ-1)), Σ q^γ = 1, p = q/Σq. The vectors count as positive, as they are on
the support: what follows of the null space of H holds there, and off the support H is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from hopverify.derivation.formula import NoFormula
from hopverify.derivation.symbolic.calculus import SIZE, STATE, Calculus, I, J, K
from hopverify.derivation.symbolic.functions import relu, step
from hopverify.derivation.symbolic.translation import to_sympy
from hopverify.derivation.symbolic.whole_conjugates import Y
from hopverify.expr.nodes import Apply, Expression, Symbol

THRESHOLD = sympy.Symbol("t", real=True)


@dataclass(frozen=True)
class Threshold:
    """The number t with Σ_k max(scale·x_k - t, 0)^exponent = 1."""

    scale: Any
    exponent: Any


@dataclass(frozen=True)
class ThresholdForms:
    """g_i and H_ij in named vectors of ``calculus``, the threshold they use, and L* for y_k that add up to 1.

    These L are defined as the largest x·y - L*(y) over such y ≥ 0.
    """

    threshold: Threshold
    activation: Any
    hessian: Any
    conjugate: Any


def threshold_forms(potential: Expression, symbols: Mapping[str, Any], calculus: Calculus) -> ThresholdForms:
    """Return the forms of a Lagrangian that is entmax's or normmax's potential of x itself."""
    build = _BUILDERS.get(potential.function) if isinstance(potential, Apply) else None
    if build is None or not isinstance(potential, Apply) or potential.arguments[0] != Symbol("x"):
        raise NoFormula("entmax and normmax are differentiated here only as they stand, of x itself")
    return build(to_sympy(potential.arguments[1], symbols), calculus)


def _delta(left: Any, right: Any) -> Any:
    return sympy.KroneckerDelta(left, right)


def _entmax(alpha: Any, calculus: Calculus) -> ThresholdForms:
    gap = (alpha - 1) * STATE[K] - THRESHOLD
    p = calculus.vector("p", relu(gap) ** (1 / (alpha - 1)), sum_of=sympy.S.One, positive=True)
    on_support = step(gap) if alpha == 2 else p ** (2 - alpha)
    s = calculus.vector("s", on_support, sum_of=sympy.Symbol("S", positive=True), positive=True)
    total = calculus.total("S", s, positive=True)
    hessian = s.subs(K, I) * _delta(I, J) - s.subs(K, I) * s.subs(K, J) / total
    conjugate = (sympy.Sum(Y[K] ** alpha, (K, 1, SIZE)) - 1) / (alpha * (alpha - 1))
    return ThresholdForms(Threshold(alpha - 1, 1 / (alpha - 1)), p.subs(K, I), hessian, conjugate)


def _normmax(gamma: Any, calculus: Calculus) -> ThresholdForms:
    gap = STATE[K] - THRESHOLD
    q = calculus.vector("q", relu(gap) ** (1 / (gamma - 1)), sum_of=sympy.Symbol("Q", positive=True), positive=True)
    total = calculus.total("Q", q, positive=True)
    p = calculus.vector("p", q / total, sum_of=sympy.S.One, positive=True)
    slope = step(gap) if gamma == 2 else relu(gap) ** (1 / (gamma - 1) - 1) / (gamma - 1)
    s = calculus.vector("s", slope, sum_of=sympy.Symbol("S", positive=True), positive=True)
    whole = calculus.total("S", s, positive=True)
    (pi, pj), (si, sj) = ((v.subs(K, I), v.subs(K, J)) for v in (p, s))
    hessian = (si * _delta(I, J) - si * pj - pi * sj + whole * pi * pj) / total
    conjugate = sympy.Sum(Y[K] ** gamma, (K, 1, SIZE)) ** (1 / gamma) - 1
    return ThresholdForms(Threshold(sympy.S.One, gamma / (gamma - 1)), pi, hessian, conjugate)


_BUILDERS = {"entmax_conjugate": _entmax, "normmax_conjugate": _normmax}
