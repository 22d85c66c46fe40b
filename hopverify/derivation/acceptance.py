"""Whether the kernel accepts what SymPy derived of a layer: it differentiates L itself, and compares normal forms.

The claim "gradient of L" is put to it twice. First with the spec's L and SymPy's g. Then for the slopes: of one neuron,
with g in the place of L and SymPy's h in that of g; of a layer that acts as a whole, with w·g(x) and H(x)w, where the
entries of w are different numbers, of which normal forms know nothing. What stands in sums over indices is written for
whole vectors: Σ_k f(x_k) as ``sum(f(x))``, and H_ij = D_i δ_ij + Σ_ab B_ab b_a(i) b_b(j) times w as
D∘w + Σ_ab B_ab b_a (b_b·w).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import reduce

import numpy as np

from hopverify.core import core_of_layer
from hopverify.derivation.formula import (
    ONE,
    ZERO,
    Formula,
    Node,
    NoFormula,
    Number,
    Symbol,
    add,
    expanded,
    is_below,
    multiply,
    power,
    rebuilt,
    split,
)
from hopverify.derivation.layer_forms import Case, LayerForms
from hopverify.derivation.names import I, J
from hopverify.expr import nodes
from hopverify.expr.functions import FUNCTIONS
from hopverify.expr.nodes import Apply, Expression
from hopverify.kernel.check import accept
from hopverify.kernel.numbers import Rejected
from hopverify.networks import Layer, LayerFunction
from hopverify.spec import ExactArray

MAX_SIZE = 10_000
"""More neurons are not named one by one."""
WEIGHTS = "w of the comparison"
X = nodes.Symbol("x")


def accepted(forms: LayerForms) -> tuple[str, ...]:
    """Return what the kernel accepts: ``g`` as the gradient of L, ``H`` (h of one neuron) as the derivative of g."""
    function, size = forms.layer.function, forms.layer.size
    if function.potential is None or forms.missing or (forms.whole is not None and size > MAX_SIZE):
        return ()
    of_g, of_h = (_of_neuron, _slope_of_neuron) if forms.whole is None else (_of_whole, _hessian_of_whole)
    if not _holds(of_g, forms):
        return ()
    return ("g", "H") if _holds(of_h, forms) else ("g",)


def _holds(decide: Callable[[LayerForms], bool], forms: LayerForms) -> bool:
    try:
        return decide(forms)
    except NoFormula:
        return False


def _is_gradient(layer: Layer, L: Expression, g: Expression, constants: Mapping[str, ExactArray] | None = None) -> bool:
    """Return whether the kernel accepts that g is the gradient of L, where they stand for a layer's own."""
    held = layer.function.constants if constants is None else constants
    function = LayerFunction("derived", L, (g,), layer.function.slope, held, {})
    document = {"claim": {"claim": "gradient of L", "layer": layer.name}, "proof": {"by": "identity"}}
    try:
        accept(core_of_layer(replace(layer, function=function)), document)
    except Rejected:
        return False
    return True


def _of_neuron(forms: LayerForms) -> bool:
    L = forms.layer.function.potential
    assert L is not None
    return _is_gradient(forms.layer, L, _on_pieces(forms, lambda case: case.activation))


def _slope_of_neuron(forms: LayerForms) -> bool:
    """The kernel has to see that g is locally Lipschitz, which it may of only one way of writing it."""
    g, h = _on_pieces(forms, lambda case: case.activation), slope_on_pieces(forms)
    return any(_is_gradient(forms.layer, each, h) for each in (*forms.layer.function.activation, g))


def slope_on_pieces(forms: LayerForms) -> Expression:
    """Return h of one neuron as one function of x, each piece times steps at its ends."""
    return _on_pieces(forms, lambda case: case.slope)


def _on_pieces(forms: LayerForms, part: Callable[[Case], Formula]) -> Expression:
    """Return one function of x that is, between the ends of each case, what the case says."""
    reader = _Vectors(forms)

    def behind(end: Formula) -> Expression:
        return nodes.apply("step", X - reader.of(end, None))

    def between(case: Case) -> Expression:
        above = nodes.lift(1) if case.lower is None else behind(case.lower)
        return above if case.upper is None else above - behind(case.upper)

    return reduce(lambda a, b: a + b, (reader.of(part(case), None) * between(case) for case in forms.cases))


def _of_whole(forms: LayerForms) -> bool:
    L = forms.layer.function.potential
    assert L is not None
    assert forms.whole is not None
    return _is_gradient(forms.layer, L, _Vectors(forms).of(forms.whole.activation, I))


