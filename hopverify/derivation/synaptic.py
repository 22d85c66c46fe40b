"""Synapses in formulas: S(γ) and the drive on each layer, as sums of general size.

Activations are g[i] (g_l[i] with more than one layer), weights W[i, j] (W_name with more than one synapse). What a
synapse adds to T ẋ is written as its kind defines it; whether that is -∂S/∂g is the synapse's own exact answer
(:meth:`hopverify.synapses.Synapse.defect`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy

from hopverify.derivation.calculus import I, J, K, collapsed
from hopverify.derivation.functions import relu, step
from hopverify.derivation.translation import NoTranslation, number, to_sympy
from hopverify.derivation.whole_layer import Matrix, Vector, whole_layer
from hopverify.networks import Model, SpinModel
from hopverify.synapses import Synapse
from hopverify.synapses.associative import Associative
from hopverify.synapses.attention import Attention
from hopverify.synapses.convolution import Convolution
from hopverify.synapses.dense import Dense
from hopverify.synapses.diagonal import Diagonal
from hopverify.synapses.epanechnikov import Epanechnikov
from hopverify.synapses.expression import ByExpression
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback
from hopverify.synapses.gated import Gated
from hopverify.synapses.hebbian import Hebbian

MU = sympy.Symbol("mu", integer=True)
PATTERNS = sympy.Symbol("K", integer=True, positive=True)


@dataclass(frozen=True)
class SynapseForms:
    """S and the drives, each in the index i. ``linear`` names the layers in whose activation S is linear."""

    energy: Any
    drives: Mapping[str, Any]
    linear: frozenset[str] = frozenset()
    remark: str | tuple[Any, ...] = ""


@dataclass(frozen=True)
class Names:
    """The symbols of a model: suffixes appear where there is more than one of a kind."""

    model: Model | SpinModel

    @cached_property
    def _single(self) -> bool:
        return len(self.model.layers) == 1

    def of(self, letter: str, layer: str) -> str:
        """Return the letter with the layer's name where it is needed."""
        return letter if self._single else f"{letter}_{layer}"

    def vector(self, letter: str, layer: str) -> Any:
        """Return x, g, b, … of a layer."""
        return sympy.IndexedBase(self.of(letter, layer), real=True)

    def size(self, layer: str) -> Any:
        """Return n of a layer."""
        return sympy.Symbol(self.of("n", layer), integer=True, positive=True)

    def weights(self, letter: str, synapse: str) -> Any:
        """Return the array of a synapse."""
        return sympy.IndexedBase(letter if len(self.model.synapses) == 1 else f"{letter}_{synapse}", real=True)

    def matrix(self, letter: str, synapse: str) -> Any:
        """Return an array of a synapse whose letters no other kind uses: a suffix only beside one of its own kind."""
        kind = type(self.model.synapses[synapse])
        alone = sum(isinstance(other, kind) for other in self.model.synapses.values()) == 1
        return sympy.IndexedBase(letter if alone else f"{letter}_{synapse}", real=True)


def synapse_forms(name: str, synapse: Synapse, names: Names) -> SynapseForms:
    """Return the formulas of a synapse; raise :class:`NoTranslation` for a kind that has none here."""
    for kind, rule in _KINDS.items():
        if isinstance(synapse, kind):
            return rule(name, synapse, names)
    raise NoTranslation(f"synapses like {name} have no formula here")


def _sum(body: Any, *limits: tuple[Any, Any]) -> Any:
    return sympy.Sum(body, *((index, 1, size) for index, size in limits))


