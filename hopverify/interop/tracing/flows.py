"""What a flow is made of: ẋ = f(x), read from f itself, as layers and synapses of a spec.

- f_l = -ρx_l + Σ_k W_lk φ_k(x_k) + b: layers with the activations φ_k, joined by W: a Hopfield network. Where W_kl
  is W_lkᵀ the synapse is ``dense``, and else ``feedforward_feedback``.
- f = -ρx + B φ(Wx + b): identity layers, and an instantaneous layer with the activation φ: rates, or one update of a
  modern Hopfield layer. Where B = Wᵀ the synapse is ``dense``.

Anything else is refused: a spec's flow is made of drives, and no expression takes their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.nodes import Expression, Symbol
from hopverify.interop.tracing.affine import Affine, affine, multiple, total
from hopverify.interop.tracing.constants import exact, merged
from hopverify.interop.tracing.energies import Part
from hopverify.interop.tracing.expressions import Writer, spread_over
from hopverify.interop.tracing.recognition import lagrangian_of_activation
from hopverify.interop.tracing.rewriting import acts_on_single_numbers, rewritten
from hopverify.interop.tracing.structure import Hidden, Structure
from hopverify.interop.tracing.tensors import leaf, sources, transposed_core
from hopverify.interop.tracing.terms import Atom, CannotWrite, Constant, Factor, Input, Tensor, Term, collected

Array = NDArray[Any]
U = "the argument of an activation"
ADVICE = "a flow is -ρx + Wφ(x) + b, or -ρx + Bφ(Wx + b); if it is a gradient, give the energy"


@dataclass(frozen=True)
class Driven:
    """A term B·φ(u) of a flow: the matrix, and what stands for φ(u)."""

    matrix: Array
    bent: Term


@dataclass
class Flow:
    """Finds the structure of flows by layer; ``sizes`` are the numbers of neurons of the layers."""

    sizes: Mapping[str, int]
    name_of: Callable[[str], str] = lambda wanted: wanted
    title_of: Callable[[Array], str | None] = lambda values: None
    found: Structure = field(default_factory=Structure)
    weights: dict[tuple[str, str], Array] = field(default_factory=dict)
    bent: dict[str, Expression] = field(default_factory=dict)
    shared: dict[str, Fraction] = field(default_factory=dict)

    def structure(self, flows: Mapping[str, Tensor]) -> Structure:
        """Return the parts of the flows, each an array of its layer's shape."""
        linear: dict[str, Affine] = {}
        for layer, flow in flows.items():
            core = transposed_core(flow)
            straight: list[Term] = []
            others: list[Term] = []
            for term in map(merged, core.terms):
                (straight if affine(Tensor(core.shape, (term,))) is not None else others).append(term)
            found = affine(Tensor(core.shape, tuple(straight))) if straight else Affine({}, None)
            if found is None:
                raise CannotWrite("the linear part of the flow is not exact: give the weights fewer digits")
            linear[layer] = found
            for term in others:
                self._driven(layer, _driven(term, core.shape))
        for layer, found in linear.items():
            self._straight(layer, found)
        self._joined()
        for layer, activation in self.bent.items():
            self.found.acts[layer] = _act(activation)
        for layer, beta in self.shared.items():
            self.found.acts[layer] = _softmax_act(beta)
        return self.found

    def _driven(self, layer: str, driven: Driven) -> None:
        """Put a term B·φ(u) where it belongs."""
        own = _layer_of(driven.bent)
        beta = _own_softmax(driven.bent)
        if own is not None and beta is not None:
            if own in self.bent or self.shared.setdefault(own, beta) != beta:
                raise CannotWrite(f"layer {own!r} has two activations, one of which is softmax: {ADVICE}")
            self._add(layer, own, driven.matrix)
            return
        expression = None if own is None else _elementwise(driven.bent, own)
        if own is not None and expression is not None:
            known = self.bent.setdefault(own, expression)
            if known != expression or own in self.shared:
                raise CannotWrite(f"layer {own!r} has two activations, {known} and {expression}: {ADVICE}")
            self._add(layer, own, driven.matrix)
            return
        self._instantaneous(layer, driven)

    def _add(self, to: str, of: str, matrix: Array) -> None:
        old = self.weights.get((to, of))
        new = matrix if old is None else total(old, matrix)
        if new is None:
            raise CannotWrite("the sum of two matrices of weights is not exact: give them fewer digits")
        self.weights[to, of] = new

    def _instantaneous(self, layer: str, driven: Driven) -> None:
        """Read B·φ(Wx + b) as an instantaneous layer."""
        u = _argument(driven.bent)
        inner = None if u is None else affine(u)
        if u is None or inner is None or len(inner.maps) != 1:
            raise CannotWrite(f"a part of the flow is no drive of neurons: {ADVICE}")
        ((source, W),) = inner.maps.items()
        B, bias = driven.matrix, inner.offset
        name = self.name_of("h")
        act: Any
        if _is_softmax(driven.bent):
            beta = _ratio(W, B.T) if layer == source else None
            beta = beta if beta is not None and beta > 0 else Fraction(1)
            W, bias = _divided(W, beta), None if bias is None else _divided(bias, beta)
            act = _softmax_act(beta)
        else:
            written = _elementwise(_of_argument(driven.bent, u), U)
            if written is None:
                raise CannotWrite(f"a part of the flow is no drive of neurons: {ADVICE}")
            act = _act(written)
        self.found.hidden.append(Hidden(name, len(W), act, bias))
        if layer == source and W.shape == B.T.shape and np.array_equal(W, B.T):
            self._synapse("dense", (name, layer), {"weights": W})
        elif layer == source:
            self._synapse("feedforward_feedback", (layer, name), {"forward": W, "feedback": B})
        else:
            raise CannotWrite(f"a layer that is driven through functions of another's sum: {ADVICE}")

    def _straight(self, layer: str, found: Affine) -> None:
        """Put the linear part into leaks, biases, and weights of layers whose activation is their state."""
        for of, matrix in found.maps.items():
            rest = matrix
            diagonal = np.diagonal(matrix) if of == layer else None
            if diagonal is not None and all(each <= 0 for each in diagonal) and np.any(diagonal != 0):
                self.found.leaks[layer] = -diagonal
                rest = matrix - np.diag(diagonal)
            if not np.any(rest != 0):
                continue
            if of in self.bent or of in self.shared:
                activation = self.bent.get(of, "softmax")
                raise CannotWrite(f"layer {of!r} drives by its states and by {activation}: {ADVICE}")
            self._add(layer, of, rest)
        if found.offset is not None:
            self.found.biases[layer] = found.offset

    def _joined(self) -> None:
        """Make synapses of the matrices."""
        for (to, of), W in self.weights.items():
            if to == of:
                self._synapse("dense", (to, to), {"weights": W})
                continue
            back = self.weights.get((of, to))
            if back is not None and list(self.sizes).index(to) > list(self.sizes).index(of):
                continue
            other = back if back is not None else np.zeros(W.T.shape)
            if np.array_equal(other, W.T):
                self._synapse("dense", (to, of), {"weights": W})
            else:
                self._synapse("feedforward_feedback", (of, to), {"forward": W, "feedback": other})

    def _synapse(self, kind: str, layers: tuple[str, ...], arrays: dict[str, Array]) -> None:
        title = self.title_of(next(iter(arrays.values())))
        self.found.synapses[self.name_of(title or "w")] = Part(kind, layers, {}, arrays)