def _hessian_of_whole(forms: LayerForms) -> bool:
    assert forms.whole is not None
    layer, function = forms.layer, forms.layer.function
    w, numbers = nodes.Symbol(WEIGHTS), ExactArray.of(np.arange(1, layer.size + 1))
    if len(function.activation) != 1:
        return False
    product = _Vectors(forms).applied(forms.whole.hessian, w)
    g_times_w = nodes.apply("dot", w, function.activation[0])
    return _is_gradient(layer, g_times_w, product, {**function.constants, WEIGHTS: numbers})


class _Vectors:
    """Formulas with an index as expressions of whole vectors, in names of numbers and of vectors."""

    def __init__(self, forms: LayerForms) -> None:
        named = () if forms.whole is None else forms.whole.definitions
        self.definitions = {str(name.parts[0] if isinstance(name, Node) else name): each for name, each in named}
        self.values, self.constants = forms.values, forms.layer.function.constants

    def of(self, value: Formula, index: Formula | None) -> Expression:
        """Return a formula whose arrays have this index; raise :class:`NoFormula` where it has another one."""
        if isinstance(value, Number):
            return nodes.Number(value.value)
        if isinstance(value, Symbol):
            return self._of_symbol(value)
        assert isinstance(value, Node)
        if value.head == "[]":
            return self._of_entry(value, index)
        if value.head == "Sum":
            body, at, *_ = value.parts
            inner = self.of(body, at)
            return nodes.apply("sum", inner) if _has_entry(body, at) else nodes.apply("size", X) * inner
        if is_below(value):
            base, exponent = value.parts
            return nodes.lift(1) / self.of(power(base, -exponent), index)
        if value.head not in _OPERATORS and value.head not in FUNCTIONS:
            raise NoFormula(f"{value.head} is not a function of vectors")
        parts = [self.of(part, index) for part in value.parts]
        name = _OPERATORS.get(value.head)
        return Apply(value.head, tuple(parts)) if name is None else reduce(lambda a, b: nodes.apply(name, a, b), parts)

    def _of_symbol(self, value: Symbol) -> Expression:
        if value.name == "n":
            return nodes.apply("size", X)
        if value.name == "pi":
            return Apply("pi", ())
        if value.name in self.definitions:
            return self.of(self.definitions[value.name], None)
        if value.name in self.values:
            return nodes.Number(self.values[value.name])
        if value.name != "x":
            raise NoFormula(f"{value.name} is not a number")
        return X

    def _of_entry(self, value: Node, index: Formula | None) -> Expression:
        array, *at = value.parts
        if at != [index]:
            raise NoFormula(f"{value} has another index")
        if str(array) in self.definitions:
            return self.of(_replaced(self.definitions[str(array)], {Symbol("k"): index}), index)
        if str(array) != "x" and str(array) not in self.constants:
            raise NoFormula(f"{array} is not a vector")
        return nodes.Symbol(str(array))

    def applied(self, hessian: Formula, w: Expression) -> Expression:
        """Return Σ_j H_ij w_j."""
        delta = Node("KroneckerDelta", (I, J))
        without, within = (_replaced(hessian, {delta: number}) for number in (ZERO, ONE))
        parts = [self.of(_replaced(add(within, -without), {J: I}), I) * w]
        for coefficient, left, right in _products(without):
            parts.append(
                self.of(multiply(coefficient, *left), I) * nodes.apply("sum", self.of(multiply(*right), J) * w)
            )
        return reduce(lambda a, b: a + b, parts)


_OPERATORS = {"+": "add", "*": "multiply", "^": "power"}


def _products(value: Formula) -> Iterator[tuple[Formula, list[Formula], list[Formula]]]:
    """Yield (number, factors of i, factors of j) of each term."""
    whole = expanded(value)
    for term in whole.parts if isinstance(whole, Node) and whole.head == "+" else (whole,):
        coefficient, factors = split(term)
        right = [factor for factor in factors if factor.has(J)]
        if any(factor.has(I) for factor in right):
            raise NoFormula(f"{term} is not a product of vectors")
        yield Number(coefficient), [factor for factor in factors if factor not in right], right


def _has_entry(value: Formula, index: Formula) -> bool:
    return any(isinstance(node, Node) and node.head == "[]" and index in node.parts[1:] for node in value.nodes())


def _replaced(value: Formula, parts: Mapping[Formula, Formula | None]) -> Formula:
    """Return a formula with other parts for some."""
    found = parts.get(value)
    if found is not None:
        return found
    return rebuilt(value, tuple(_replaced(part, parts) for part in value.parts)) if isinstance(value, Node) else value
