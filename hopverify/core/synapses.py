"""Each kind of synapse as terms: its synaptic energy S, and its drive where that is not -∇S by definition."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce, singledispatch
from typing import Any

import numpy as np

from hopverify.core.arrays import Arrays
from hopverify.expr import nodes
from hopverify.kernel import core, terms
from hopverify.kernel.derive import apply, number
from hopverify.kernel.terms import Term, Variable
from hopverify.spec.exact_array import ExactArray
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

Form = tuple[Term, dict[str, Term] | None]
"""S, and the drive of each layer, or None for -∇S."""


def synapse_of(name: str, synapse: Synapse, arrays: Arrays) -> core.Synapse:
    """Return a synapse as the core states it."""
    energy, drive = _form(synapse, name, arrays)
    return core.Synapse(name, energy, drive)


def translated(expression: nodes.Expression, places: Mapping[str, Term]) -> Term:
    """Return an expression as a term; ``places`` says what its symbols are."""
    known: dict[int, Term] = {}
    for node in nodes.walk(expression):
        if isinstance(node, nodes.Number):
            known[id(node)] = number(node.value)
        elif isinstance(node, nodes.Symbol):
            known[id(node)] = places[node.name]
        else:
            assert isinstance(node, nodes.Apply)
            arguments = tuple(known[id(each)] for each in node.arguments)
            # The products of expressions take a number for a vector of equal entries; those of terms do not.
            if node.function == "dot":
                known[id(node)] = apply("sum", apply("multiply", *arguments))
            else:
                known[id(node)] = terms.Apply(node.function, arguments)
    return known[id(expression)]


def _gamma(layer: str) -> Term:
    return Variable(("activation", layer))


def _times(*factors: Term | Fraction | int) -> Term:
    """Return a product, numbers first."""
    as_terms = [each if isinstance(each, Term) else number(each) for each in factors]
    return reduce(lambda left, right: apply("multiply", left, right), as_terms)


def _total(parts: list[Term]) -> Term:
    return reduce(lambda left, right: apply("add", left, right), parts)


@singledispatch
def _form(synapse: Synapse, name: str, arrays: Arrays) -> Form:
    raise NotImplementedError(f"{type(synapse).__name__} has no form in the core")


@_form.register
def _(synapse: Dense, name: str, arrays: Arrays) -> Form:
    symmetric = synapse.within and synapse.spread is not None and synapse.matrix == synapse.matrix.transpose()
    W = arrays(name, synapse.matrix, symmetric=symmetric)
    left, right = map(_gamma, synapse.layers)
    energy = _times(-synapse.prefactor, apply("dot", left, apply("matmul", W, right)))
    if synapse.gradient:
        return energy, None
    drive = {synapse.layers[0]: apply("matmul", W, right)}
    if not synapse.within:
        drive[synapse.layers[1]] = apply("matmul", apply("transpose", W), left)
    return energy, drive


@_form.register
def _(synapse: Diagonal, name: str, arrays: Arrays) -> Form:
    w = arrays(name, synapse.diagonal)
    left, right = map(_gamma, synapse.layers)
    energy = _times(-synapse.prefactor, apply("dot", w, _times(left, right)))
    if synapse.gradient:
        return energy, None
    ends = {synapse.layers[0]: right, synapse.layers[1]: left}
    return energy, {layer: _times(w, other) for layer, other in ends.items()}


@_form.register
def _(synapse: Hebbian, name: str, arrays: Arrays) -> Form:
    Xi, gamma = arrays(name, synapse.patterns), _gamma(synapse.layers[0])
    drive = apply("matmul", apply("transpose", Xi), apply("matmul", Xi, gamma))
    if synapse.zero_diagonal:
        drive = apply("subtract", drive, _times(apply("column_squares", Xi), gamma))
    drive = _times(synapse.scale, drive)
    return _times(Fraction(-1, 2), apply("dot", gamma, drive)), {synapse.layers[0]: drive}


@_form.register
def _(synapse: Convolution, name: str, arrays: Arrays) -> Form:
    source, target = map(_gamma, synapse.layers)
    rest = map(number, (synapse.stride, synapse.padding, *synapse.inputs))
    passed = apply("convolve", arrays(name, synapse.kernel), source, *rest)
    return apply("negate", apply("dot", target, passed)), None


@_form.register
def _(synapse: Associative, name: str, arrays: Arrays) -> Form:
    Xi = arrays(name, synapse.patterns)
    sums = []
    for layer in synapse.layers:
        overlaps = apply("matmul", Xi, _gamma(layer))
        F = translated(synapse.function, {"z": overlaps})
        # F may be a constant; it counts once for each pattern.
        sums.append(apply("sum", F if "z" in nodes.symbols(synapse.function) else _times(F, apply("ones", overlaps))))
    return apply("negate", _total(sums)), None


@_form.register
def _(synapse: Gated, name: str, arrays: Arrays) -> Form:
    T = arrays(name, synapse.tensor)
    first, *others = map(_gamma, synapse.layers)
    if synapse.tensor.ndim == 1:
        return apply("negate", apply("sum", _times(T, first, *others))), None
    return apply("negate", apply("dot", first, apply("contract", T, number(0), *others))), None


@_form.register
def _(synapse: FeedforwardFeedback, name: str, arrays: Arrays) -> Form:
    A, B = arrays(f"{name}.forward", synapse.forward), arrays(f"{name}.feedback", synapse.feedback)
    slow, *fast = synapse.layers
    stacked = apply("concatenate", *map(_gamma, fast)) if len(fast) > 1 else _gamma(fast[0])
    forward = apply("matmul", A, _gamma(slow))
    drive = {slow: apply("matmul", B, stacked)}
    for layer, place in synapse.places.items():
        whole = len(fast) == 1
        drive[layer] = forward if whole else apply("slice", forward, number(place.start), number(place.stop))
    return apply("negate", apply("dot", stacked, forward)), drive


@_form.register
def _(synapse: Epanechnikov, name: str, arrays: Arrays) -> Form:
    """|γ - ξ_μ|² = |ξ_μ|² - 2ξ_μ·γ + |γ|²."""
    Xi, gamma = arrays(name, synapse.patterns), _gamma(synapse.layers[0])
    squares = apply("column_squares", apply("transpose", Xi))
    away = apply("subtract", squares, _times(2, apply("matmul", Xi, gamma)))
    away = apply("add", away, apply("dot", gamma, gamma))
    inside = apply("sum", apply("relu", apply("subtract", number(1), _times(synapse.beta / 2, away))))
    return _times(-1 / synapse.beta, apply("log", apply("add", number(synapse.epsilon), inside))), None


@_form.register
def _(synapse: ByExpression, name: str, arrays: Arrays) -> Form:
    places: dict[str, Term] = {symbol: arrays(f"arrays.{symbol}", held) for symbol, held in synapse.arrays.items()}
    return translated(synapse.expression, places | {layer: _gamma(layer) for layer in synapse.layers}), None


@_form.register
def _(synapse: Attention, name: str, arrays: Arrays) -> Form:
    tokens = apply("stack", *map(_gamma, synapse.layers))
    Q, K = arrays(f"{name}.queries", synapse.queries), arrays(f"{name}.keys", synapse.keys)
    mask = arrays(f"{name}.mask", _mask(synapse))
    energies: list[Term] = []
    driven: list[Term] = []
    for head, beta in enumerate(synapse.beta):
        of_head = [apply("index", each, number(head)) for each in (Q, K)]
        queries, keys = (apply("matmul", tokens, apply("transpose", each)) for each in of_head)
        scores = _times(beta, apply("matmul", queries, apply("transpose", keys)))
        energies.append(_times(-1 / beta, apply("sum", apply("masked_logsumexp", mask, scores))))
        shares = apply("masked_softmax", mask, scores)
        driven.append(apply("matmul", apply("matmul", shares, keys), of_head[0]))
    if synapse.gradient:
        return _total(energies), None
    drive = _total(driven)
    return _total(energies), {layer: apply("index", drive, number(k)) for k, layer in enumerate(synapse.layers)}


def _mask(synapse: Attention) -> ExactArray:
    tokens = len(synapse.layers)
    mask: np.ndarray[Any, Any] = np.zeros((tokens, tokens))
    for token, attended in enumerate(synapse.attended):
        mask[token, attended] = 1
    return ExactArray.of(mask)