def _dense(name: str, synapse: Dense, names: Names) -> SynapseForms:
    left, right = synapse.layers
    W, p = names.weights("W", name), number(synapse.prefactor)
    g, h, n, m = names.vector("g", left), names.vector("g", right), names.size(left), names.size(right)
    energy = -p * _sum(W[I, J] * g[I] * h[J], (I, n), (J, m))
    if left != right:
        factor = p if synapse.gradient else sympy.S.One
        drives = {left: factor * _sum(W[I, J] * h[J], (J, m)), right: factor * _sum(W[J, I] * g[J], (J, n))}
        return SynapseForms(energy, drives, frozenset(synapse.layers))
    drive = p * _sum((W[I, J] + W[J, I]) * g[J], (J, n)) if synapse.gradient else _sum(W[I, J] * g[J], (J, n))
    return SynapseForms(energy, {left: drive})


def _diagonal(name: str, synapse: Diagonal, names: Names) -> SynapseForms:
    left, right = synapse.layers
    w, p = names.weights("w", name), number(synapse.prefactor)
    g, h, n = names.vector("g", left), names.vector("g", right), names.size(left)
    energy = -p * _sum(w[I] * g[I] * h[I], (I, n))
    factor = p * (2 if left == right else 1) if synapse.gradient else sympy.S.One
    drives = {left: factor * w[I] * h[I], right: factor * w[I] * g[I]}
    return SynapseForms(energy, drives, frozenset() if left == right else frozenset(synapse.layers))


def _feedforward(name: str, synapse: FeedforwardFeedback, names: Names) -> SynapseForms:
    """The rows of A, and the columns of B, belong to the other layers one after another."""
    first, *others = synapse.layers
    A, B, y, m = names.matrix("A", name), names.matrix("B", name), names.vector("g", first), names.size(first)
    energy, back, drives, start = sympy.S.Zero, sympy.S.Zero, dict[str, Any](), sympy.S.Zero
    for layer in others:
        g, n = names.vector("g", layer), names.size(layer)
        drives[layer] = _sum(A[I + start, J] * y[J], (J, m))
        energy -= _sum(A[I + start, J] * g[I] * y[J], (I, n), (J, m))
        back += g[I] if synapse.is_identity and len(others) == 1 else _sum(B[I, J + start] * g[J], (J, n))
        start += n
    return SynapseForms(energy, drives | {first: back}, frozenset(synapse.layers))


def _hebbian(name: str, synapse: Hebbian, names: Names) -> SynapseForms:
    layer, scale = synapse.layers[0], number(synapse.scale)
    Xi, g, n = names.weights("Xi", name), names.vector("g", layer), names.size(layer)
    overlaps = _sum(_sum(Xi[MU, I] * g[I], (I, n)) ** 2, (MU, PATTERNS))
    remark = (f"K = {synapse.patterns.shape[0]} patterns, the rows of ", sympy.Symbol(str(Xi)))
    drive = _sum(Xi[MU, I] * _sum(Xi[MU, J] * g[J], (J, n)), (MU, PATTERNS))
    if not synapse.zero_diagonal:
        return SynapseForms(-scale / 2 * overlaps, {layer: scale * drive}, remark=remark)
    own = _sum(Xi[MU, I] ** 2, (MU, PATTERNS))
    energy = -scale / 2 * (overlaps - _sum(own * g[I] ** 2, (I, n)))
    return SynapseForms(energy, {layer: scale * (drive - own * g[I])}, remark=remark)


def _associative(name: str, synapse: Associative, names: Names) -> SynapseForms:
    Xi, energy, drives = names.weights("Xi", name), sympy.S.Zero, dict[str, Any]()
    for layer in synapse.layers:
        overlap = _sum(Xi[MU, J] * names.vector("g", layer)[J], (J, names.size(layer)))
        energy -= _sum(to_sympy(synapse.function, {"z": overlap}), (MU, PATTERNS))
        drives[layer] = _sum(Xi[MU, I] * to_sympy(synapse.slope, {"z": overlap}), (MU, PATTERNS))
    remark = (f"K = {synapse.patterns.shape[0]} patterns, the rows of ", sympy.Symbol(str(Xi)))
    return SynapseForms(energy, drives, remark=remark)


