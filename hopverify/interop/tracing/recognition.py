"""Which Lagrangian of the catalogue a function is, if it is exactly one of them.

Elementwise functions are compared by normal form (:func:`hopverify.interop.tracing.rewriting.same`); the candidates for
parameters are the numbers that stand in the function. Those of a whole layer are compared by their structure. What
differs from an entry of the catalogue by the rounding of a constant is not that entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.expr.differentiate import gradient
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, substitute, walk
from hopverify.expr.parser import parse
from hopverify.interop.tracing.expressions import Writer
from hopverify.interop.tracing.functions import power
from hopverify.interop.tracing.rewriting import acts_on_single_numbers, rewritten, same
from hopverify.interop.tracing.tensors import leaf, placed, plus, scaled, total, transposed_core
from hopverify.interop.tracing.terms import Atom, CannotWrite, Input, Tensor, Term, collected
from hopverify.lagrangians import LAGRANGIANS, Lagrangian
from hopverify.spec.fields import REQUIRED, Field, FieldKind

X = Symbol("x")
# Where an elementwise candidate is compared in floating point, before the normal forms decide.
POINTS = np.array([-2.25, -0.5, 0.375, 1.75])
CLOSE = 1e-6


@dataclass(frozen=True)
class Found:
    """A Lagrangian as a spec states it: by name with parameters, or as an expression."""

    lagrangian: Any
    expression: Expression | None
    elementwise: bool


def lagrangian_of(value: Tensor, shape: tuple[int, ...]) -> Found:
    """Return the Lagrangian that a number computed from the input ``x`` of that shape is."""
    core = tuple(extent for extent in shape if extent != 1)
    whole = _whole_layer(value, core)
    if whole is not None:
        return whole
    single = _elementwise(value, core)
    if single is not None:
        return _named(single) or Found({"expression": str(single), "of": "neuron"}, single, True)
    x = X if core else Apply("index", (X, Number(Fraction(0))))
    expression = rewritten(Writer({"x": x}).number(value))
    return Found({"expression": str(expression), "of": "layer"}, expression, False)


def potential_of(value: Tensor, shape: tuple[int, ...]) -> Expression | None:
    """Return L of one neuron, if a number computed from ``x`` is Σ L(x_i)."""
    return _elementwise(value, tuple(extent for extent in shape if extent != 1))


def activation_of(value: Tensor) -> Expression | None:
    """Return g of one neuron, if an array computed from ``x`` is g(x_i), entry by entry."""
    expression = rewritten(Writer({"x": X}).vector(transposed_core(value)))
    return expression if acts_on_single_numbers(expression) else None


def _elementwise(value: Tensor, core: tuple[int, ...]) -> Expression | None:
    """Return L of one neuron, if the value is Σ L(x_i): each term the sum of a function of single entries."""
    labels = tuple(range(len(core)))
    spread: list[Term] = []
    for term in value.terms:
        if not term.factors:
            spread.append(Term(term.coefficient / int(np.prod(core)), (), (None,) * len(core)))
        elif all(factor.labels == term.factors[0].labels for factor in term.factors):
            own = dict(zip(term.factors[0].labels, labels, strict=False))
            if len(own) != len(core):
                return None
            spread.append(Term(term.coefficient, term.factors, tuple(term.factors[0].labels)))
        else:
            return None
    try:
        expression = rewritten(Writer({"x": X}).vector(collected(core, spread)))
    except CannotWrite:
        return None
    return expression if acts_on_single_numbers(expression) else None


def lagrangian_of_activation(activation: Expression) -> dict[str, Any] | None:
    """Return the entry of the catalogue whose activation an elementwise expression is identical with."""
    for entry in LAGRANGIANS:
        if not entry.elementwise:
            continue
        for parameters in _candidates(entry, activation):
            if _is(entry, parameters, activation, of_activation=True):
                return {"lagrangian": {entry.name: dict(parameters)} if parameters else entry.name}
    return None


def _named(expression: Expression) -> Found | None:
    """Return the entry of the catalogue that an elementwise expression is identical with."""
    for entry in LAGRANGIANS:
        if not entry.elementwise:
            continue
        for parameters in _candidates(entry, expression):
            if _is(entry, parameters, expression):
                stated: Any = {entry.name: dict(parameters)} if parameters else entry.name
                return Found(stated, expression, True)
    return None


def _candidates(entry: Lagrangian, expression: Expression) -> Iterator[Mapping[str, Fraction]]:
    """Yield parameters made of the numbers in an expression, those that differ from the defaults only."""
    numbers = {abs(node.value) for node in walk(expression) if isinstance(node, Number)} - {0}
    made = (each for value in numbers for each in (value, -value, 1 / value, 2 * value, 2 / value))
    pool = sorted({Fraction(1), *made})
    choices = [[value for value in pool if _fits(field, value)] for field in entry.parameters]
    for values in product(*choices):
        given = {field.name: value for field, value in zip(entry.parameters, values, strict=True)}
        yield {field.name: given[field.name] for field in entry.parameters if given[field.name] != _default(field)}


def _default(field: Field) -> Any:
    default = field.default
    return None if default is REQUIRED else default[0] if isinstance(default, tuple) else default


def _fits(field: Field, value: Fraction) -> bool:
    if field.kind is FieldKind.INTEGER and value.denominator != 1:
        return False
    if field.minimum is not None and (value < field.minimum or (field.strict and value == field.minimum)):
        return False
    return field.maximum is None or value <= field.maximum


def _is(
    entry: Lagrangian, parameters: Mapping[str, Fraction], expression: Expression, *, of_activation: bool = False
) -> bool:
    values = {field.name: parameters.get(field.name, _default(field)) for field in entry.parameters}
    constants = {name: Number(Fraction(value)) for name, value in values.items()}
    try:
        if any(not evaluate(substitute(parse(text), constants), {}, FLOATS) > 0 for text in entry.requires):
            return False
        potential = substitute(parse(entry.potential), constants)
        potential = gradient(potential, "x", {"x": 0}) if of_activation else potential
        gap = evaluate(potential, {"x": POINTS}, FLOATS) - evaluate(expression, {"x": POINTS}, FLOATS)
        return bool(np.all(np.abs(gap) < CLOSE)) and same(potential, expression)
    except (HopverifyError, ZeroDivisionError):
        return False


def _whole_layer(value: Tensor, core: tuple[int, ...]) -> Found | None:
    """Return softmax, ghostmax, spherical or layer norm, if the value is exactly one of them."""
    for shape in dict.fromkeys([core, (prod(core),)]):
        x = leaf(Input("x", shape))
        for rule in (_softmax, _ghostmax, _normed):
            found = rule(value, x)
            if found is not None:
                return Found(found, None, False)
    return None


def _only_atom(value: Tensor, function: str) -> tuple[Fraction, Tensor] | None:
    """Return c and u, if the value is c·function(u)."""
    if len(value.terms) != 1 or len(value.terms[0].factors) != 1:
        return None
    source = value.terms[0].factors[0].source
    if not isinstance(source, Atom) or source.function != function:
        return None
    return value.terms[0].coefficient, source.arguments[0]


def _softmax(value: Tensor, x: Tensor) -> Any:
    """logsumexp(βx)/β."""
    found = _only_atom(value, "logsumexp")
    if found is None or found[0] <= 0 or found[1].key != scaled(x, 1 / found[0]).key:
        return None
    return "softmax" if found[0] == 1 else {"softmax": {"beta": 1 / found[0]}}


def _ghostmax(value: Tensor, x: Tensor) -> Any:
    found = _only_atom(value, "ghost_logsumexp")
    return "ghostmax" if found is not None and found[0] == 1 and found[1].key == x.key else None


def _normed(value: Tensor, x: Tensor) -> Any:
    """nγ√(Var x + ε) + δ·x, or γ√(|x|² + ε)."""
    roots = [
        term
        for term in value.terms
        if len(term.factors) == 1 and getattr(term.factors[0].source, "function", "") == "sqrt"
    ]
    if len(roots) != 1:
        return None
    rest = collected((), (term for term in value.terms if term is not roots[0]))
    root = _only_atom(Tensor((), (roots[0],)), "sqrt")
    assert root is not None
    return _spherical(*root, rest, x) or _layernorm(*root, rest, x)


def _spherical(factor: Fraction, radicand: Tensor, rest: Tensor, x: Tensor) -> Any:
    epsilon = plus(radicand, scaled(_sum(power(x, Fraction(2))), Fraction(-1))).number
    if rest.terms or epsilon is None or epsilon < 0:
        return None
    return {"spherical": {"gamma": factor, "epsilon": epsilon}}


def _layernorm(factor: Fraction, radicand: Tensor, rest: Tensor, x: Tensor) -> Any:
    n = prod(x.shape)
    mean = placed(scaled(_sum(x), Fraction(1, n)), x.shape, ())
    centred = plus(x, scaled(mean, Fraction(-1)))
    variance = scaled(_sum(power(centred, Fraction(2))), Fraction(1, n))
    epsilon = plus(radicand, scaled(variance, Fraction(-1))).number
    delta = _offset(rest, x)
    if epsilon is None or epsilon < 0 or delta is None:
        return None
    stated = {"gamma": factor / n, "delta": delta, "epsilon": epsilon}
    return {"layernorm": {name: value for name, value in stated.items() if not (name == "delta" and value == 0)}}


def _sum(value: Tensor) -> Tensor:
    return total(value, range(len(value.shape)))


def _offset(rest: Tensor, x: Tensor) -> Any:
    """Return δ, a number or one a neuron, if the value is δ·x."""
    if not rest.terms:
        return Fraction(0)
    if len(rest.terms) > 1:
        return None
    term = rest.terms[0]
    inputs = [factor for factor in term.factors if isinstance(factor.source, Input)]
    others = [factor for factor in term.factors if not isinstance(factor.source, Input)]
    if len(inputs) != 1 or len(others) > 1:
        return None
    if not others:
        return term.coefficient
    values = getattr(others[0].source, "values", None)
    if values is None or values.shape != x.shape:
        return None
    return [term.coefficient * Fraction(value.item()) for value in values.flat]
