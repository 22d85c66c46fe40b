"""Lagrangians of a whole layer: L, g_i = ∂L/∂x_i and H_ij = ∂g_i/∂x_j for n neurons, n a symbol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from hopverify.derivation.calculus import SIZE, STATE, Calculus, I, J, K, expanded
from hopverify.derivation.kernel import Kernel, kernel_of
from hopverify.derivation.parameters import Parameters, with_parameters
from hopverify.derivation.thresholds import Threshold, threshold_forms
from hopverify.derivation.translation import NoTranslation
from hopverify.derivation.whole_layer import Vector, of_layer, whole_layer
from hopverify.expr.nodes import Apply, walk
from hopverify.networks import LayerFunction


@dataclass(frozen=True, eq=False)
class WholeForms:
    """The forms in x_i, in the symbols of ``parameters`` and in the names that ``calculus`` defines.

    ``closed`` is False where g comes from the catalogue (entmax, normmax) because L has no closed form; ``threshold``
    then defines t. ``potential`` is None for a bare activation.
    """

    potential: Any
    activation: Any
    hessian: Any
    kernel: Kernel
    calculus: Calculus
    parameters: Parameters
    closed: bool = True
    threshold: Threshold | None = None


def whole_forms(function: LayerFunction) -> WholeForms:
    """Return the forms of a layer that is not elementwise; raise :class:`NoTranslation` where there are none."""
    calculus = Calculus()
    if function.potential is not None and _has_threshold(function):
        return _without_closed_form(function, calculus)
    if len(function.activation) > 1:
        raise NoTranslation("each neuron has an activation of its own")
    expression, parameters = with_parameters(function)
    value = of_layer(expression, parameters.names, calculus)
    if isinstance(value, Vector):
        potential, activation = None, value.entry
    else:
        potential, activation = value, calculus.derivative(value, I)
    hessian = calculus.derivative(activation, J)
    _name_shares(calculus)
    activation, hessian = (_with_shares(form, calculus) for form in (activation, hessian))
    kernel = kernel_of(hessian, calculus) if potential is not None else Kernel((), False)
    return WholeForms(potential, factored(activation), factored(hessian), kernel, calculus, parameters)


def _has_threshold(function: LayerFunction) -> bool:
    assert function.potential is not None
    names = {node.function for node in walk(function.potential) if isinstance(node, Apply)}
    return bool(names & {"entmax_conjugate", "normmax_conjugate", "entmax", "normmax"})


def _without_closed_form(function: LayerFunction, calculus: Calculus) -> WholeForms:
    assert function.potential is not None
    forms = threshold_forms(function, calculus)
    potential = whole_layer(function.potential, {"x": Vector(sympy.Symbol("x", real=True), SIZE)})
    kernel = kernel_of(forms.hessian, calculus)
    hessian = factored(forms.hessian)
    return WholeForms(
        potential, forms.activation, hessian, kernel, calculus, Parameters({}, {}), False, forms.threshold
    )


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


def layer_energy(forms: WholeForms) -> Any:
    """Return Σ_k x_k g_k - L in closed form."""
    product = STATE[K] * forms.activation.subs(I, K)
    return sympy.Sum(product, (K, 1, SIZE)) - forms.potential
