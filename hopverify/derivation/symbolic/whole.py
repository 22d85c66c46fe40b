"""Lagrangians of a whole layer: L, g_i = ∂L/∂x_i and H_ij = ∂g_i/∂x_j for n neurons, n a symbol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from hopverify.derivation.symbolic.calculus import SIZE, STATE, Calculus, I, J, K, Total, expanded
from hopverify.derivation.symbolic.conversion import formula_of
from hopverify.derivation.symbolic.functions import relu
from hopverify.derivation.symbolic.nullspace import kernel_of, structure_of
from hopverify.derivation.symbolic.thresholds import THRESHOLD, threshold_forms
from hopverify.derivation.symbolic.whole_conjugates import WholeConjugate, Y, whole_conjugate
from hopverify.derivation.symbolic.whole_layer import Vector, of_layer, whole_layer
from hopverify.expr.nodes import Apply, Expression, walk

VELOCITY, TAU = sympy.IndexedBase("xdot", real=True), sympy.Symbol("tau", positive=True)
Record = dict[str, Any]


def whole_record(
    expression: Expression, symbols: Mapping[str, Any], *, is_potential: bool, convex: Mapping[str, Any] | None = None
) -> Record:
    """Return what is derived of a layer from its L or, for a bare activation, from its g; ``symbols`` as parameters.

    ``convex`` has the parameters with which L is convex, for L*; without it there is none.
    ``closed`` is False where g is that of the catalogue (entmax, normmax) because L has no closed form; one equation
    then defines t. Raises :class:`NoFormula` where nothing is derived.
    """
    calculus, threshold, conjugate = Calculus(), None, None
    closed = not (is_potential and _has_threshold(expression))
    if closed:
        value = of_layer(expression, symbols, calculus)
        bare = isinstance(value, Vector)
        potential, activation = (None, value.entry) if bare else (value, calculus.derivative(value, I))
        hessian = calculus.derivative(activation, J)
        _name_shares(calculus)
        activation, hessian = (_with_shares(form, calculus) for form in (activation, hessian))
    else:
        forms = threshold_forms(expression, symbols, calculus)
        potential = whole_layer(expression, {"x": Vector(sympy.Symbol("x", real=True), SIZE)} | dict(symbols))
        activation, hessian, bare = forms.activation, forms.hessian, False
        conjugate = WholeConjugate(forms.conjugate, ((sympy.Sum(Y[K], (K, 1, SIZE)), sympy.S.One),))
        body = relu(forms.threshold.scale * STATE[K] - THRESHOLD) ** forms.threshold.exponent
        threshold = sympy.Sum(body, (K, 1, SIZE))
    kernel = None if bare else kernel_of(hessian, calculus)
    activation, hessian = (factored(form) if closed else form for form in (activation, hessian))
    hessian = factored(hessian)
    shown = [form for form in (potential, activation, hessian) if form is not None]
    if closed and potential is not None:
        shown.append(sympy.Sum(STATE[K] * activation.subs(I, K), (K, 1, SIZE)) - potential)
    record: Record = dict(
        zip(("L", "g", "H", "x*g - L") if potential is not None else ("g", "H"), map(_text, shown), strict=False)
    )
    record |= {"closed": closed, "equation": None if threshold is None else _text(threshold)}
    record["where"] = [[_text(name), _text(value)] for name, value in _definitions(calculus, [*shown, threshold])]
    if convex is not None and closed:
        conjugate = _conjugate(expression, convex)
    if convex is not None and conjugate is not None:
        record |= {"L*": _text(conjugate.value), "y": [list(map(_text, pair)) for pair in conjugate.where]}
    if kernel is not None:
        record |= _kernel(hessian, kernel, calculus)
        record["rate"] = _rate(hessian)
    return record


def _conjugate(expression: Expression, symbols: Mapping[str, Any]) -> WholeConjugate | None:
    calculus = Calculus()
    potential = of_layer(expression, symbols, calculus)
    return whole_conjugate(potential, calculus.derivative(potential, I), calculus)


def _text(value: Any) -> str:
    return str(formula_of(value))


def _kernel(hessian: Any, kernel: Any, calculus: Calculus) -> Record:
    """Return what spans the null space, whether that is all, the norms that must not be 0 and a diagonal H."""
    structure = structure_of(hessian)
    norms = [total.symbol for total in calculus.totals.values() if _may_vanish(total, hessian)]
    diagonal = structure.diagonal if structure is not None and not structure.vectors else None
    return {
        "kernel": [_text(vector) for vector in kernel.vectors],
        "exact": kernel.exact,
        "positive": list(map(_text, norms)),
        "diagonal": None if diagonal is None else _text(diagonal),
    }


def _may_vanish(total: Total, hessian: Any) -> bool:
    """Whether a norm in H may be 0 for some state."""
    return total.root == 2 and not total.offset.is_positive and bool(hessian.has(total.symbol))


def _rate(hessian: Any) -> str | None:
    """Return -ẋᵀTHẋ by the structure of H, for one time constant; None where H has no structure."""
    structure = structure_of(hessian)
    if structure is None:
        return None
    total = _weighted(structure.diagonal.subs(I, K) * VELOCITY[K] ** 2)
    for a, left in enumerate(structure.vectors):
        for b, right in enumerate(structure.vectors):
            total += structure.matrix[a, b] * _weighted(left * VELOCITY[K]) * _weighted(right * VELOCITY[K])
    return _text(-sympy.factor_terms(TAU * total))


def _weighted(body: Any) -> Any:
    """Return Σ_k body, its constant factors in front."""
    factors = sympy.Mul.make_args(body)
    moving = sympy.Mul(*(factor for factor in factors if K in factor.free_symbols))
    return sympy.Mul(*(factor for factor in factors if K not in factor.free_symbols)) * sympy.Sum(moving, (K, 1, SIZE))


def _definitions(calculus: Calculus, formulas: list[Any]) -> list[tuple[Any, Any]]:
    """Return the definitions of the names that occur in the formulas, and of those in their definitions."""
    used: set[Any] = set()
    for formula in formulas:
        used |= _names(formula) if formula is not None else set()
    found = []
    for named in reversed(calculus.order):
        name = named.symbol if isinstance(named, Total) else named.base
        if name in used:
            used |= _names(named.definition)
            found.append((name if isinstance(named, Total) else named.base[K], named.definition))
    return found[::-1]


def _names(formula: Any) -> set[Any]:
    return set(formula.free_symbols) | {atom.base for atom in formula.atoms(sympy.Indexed)}


def _has_threshold(expression: Expression) -> bool:
    names = {node.function for node in walk(expression) if isinstance(node, Apply)}
    return bool(names & {"entmax_conjugate", "normmax_conjugate", "entmax", "normmax"})


def _name_shares(calculus: Calculus) -> None:
    """Name p_k = e^(u_k)/Z for every total Z of exponentials; Σp = 1 where Z is nothing but their sum."""
    for total in list(calculus.totals.values()):
        if isinstance(total.body, sympy.exp) and total.root == 1 and total.scale == 1:
            calculus.vector("p", total.body / total.symbol, sum_of=total.sum_of_body / total.symbol, positive=True)


def _with_shares(value: Any, calculus: Calculus) -> Any:
    """Write e^(u_i) as p_i Z."""
    for named in calculus.vectors.values():
        above, below = sympy.fraction(named.definition)
        if isinstance(above, sympy.exp) and below in calculus.totals:
            for index in (I, J):
                value = value.subs(above.subs(K, index), named.base[index] * below)
    return value


def factored(value: Any) -> Any:
    """Return a form with δ_ij f(i) for δ_ij f(j) and with common factors in front."""
    terms = []
    for term in sympy.Add.make_args(expanded(value)):
        delta = sympy.KroneckerDelta(I, J)
        terms.append((term / delta).subs(J, I) * delta if term.has(delta) else term)
    return sympy.factor_terms(sympy.powsimp(sympy.Add(*terms)))
