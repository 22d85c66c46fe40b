"""Synapses in formulas: S(γ) and the drive on each layer, as sums of general size.

S of each kind and -∂S/∂g stand in the data that SymPy derived; here the symbols of the model take the place of theirs.
Whether a plain drive is -∂S/∂g is the synapse's own exact answer (:meth:`hopverify.synapses.Synapse.defect`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hopverify.derivation.asking import ask
from hopverify.derivation.committed import networks
from hopverify.derivation.formula import (
    ZERO,
    Formula,
    Node,
    NoFormula,
    Number,
    Symbol,
    add,
    formula,
    rebuilt,
    substituted,
)
from hopverify.derivation.language import of_expression, read
from hopverify.derivation.names import I, Names
from hopverify.expr.nodes import Expression
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

PATTERNS = Symbol("K")


@dataclass(frozen=True)
class SynapseForms:
    """S and the drives, each in the index i. ``linear`` names the layers in whose activation S is linear."""

    energy: Formula
    drives: Mapping[str, Formula]
    linear: frozenset[str] = frozenset()
    remark: str | tuple[Any, ...] = ""


def synapse_forms(name: str, synapse: Synapse, names: Names) -> SynapseForms:
    """Return the formulas of a synapse; raise :class:`NoFormula` for a kind that has none here."""
    for kind, rule in _KINDS.items():
        if isinstance(synapse, kind):
            return rule(name, synapse, names)
    raise NoFormula(f"synapses like {name} have no formula here")


def _derived(
    kind: str, symbols: Mapping[str, Formula | int | Fraction], layers: Mapping[str, str], *, plain: bool = False
) -> SynapseForms:
    """Return what is derived of a kind; ``layers`` says whose activation each letter is."""
    record = networks()["synapses"].get(kind)
    if record is None:
        raise NoFormula(f"no formula is derived of the kind {kind}")
    known = {letter: formula(value) for letter, value in symbols.items()}
    drives = dict[str, Formula]()
    for letter, text in record["plain" if plain else "-dS/dg"].items():
        drives[layers[letter]] = substituted(read(text), known)
    return SynapseForms(substituted(read(record["S"]), known), drives)


def _dense(name: str, synapse: Dense, names: Names) -> SynapseForms:
    return _of_pairs("dense", {"W": names.weights("W", name)}, synapse, names)


def _diagonal(name: str, synapse: Diagonal, names: Names) -> SynapseForms:
    return _of_pairs("diagonal", {"w": names.weights("w", name)}, synapse, names)


def _of_pairs(kind: str, weights: dict[str, Formula], synapse: Dense | Diagonal, names: Names) -> SynapseForms:
    left, right = synapse.layers
    symbols = weights | _sides(names, left, right) | {"p": Number(synapse.prefactor)}
    within = left == right
    found = _derived(
        f"{kind}, {'within' if within else 'between'}",
        symbols,
        {"g": left} if within else {"g": left, "h": right},
        plain=not synapse.gradient,
    )
    return found if within else replace(found, linear=frozenset(synapse.layers))


def _sides(names: Names, left: str, right: str) -> dict[str, Formula]:
    return {
        "g": names.vector("g", left),
        "h": names.vector("g", right),
        "n": names.size(left),
        "m": names.size(right),
    }


def _feedforward(name: str, synapse: FeedforwardFeedback, names: Names) -> SynapseForms:
    """The rows of A, and the columns of B, belong to the other layers one after another."""
    first, *others = synapse.layers
    energies, back, drives = list[Formula](), list[Formula](), dict[str, Formula]()
    start: Formula = ZERO
    for layer in others:
        arrays = {"A": names.matrix("A", name), "B": names.matrix("B", name), "s": start}
        symbols, layers = arrays | _sides(names, layer, first), {"g": layer, "h": first}
        forward = _derived("feedforward_feedback", symbols, layers)
        energies.append(forward.energy)
        drives |= forward.drives
        plain = _derived("feedforward_feedback", symbols, layers, plain=True).drives[first]
        back.append(names.vector("g", layer)[I] if synapse.is_identity and len(others) == 1 else plain)
        start = start + names.size(layer)
    return SynapseForms(add(*energies), drives | {first: add(*back)}, frozenset(synapse.layers))


def _patterns(name: str, synapse: Hebbian | Associative | Epanechnikov, names: Names) -> tuple[Any, ...]:
    return f"K = {synapse.patterns.shape[0]} patterns, the rows of ", names.weights("Xi", name)


def _hebbian(name: str, synapse: Hebbian, names: Names) -> SynapseForms:
    layer = synapse.layers[0]
    symbols = _sides(names, layer, layer) | {"Xi": names.weights("Xi", name), "p": Number(synapse.scale)}
    kind = "hebbian, zero diagonal" if synapse.zero_diagonal else "hebbian"
    return replace(_derived(kind, symbols, {"g": layer}), remark=_patterns(name, synapse, names))


def _associative(name: str, synapse: Associative, names: Names) -> SynapseForms:
    energies, drives = list[Formula](), dict[str, Formula]()
    functions = {"F": synapse.function, "dF": synapse.slope}
    for layer in synapse.layers:
        found = _derived("associative", _sides(names, layer, layer) | {"Xi": names.weights("Xi", name)}, {"g": layer})
        energies.append(_applied(found.energy, functions))
        drives[layer] = _applied(found.drives[layer], functions)
    return SynapseForms(add(*energies), drives, remark=_patterns(name, synapse, names))


def _applied(value: Formula, functions: Mapping[str, Expression]) -> Formula:
    """Return a formula with the functions of the synapse for F and F'."""
    if not isinstance(value, Node):
        return value
    parts = tuple(_applied(part, functions) for part in value.parts)
    if value.head in functions:
        return of_expression(functions[value.head], {"z": parts[0]})
    return rebuilt(value, parts)