def _act(activation: Expression) -> dict[str, Any]:
    """Return an activation as a spec states it: by the name of its Lagrangian, or as an expression."""
    return lagrangian_of_activation(activation) or {"activation": {"expression": str(activation), "of": "neuron"}}


def _driven(term: Term, shape: tuple[int, ...]) -> Driven:
    """Return a term of a flow as a matrix times a bent vector."""
    constants = [factor for factor in term.factors if isinstance(factor.source, Constant)]
    bent = [factor for factor in term.factors if not isinstance(factor.source, Constant)]
    rows = tuple(axis for axis in term.axes if axis is not None)
    columns = bent[0].labels if bent else ()
    if (
        len(rows) not in (0, len(shape))
        or len(constants) > 1
        or any(factor.labels != columns for factor in bent)
        or not columns
    ):
        raise CannotWrite(f"a part of the flow is no matrix times a vector: {ADVICE}")
    count = prod(shape)
    matrix: Array | None
    if not rows:
        row = spread_over(constants[0], [columns], term.extents, {}) if constants else np.ones(_size(columns, term))
        matrix = np.tile(row, (count, 1))
    elif not constants:
        matrix = np.eye(count) if rows == columns else None
    elif rows == columns and set(constants[0].labels) <= set(rows):
        matrix = np.diag(spread_over(constants[0], [rows], term.extents, {}))
    elif set(rows) & set(columns) or not set(constants[0].labels) <= {*rows, *columns}:
        matrix = None
    else:
        matrix = spread_over(constants[0], [rows, columns], term.extents, {})
    matrix = None if matrix is None else multiple(matrix, term.coefficient)
    if matrix is None:
        raise CannotWrite(f"a part of the flow is no exact matrix times a vector: {ADVICE}")
    return Driven(matrix, Term(Fraction(1), tuple(bent), columns))


