"""From an interaction energy, as a symbolic array, to the synapses and biases of a spec.

Each term goes where more is proved of it than of an expression: -b·g to the bias of a layer, -gᵀWg' to a ``dense`` or
``diagonal`` synapse, three activations to a ``gated`` one, a kernel to a ``convolution``, functions of overlaps with
patterns to ``associative``. What is left becomes one ``expression``. The sum of all parts is the energy, exactly; the
drive of each is -∇S.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.expr.differentiate import gradient
from hopverify.expr.evaluate import evaluate
from hopverify.expr.exact import EXACT
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, symbols, walk
from hopverify.interop.tracing.constants import exact, merged
from hopverify.interop.tracing.convolutions import as_kernel, as_matrix, convolved
from hopverify.interop.tracing.expressions import Group, Writer, spread_over
from hopverify.interop.tracing.rewriting import acts_on_single_numbers, replaced, rewritten
from hopverify.interop.tracing.terms import CannotWrite, Constant, Factor, Input, Tensor, Term


@dataclass(frozen=True)
class Part:
    """One synapse: its kind and layers, its fields, and the array fields (by key) with their values."""

    kind: str
    layers: tuple[str, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    named: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Interaction:
    """What an energy is made of: synapses, and by layer what is added to the bias, as exact numbers."""

    parts: tuple[Part, ...]
    biases: Mapping[str, NDArray[Any]]


@dataclass
class Sorting:
    """Sorts the terms of one energy.

    ``orders``: how the entries of some layers stand in the spec;
    ``single``: the layers of one neuron. ``arguments``: the layers in the order of the function's arguments.
    ``name_of`` gives names that nothing else has, near the one wanted: layers and arrays stand in one expression.
    ``title_of``: what the program calls an array, if it is one of its own.
    ``spread``: whether arrays may be written over all their axes at once.
    """

    prefix: str
    orders: Mapping[str, NDArray[np.int64]]
    single: frozenset[str] = frozenset()
    arguments: tuple[str, ...] = ()
    name_of: Callable[[str], str] = lambda wanted: wanted
    named: dict[str, NDArray[Any]] = field(default_factory=dict)
    title_of: Callable[[NDArray[Any]], str | None] = lambda values: None
    spread: bool = True

    def sorted(self, energy: Tensor) -> Interaction:
        """Return the parts of an energy, a single number."""
        parts: list[Part] = []
        biases: dict[str, NDArray[Any]] = {}
        rest: list[Term] = []
        for term in map(merged, energy.terms):
            if not term.coefficient:
                # Constants that cancel, as those that put arrays beside each other do.
                continue
            bias = self._bias(term)
            part = None if bias is not None else self._part(term)
            if bias is not None:
                biases[bias[0]] = biases.get(bias[0], 0) + bias[1]
            elif part is not None:
                parts.append(part)
            else:
                rest.append(term)
        return Interaction((*parts, *self._expressions(rest)), biases)

    def _bias(self, term: Term) -> tuple[str, NDArray[Any]] | None:
        """Return b for a term -b·g, entries as exact numbers."""
        inputs, constants = _kinds(term)
        if len(inputs) != 1 or len(term.factors) != 1 + len(constants) or len(constants) > 1:
            return None
        values = self._over(constants, [inputs[0].labels], term, inputs)
        if values is None:
            return None
        numbers = np.array([-term.coefficient * exact(value) for value in values], dtype=object)
        return _name(inputs[0]), numbers

    def _part(self, term: Term) -> Part | None:
        """Return a product of two or three activations as a synapse."""
        convolution = self._convolution(term)
        if convolution is not None:
            return convolution
        inputs, constants = _kinds(term)
        inputs.sort(key=lambda each: self.arguments.index(_name(each)) if _name(each) in self.arguments else 0)
        if len(term.factors) != len(inputs) + len(constants) or len(constants) > 1:
            return None
        if len(inputs) == 2:
            return self._pair(term, inputs, constants)
        distinct = len({_name(each) for each in inputs}) == 3
        return self._gate(term, inputs, constants) if len(inputs) == 3 and distinct else None

    def _pair(self, term: Term, inputs: list[Factor], constants: list[Factor]) -> Part | None:
        groups = list(dict.fromkeys(each.labels for each in inputs))
        if len(groups) == 2 and (set(groups[0]) & set(groups[1]) or not constants):
            return None
        weights = self._over(constants, groups, term, inputs)
        if weights is None:
            return None
        layers = tuple(_name(each) for each in inputs)
        return Part(
            "diagonal" if len(groups) == 1 else "dense",
            layers,
            _convention(abs(term.coefficient), layers),
            {"weights": _signed(weights, term.coefficient)},
        )

    def _gate(self, term: Term, inputs: list[Factor], constants: list[Factor]) -> Part | None:
        """Return -Σ T_ijk a_i b_j c_k; only for a coefficient ±1, as the weights take no factor without rounding."""
        groups = list(dict.fromkeys(each.labels for each in inputs))
        labels = [label for group in groups for label in group]
        if len(groups) == 2 or len(set(labels)) != len(labels) or abs(term.coefficient) != 1:
            return None
        if len(groups) == 3 and not constants:
            return None
        weights = self._over(constants, groups, term, inputs)
        if weights is None:
            return None
        layers = tuple(_name(each) for each in inputs)
        return Part("gated", layers, {}, {"weights": _signed(weights, term.coefficient)})

    def _convolution(self, term: Term) -> Part | None:
        found = convolved(term)
        if found is None:
            return None
        if found.source in self.orders and found.target in self.orders and abs(term.coefficient) == 1:
            kernel = as_kernel(found)
            if kernel is not None:
                values, fields = kernel
                arrays = {"kernel": _signed(values, term.coefficient)}
                return Part("convolution", (found.source, found.target), fields, arrays)
        weights = as_matrix(found)
        for axis, name in enumerate((found.source, found.target)):
            if name in self.orders:
                weights = np.take(weights, self.orders[name], axis=axis)
        layers = (found.source, found.target)
        fields = _convention(abs(term.coefficient), layers)
        return Part("dense", layers, fields, {"weights": _signed(weights, term.coefficient)})

    def _over(
        self, constants: list[Factor], groups: list[Group], term: Term, inputs: list[Factor]
    ) -> NDArray[Any] | None:
        """Return the array of constants over the groups; None if it joins other labels, or part of a matrix only."""
        labels = {label for group in groups for label in group}
        order = {each.labels: self.orders[_name(each)] for each in inputs if _name(each) in self.orders}
        if not all(set(each.labels) <= labels for each in constants):
            return None
        if len(groups) > 1 and any(not set(group) & set(constants[0].labels) for group in groups):
            return None
        if not constants:
            return np.ones([prod(term.extents[label] for label in group) for group in groups], dtype=np.float32)
        return spread_over(constants[0], groups, term.extents, order)

    def _expressions(self, rest: list[Term]) -> Iterator[Part]:
        left: list[Term] = []
        overlaps: dict[tuple[str, str, bool], Expression] = {}
        for term in rest:
            found = self._associative(term)
            if found is None:
                left.append(term)
            else:
                key, function = found
                overlaps[key] = overlaps[key] + function if key in overlaps else function
        yield from (self._of_overlaps(*key, function) for key, function in overlaps.items())
        if left:
            expression = self._written(left)
            used = symbols(expression)
            layers = tuple(name for name in self._layers(left) if name in used)
            named = {name: values for name, values in self.named.items() if name in used}
            yield Part("expression", layers or self.arguments[:1], {"energy": str(expression)}, {}, named)

    def _written(self, terms: list[Term]) -> Expression:
        names = {name: self._symbol(name) for name in self._layers(terms)}
        return rewritten(Writer(names, self._name_array, self.orders, self.spread).number(Tensor((), tuple(terms))))

    def _symbol(self, name: str) -> Expression:
        """Return what stands for a layer; in the program one neuron alone is a number, in a spec it is a vector."""
        symbol = Symbol(name)
        return Apply("index", (symbol, Number(Fraction(0)))) if name in self.single else symbol

    def _layers(self, terms: list[Term]) -> list[str]:
        return list(dict.fromkeys(name for term in terms for f in term.factors for name in _names(f.source)))

    def _name_array(self, values: NDArray[Any]) -> str:
        for name, known in self.named.items():
            if known.shape == values.shape and known.dtype == values.dtype and np.array_equal(known, values):
                return name
        name = self.name_of(self.title_of(values) or f"{self.prefix}_{len(self.named) + 1}")
        self.named[name] = values
        return name

    def _associative(self, term: Term) -> tuple[tuple[str, str, bool], Expression] | None:
        """Return (layer, array, transposed?) and F, for a term -Σ F(ξ_μ·g): the sum of a function of overlaps."""
        try:
            expression = self._written([Term(Fraction(1), term.factors, ())])
        except CannotWrite:
            return None
        if not isinstance(expression, Apply) or expression.function != "sum":
            return None
        (body,) = expression.arguments
        products = {node for node in walk(body) if isinstance(node, Apply) and node.function == "matmul"}
        if len(products) != 1:
            return None
        overlap = products.pop()
        matrix, state = overlap.arguments
        function = replaced(body, overlap, Symbol("z"))
        if not isinstance(state, Symbol) or symbols(function) != {"z"} or not acts_on_single_numbers(function):
            return None
        inner = matrix.arguments[0] if isinstance(matrix, Apply) else matrix
        return (state.name, str(inner), matrix is not inner), Number(-term.coefficient) * function

    def _of_overlaps(self, layer: str, array: str, turned: bool, function: Expression) -> Part:
        patterns = {"patterns": self.named[array].T if turned else self.named[array]}
        if is_quadratic(function):
            # With F = c·z² the synapse is a matrix, and more is proved of it.
            scale = 2 * evaluate(function, {"z": Fraction(1)}, EXACT)
            return Part("hebbian", (layer,), {"scale": scale}, patterns)
        return Part("associative", (layer,), {"function": str(rewritten(function))}, patterns)


def is_quadratic(function: Expression) -> bool:
    """Whether F(z) = c·z² is seen from the second derivative, which must be a constant.

    >>> from hopverify.expr.parser import parse
    >>> is_quadratic(parse("3*z^2")), is_quadratic(parse("z^2 + 1"))
    (True, False)
    """
    first = gradient(function, "z", {"z": 0})
    try:
        at_zero = [evaluate(each, {"z": Fraction(0)}, EXACT) for each in (function, first)]
    except HopverifyError:
        return False
    return at_zero == [0, 0] and not symbols(rewritten(gradient(first, "z", {"z": 0})))


def _kinds(term: Term) -> tuple[list[Factor], list[Factor]]:
    """Return the inputs and the constants among the factors."""
    inputs = [factor for factor in term.factors if isinstance(factor.source, Input)]
    return inputs, [factor for factor in term.factors if isinstance(factor.source, Constant)]


def _name(factor: Factor) -> str:
    assert isinstance(factor.source, Input)
    return factor.source.name


def _names(source: Any) -> list[str]:
    if isinstance(source, Input):
        return [source.name]
    arguments = getattr(source, "arguments", ())
    return [name for each in arguments for term in each.terms for f in term.factors for name in _names(f.source)]


def _convention(size: Fraction, layers: tuple[str, ...]) -> dict[str, Any]:
    """Return prefactor and drive for S = -p γᵀWγ with the drive -∇S."""
    if layers[0] != layers[1] and size == 1:
        return {}
    return {"prefactor": size, "drive": "gradient"}


def _signed(values: NDArray[Any], coefficient: Fraction) -> NDArray[Any]:
    """Return the weights W with S = -|coefficient| ΣWγγ."""
    return values if coefficient < 0 else -values