def _attention(name: str, synapse: Attention, names: Names) -> SynapseForms:
    """With tokens B, C, heads h and components a: g[C, i] is the activation of the C-th token, A[h, C, B] a softmax."""
    heads, width, size = synapse.queries.shape
    tokens = len(synapse.layers)
    everywhere = all(len(row) == tokens for row in synapse.attended)
    uniform = len(set(synapse.beta)) == 1
    symbols: dict[str, Formula | int] = {
        **{"W_Q": names.matrix("W_Q", name), "W_K": names.matrix("W_K", name), "n": size, "D": width},
        **{"H": heads, "N": tokens, "beta": Number(synapse.beta[0]) if uniform else Symbol("beta")[Symbol("h")]},
    }
    kind = "attention" if everywhere else "attention, masked"
    energies, drives = list[Formula](), dict[str, Formula]()
    for place, layer in enumerate(synapse.layers, start=1):
        found = _derived(kind, symbols | {"P": place}, {"g": layer}, plain=not synapse.gradient)
        energies.append(found.energy)
        drives |= found.drives
    masked = "" if everywhere else "; M[C, B] is 1 where token C attends to token B, and 0 elsewhere"
    remark = f"g[C, i] belongs to the C-th of {tokens} tokens; A[h, C, B] = softmax over B of head h{masked}"
    return SynapseForms(energies[0], drives, remark=remark)


def _epanechnikov(name: str, synapse: Epanechnikov, names: Names) -> SynapseForms:
    layer = synapse.layers[0]
    symbols = _sides(names, layer, layer) | {"Xi": names.weights("Xi", name)}
    symbols |= {"beta": Number(synapse.beta), "epsilon": Number(synapse.epsilon)}
    return replace(_derived("epanechnikov", symbols, {"g": layer}), remark=_patterns(name, synapse, names))


def _gated(name: str, synapse: Gated, names: Names) -> SynapseForms:
    layers = {f"g{place}": layer for place, layer in enumerate(synapse.layers, start=1)}
    symbols: dict[str, Formula] = {letter: names.vector("g", layer) for letter, layer in layers.items()}
    symbols |= {f"n{letter[1:]}": names.size(layer) for letter, layer in layers.items()}
    is_vector = synapse.tensor.ndim == 1
    symbols |= {"n": symbols["n1"], "w": names.weights("w", name), "T": names.weights("T", name)}
    kind = f"gated, {len(layers)} {'vectors' if is_vector else 'layers'}"
    return replace(_derived(kind, symbols, layers), linear=frozenset(synapse.layers))


def _convolution(name: str, synapse: Convolution, names: Names) -> SynapseForms:
    """With channels c, d, positions q and taps t: S = -Σ k[d, c, t] g_out[d, q] g_in[c, q·stride + t - padding]."""
    source, target = synapse.layers
    axes = len(synapse.inputs) - 1
    symbols: dict[str, Formula | int] = {
        **{"k": names.weights("k", name), "g": names.vector("g", source), "h": names.vector("g", target)},
        **{"stride": synapse.stride, "padding": synapse.padding},
        **{"C": synapse.inputs[0] - 1, "D": synapse.outputs[0] - 1},
    }
    for axis in range(1, axes + 1):
        symbols |= {f"Q{axis}": synapse.outputs[axis] - 1, f"T{axis}": synapse.kernel.shape[1 + axis] - 1}
        if axes == 1:
            symbols |= {f"{letter}1": Symbol(letter) for letter in "qti"}
    found = _derived(f"convolution, {axes}", symbols, {"g": source, "h": target})
    remark = "channels and positions count from 0; g is 0 outside its positions; i is the position, c and d the channel"
    return replace(found, linear=frozenset(synapse.layers), remark=remark)


def _expression(name: str, synapse: ByExpression, names: Names) -> SynapseForms:
    shapes = {array: held.shape for array, held in synapse.arrays.items()}
    activations = {layer: (names.of("g", layer), names.of("n", layer)) for layer in synapse.layers}
    return SynapseForms(*ask("synapse_terms", synapse.expression, synapse.gradients, shapes, activations))


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