def _size(labels: Sequence[int], term: Term) -> int:
    return prod(term.extents[label] for label in labels)


def _is_softmax(term: Term) -> bool:
    source = term.factors[0].source
    return len(term.factors) == 1 and isinstance(source, Atom) and source.function == "softmax"


def _softmax_act(beta: Fraction) -> dict[str, Any]:
    return {"lagrangian": {"softmax": {"beta": beta}} if beta != 1 else "softmax"}


def _own_softmax(term: Term) -> Fraction | None:
    """Return β, if the term is softmax(βx) of the neurons of one layer."""
    source = term.factors[0].source
    if not _is_softmax(term) or not isinstance(source, Atom):
        return None
    (u,) = source.arguments
    only = u.terms[0] if len(u.terms) == 1 and len(u.terms[0].factors) == 1 else None
    if only is None or not isinstance(only.factors[0].source, Input) or only.factors[0].labels != only.axes:
        return None
    return only.coefficient if only.coefficient > 0 else None


def _divided(values: Array, beta: Fraction) -> Array:
    found = multiple(values, 1 / beta)
    if found is None:
        raise CannotWrite("the weights of a softmax layer are not exact: give them fewer digits")
    return found


def _argument(term: Term) -> Tensor | None:
    """Return the Wx + b of which a term is a function, if it is one of such a sum."""
    waiting = [factor.source for factor in term.factors]
    while waiting:
        source = waiting.pop()
        for argument in source.arguments if isinstance(source, Atom) else ():
            if argument.alone is None and affine(argument) is not None and any(map(_varies, argument.terms)):
                return argument
            waiting += [factor.source for each in argument.terms for factor in each.factors]
    return None


def _varies(term: Term) -> bool:
    return any(isinstance(source, Input) for source in sources(Tensor((), (term,))))


def _of_argument(term: Term, u: Tensor) -> Term:
    """Return a term with an input of its own in the place of u."""

    def source_of(source: Any) -> Any:
        if not isinstance(source, Atom):
            return source
        if source.function == "view" and source.arguments[0].key == u.key:
            return Input(U, source.shape)
        return Atom(source.function, tuple(map(inside, source.arguments)), source.shape, source.parameter)

    def inside(value: Tensor) -> Tensor:
        if value.key == u.key:
            return leaf(Input(U, value.shape))
        return Tensor(value.shape, tuple(replaced(each) for each in value.terms))

    def replaced(each: Term) -> Term:
        factors = tuple(Factor(source_of(factor.source), factor.labels) for factor in each.factors)
        return Term(each.coefficient, factors, each.axes)

    return replaced(term)


def _layer_of(term: Term) -> str | None:
    """Return the one layer of which a term is a function."""
    names = {source.name for source in sources(Tensor((), (term,))) if isinstance(source, Input)}
    return names.pop() if len(names) == 1 else None


def _elementwise(term: Term, layer: str) -> Expression | None:
    """Return φ, if the term is φ of the neurons of a layer, each of its own state."""
    if any(isinstance(source, Constant) for source in sources(Tensor((), (term,)))) or _layer_of(term) != layer:
        return None
    shape = tuple(term.extents[label] for label in term.axes if label is not None)
    try:
        written = rewritten(Writer({layer: Symbol("x")}).vector(collected(shape, [term])))
    except CannotWrite:
        return None
    return written if acts_on_single_numbers(written) else None


def _ratio(one: Array, other: Array) -> Fraction | None:
    """Return β with one = β·other exactly."""
    if one.shape != other.shape or not np.any(other != 0):
        return None
    place = tuple(np.argwhere(other != 0)[0])
    beta = exact(one[place]) / exact(other[place])
    pairs: Sequence[Any] = list(zip(one.reshape(-1), other.reshape(-1), strict=True))
    return beta if all(exact(a) == beta * exact(b) for a, b in pairs) else None