def _attention(name: str, synapse: Attention, names: Names) -> SynapseForms:
    """With tokens B, C, heads h and components a: g[C, i] is the activation of the C-th token, A[h, C, B] a softmax."""
    heads, d, size = synapse.queries.shape
    tokens = len(synapse.layers)
    h, a, B, C = sympy.symbols("h a B C", integer=True)
    g, A, M = (sympy.IndexedBase(letter, real=True) for letter in "gAM")
    W_Q, W_K = names.matrix("W_Q", name), names.matrix("W_K", name)
    uniform = len(set(synapse.beta)) == 1
    beta = number(synapse.beta[0]) if uniform else sympy.IndexedBase("beta", real=True)[h]
    query, key = _sum(W_Q[h, a, J] * g[C, J], (J, size)), _sum(W_K[h, a, K] * g[B, K], (K, size))
    everywhere = all(len(row) == tokens for row in synapse.attended)
    term = sympy.exp(beta * _sum(key * query, (a, d))) * (1 if everywhere else M[C, B])
    energy = -_sum(sympy.log(_sum(term, (B, tokens))) / beta, (C, tokens), (h, heads))
    drives = {}
    for place, layer in enumerate(synapse.layers, start=1):
        as_query = W_Q[h, a, I] * _sum(A[h, place, B] * _sum(W_K[h, a, J] * g[B, J], (J, size)), (B, tokens))
        as_key = W_K[h, a, I] * _sum(A[h, B, place] * _sum(W_Q[h, a, J] * g[B, J], (J, size)), (B, tokens))
        drives[layer] = _sum(as_query + (as_key if synapse.gradient else 0), (a, d), (h, heads))
    masked = "" if everywhere else "; M[C, B] is 1 where token C attends to token B, and 0 elsewhere"
    remark = f"g[C, i] belongs to the C-th of {tokens} tokens; A[h, C, B] = softmax over B of head h{masked}"
    return SynapseForms(energy, drives, remark=remark)


def _epanechnikov(name: str, synapse: Epanechnikov, names: Names) -> SynapseForms:
    layer, beta, epsilon = synapse.layers[0], number(synapse.beta), number(synapse.epsilon)
    Xi, g, n = names.weights("Xi", name), names.vector("g", layer), names.size(layer)
    term = 1 - beta / 2 * _sum((Xi[MU, J] - g[J]) ** 2, (J, n))
    total = epsilon + _sum(relu(term), (MU, PATTERNS))
    drive = _sum(step(term) * (Xi[MU, I] - g[I]), (MU, PATTERNS)) / total
    remark = (f"K = {synapse.patterns.shape[0]} patterns, the rows of ", sympy.Symbol(str(Xi)))
    return SynapseForms(-sympy.log(total) / beta, {layer: drive}, remark=remark)


def _gated(name: str, synapse: Gated, names: Names) -> SynapseForms:
    layers = synapse.layers
    g, n = [names.vector("g", layer) for layer in layers], [names.size(layer) for layer in layers]
    if synapse.tensor.ndim == 1:
        w = names.weights("w", name)
        factors = [w[I], *(gate[I] for gate in g)]
        products = {layer: sympy.Mul(*factors[: at + 1], *factors[at + 2 :]) for at, layer in enumerate(layers)}
        return SynapseForms(-_sum(sympy.Mul(*factors), (I, n[0])), products, frozenset(layers))
    T = names.weights("T", name)
    places = (I, J, K, *sympy.symbols(f"l1:{len(layers) - 2}", integer=True))
    factors = [gate[index] for gate, index in zip(g, places, strict=True)]
    energy = -_sum(sympy.Mul(T[places], *factors), *zip(places, n, strict=True))
    return SynapseForms(energy, {a: _gate(T, g, n, at) for at, a in enumerate(layers)}, frozenset(layers))


