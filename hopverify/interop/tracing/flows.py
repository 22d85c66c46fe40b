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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.nodes import Expression
from hopverify.interop.tracing.affine import Affine, affine, multiple, total
from hopverify.interop.tracing.constants import exact, merged
from hopverify.interop.tracing.drives import (
    ADVICE,
    Driven,
    U,
    argument_of,
    driven,
    elementwise,
    in_argument,
    is_softmax,
    layer_of,
    own_softmax,
)
from hopverify.interop.tracing.energies import Part
from hopverify.interop.tracing.recognition import lagrangian_of_activation
from hopverify.interop.tracing.structure import Hidden, Structure
from hopverify.interop.tracing.tensors import transposed_core
from hopverify.interop.tracing.terms import CannotWrite, Tensor, Term

Array = NDArray[Any]


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
                self._driven(layer, driven(term, core.shape))
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
        own = layer_of(driven.bent)
        beta = own_softmax(driven.bent)
        if own is not None and beta is not None:
            if own in self.bent or self.shared.setdefault(own, beta) != beta:
                raise CannotWrite(f"layer {own!r} has two activations, one of which is softmax: {ADVICE}")
            self._add(layer, own, driven.matrix)
            return
        expression = None if own is None else elementwise(driven.bent, own)
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
        u = argument_of(driven.bent)
        inner = None if u is None else affine(u)
        if u is None or inner is None or len(inner.maps) != 1:
            raise CannotWrite(f"a part of the flow is no drive of neurons: {ADVICE}")
        ((source, W),) = inner.maps.items()
        B, bias = driven.matrix, inner.offset
        name = self.name_of("h")
        act: Any
        if is_softmax(driven.bent):
            beta = _ratio(W, B.T) if layer == source else None
            beta = beta if beta is not None and beta > 0 else Fraction(1)
            W, bias = _divided(W, beta), None if bias is None else _divided(bias, beta)
            act = _softmax_act(beta)
        else:
            written = elementwise(in_argument(driven.bent, u), U)
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


def _softmax_act(beta: Fraction) -> dict[str, Any]:
    return {"lagrangian": {"softmax": {"beta": beta}} if beta != 1 else "softmax"}


def _divided(values: Array, beta: Fraction) -> Array:
    found = multiple(values, 1 / beta)
    if found is None:
        raise CannotWrite("the weights of a softmax layer are not exact: give them fewer digits")
    return found


def _ratio(one: Array, other: Array) -> Fraction | None:
    """Return β with one = β·other exactly."""
    if one.shape != other.shape or not np.any(other != 0):
        return None
    place = tuple(np.argwhere(other != 0)[0])
    beta = exact(one[place]) / exact(other[place])
    pairs: Sequence[Any] = list(zip(one.reshape(-1), other.reshape(-1), strict=True))
    return beta if all(exact(a) == beta * exact(b) for a, b in pairs) else None