def _gate(T: Any, g: list[Any], n: list[Any], at: int) -> Any:
    """Return the drive on one layer of a gated synapse: i is its own index, the others have j, k and so on."""
    others = (J, K, *sympy.symbols(f"l1:{len(g) - 2}", integer=True))[: len(g) - 1]
    indices = (*others[:at], I, *others[at:])
    kept = [place for place in range(len(g)) if place != at]
    product = sympy.Mul(T[indices], *(g[place][indices[place]] for place in kept))
    return _sum(product, *((indices[place], n[place]) for place in kept))


def _convolution(name: str, synapse: Convolution, names: Names) -> SynapseForms:
    """With channels c, d, positions q and taps t: S = -Σ k[d, c, t] g_out[d, q] g_in[c, q·stride + t - padding]."""
    source, target = synapse.layers
    kernel, g, h = names.weights("k", name), names.vector("g", source), names.vector("g", target)
    axes = len(synapse.inputs) - 1
    c, d = sympy.symbols("c d", integer=True)
    q, t = (sympy.symbols(f"{letter}1:{axes + 1}" if axes > 1 else f"{letter},", integer=True) for letter in "qt")
    place = [a * synapse.stride + b - synapse.padding for a, b in zip(q, t, strict=True)]
    taps = [(b, 0, size - 1) for b, size in zip(t, synapse.kernel.shape[2:], strict=True)]
    positions = [(a, 0, size - 1) for a, size in zip(q, synapse.outputs[1:], strict=True)]
    inner = kernel[(d, c, *t)] * g[(c, *place)]
    into, out = (c, 0, synapse.inputs[0] - 1), (d, 0, synapse.outputs[0] - 1)
    energy = -sympy.Sum(inner * h[(d, *q)], out, into, *positions, *taps)
    spots = sympy.symbols(f"i1:{axes + 1}" if axes > 1 else "i,", integer=True)
    here = sympy.Mul(*(sympy.KroneckerDelta(spot, p) for spot, p in zip(spots, place, strict=True)))
    backward = sympy.Sum(kernel[(d, c, *t)] * h[(d, *q)] * here, out, *positions, *taps)
    remark = "channels and positions count from 0; g is 0 outside its positions; i is the position, c and d the channel"
    return SynapseForms(
        energy, {source: backward, target: sympy.Sum(inner, into, *taps)}, frozenset(synapse.layers), remark
    )


def meanings(model: Model | SpinModel, arrays: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return what named arrays stand for in an energy that is written as an expression."""
    known: dict[str, Any] = {}
    for name, array in arrays.items():
        base = sympy.IndexedBase(name, real=True)
        if array.ndim == 1:
            known[name] = Vector(base[I], number_of(array.shape[0]))
        elif array.ndim == 2:
            known[name] = Matrix(base[I, J], (number_of(array.shape[0]), number_of(array.shape[1])))
    return known


def number_of(size: int) -> Any:
    """Return a length as a number of SymPy."""
    return sympy.Integer(size)


def _expression(name: str, synapse: ByExpression, names: Names) -> SynapseForms:
    known = meanings(names.model, synapse.arrays, names)
    known |= {layer: Vector(names.vector("g", layer)[I], names.size(layer)) for layer in synapse.layers}
    energy = whole_layer(synapse.expression, known)
    drives = {}
    for layer, gradient in synapse.gradients.items():
        value = whole_layer(gradient, known)
        drives[layer] = collapsed(-(value.entry if isinstance(value, Vector) else value))
    return SynapseForms(energy, drives)


_KINDS: dict[type, Callable[[str, Any, Names], SynapseForms]] = {
    Dense: _dense,
    Diagonal: _diagonal,
    FeedforwardFeedback: _feedforward,
    Hebbian: _hebbian,
    Associative: _associative,
    Attention: _attention,
    Epanechnikov: _epanechnikov,
    Gated: _gated,
    Convolution: _convolution,
    ByExpression: _expression,
}
