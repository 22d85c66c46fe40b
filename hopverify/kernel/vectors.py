"""Functions of vectors and matrices, on balls: a vector is a list of numbers, a matrix a list of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from itertools import product
from math import prod
from operator import add
from typing import Any

import flint
from flint import arb

from hopverify.kernel import language
from hopverify.kernel.functions import ball, power, relu, root
from hopverify.kernel.terms import Apply, Shape

Value = Any
"""An arb, or a list of values."""


def mapped(function: Callable[[Any], Any], value: Value) -> Value:
    """Return a function of each number of a value."""
    return [mapped(function, each) for each in value] if isinstance(value, list) else function(value)


def _axes(value: Value) -> int:
    return 1 + _axes(value[0]) if isinstance(value, list) else 0


def beside(function: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    """Return a function of two values that stand beside each other."""
    deep, deeper = _axes(left), _axes(right)
    if deep == deeper == 0:
        return function(left, right)
    if deep > deeper:
        return [beside(function, each, right) for each in left]
    if deep < deeper:
        return [beside(function, left, each) for each in right]
    return [beside(function, one, other) for one, other in zip(left, right, strict=True)]


def total_of(vector: Sequence[arb]) -> arb:
    """Return the sum of a vector."""
    return reduce(add, vector, arb(0))


def dot(u: Sequence[arb], v: Sequence[arb]) -> arb:
    """Return Σ u_i v_i."""
    return total_of([a * b for a, b in zip(u, v, strict=True)])


def _transposed(matrix: Value) -> Value:
    return [list(column) for column in zip(*matrix, strict=True)]


def _matmul(matrix: Value, right: Value) -> Value:
    if _axes(right) == 1:
        return [dot(row, right) for row in matrix]
    columns = _transposed(right)
    return [[dot(row, column) for column in columns] for row in matrix]


def _variance(u: Sequence[arb]) -> arb:
    mean = total_of(u) / len(u)
    return total_of([power(each - mean, Fraction(2)) for each in u]) / len(u)


def _norm(u: Sequence[arb], offset: arb) -> arb:
    squares = total_of([power(each, Fraction(2)) for each in u]) + offset
    return root(squares, Fraction(1, 2))


def _softmax(u: Sequence[arb]) -> list[arb]:
    """1/Σ_j e^(u_j - u_i): each entry of u stands once in a difference."""
    return [1 / total_of([(other - each).exp() for other in u]) for each in u]


def _logsumexp(u: Sequence[arb]) -> arb:
    shift = max((arb(each.mid()) for each in u), key=float)
    return shift + total_of([(each - shift).exp() for each in u]).log()


def _with_ghost(u: Sequence[arb]) -> list[arb]:
    return [*u, arb(0)]


def _threshold(scores: Sequence[arb], exponent: Fraction) -> arb:
    """Enclose the t with Σ relu(s_i - t)^exponent = 1, by bisection from both sides."""

    def excess(t: arb) -> arb:
        return total_of([power(relu(score - t), exponent) for score in scores]) - 1

    low = arb(min((score.lower() for score in scores), key=float)) - 1
    high = arb(max((score.upper() for score in scores), key=float))
    # Below `outer` for the lower end, above it for the upper one, there is certainly no root.
    for side in (1, -1):
        outer, inner = (low, high) if side == 1 else (high, low)
        for _ in range(flint.ctx.prec):
            middle = arb(((outer + inner) / 2).mid())
            value = excess(middle)
            if (value > 0) if side == 1 else (value < 0):
                outer = middle
            else:
                inner = middle
        low, high = (outer, high) if side == 1 else (low, outer)
    return low.union(high)


def _entmax(u: Sequence[arb], alpha: Fraction) -> list[arb]:
    """p = relu((α-1)u - t)^(1/(α-1)) with Σp = 1 (arXiv:1905.05702, eq. 7)."""
    scores, exponent = [each * ball(alpha - 1) for each in u], 1 / (alpha - 1)
    threshold = _threshold(scores, exponent)
    return [power(relu(score - threshold), exponent) for score in scores]


def _entmax_conjugate(u: Sequence[arb], alpha: Fraction) -> arb:
    p = _entmax(u, alpha)
    return dot(u, p) - (total_of([power(each, alpha) for each in p]) - 1) / ball(alpha * (alpha - 1))


def _normmax(u: Sequence[arb], gamma: Fraction) -> list[arb]:
    """The maximiser of ⟨u, p⟩ - ‖p‖_γ on the simplex: proportional to relu(u - t)^(1/(γ-1))."""
    threshold = _threshold(u, gamma / (gamma - 1))
    weights = [power(relu(each - threshold), 1 / (gamma - 1)) for each in u]
    return [each / total_of(weights) for each in weights]


def _normmax_conjugate(u: Sequence[arb], gamma: Fraction) -> arb:
    p = _normmax(u, gamma)
    return dot(u, p) - root(total_of([power(each, gamma) for each in p]), 1 / gamma) + 1


def _masked_softmax(mask: Value, scores: Value) -> Value:
    found = []
    for allowed, row in zip(mask, scores, strict=True):
        places = [place for place, each in enumerate(allowed) if each == 1]
        shares = dict(zip(places, _softmax([row[place] for place in places]), strict=True))
        found.append([shares.get(place, arb(0)) for place in range(len(row))])
    return found


def _masked_logsumexp(mask: Value, scores: Value) -> list[arb]:
    rows = [[u for m, u in zip(*pair, strict=True) if m == 1] for pair in zip(mask, scores, strict=True)]
    return [_logsumexp(row) if row else arb(0) for row in rows]


def contract(tensor: Value, place: int, vectors: Sequence[Value]) -> Value:
    """Return a tensor summed over all axes but one, each with a vector."""
    if place == 0:
        return [_contract_all(each, vectors) for each in tensor]
    first, *rest = vectors
    parts = [contract(each, place - 1, rest) for each in tensor]
    return [dot(first, entries) for entries in _transposed(parts)]


def _contract_all(tensor: Value, vectors: Sequence[Value]) -> Value:
    if not vectors:
        return tensor
    return dot(vectors[0], [_contract_all(each, vectors[1:]) for each in tensor])


def _taps(node: Apply, kernel: Value) -> Iterator[tuple[int, int, arb]]:
    """Yield (output neuron, input neuron, weight) of a convolution."""
    found = language.window(node, _shape(kernel))
    for channel, *position in product(*map(range, found.outputs)):
        for source, *offset in product(*map(range, _shape(kernel)[1:])):
            place = [p * found.stride + o - found.padding for p, o in zip(position, offset, strict=True)]
            if all(0 <= q < extent for q, extent in zip(place, found.inputs[1:], strict=True)):
                weight = reduce(lambda part, k: part[k], (channel, source, *offset), kernel)
                yield _ravel((channel, *position), found.outputs), _ravel((source, *place), found.inputs), weight


def _ravel(place: Sequence[int], shape: Shape) -> int:
    return reduce(lambda total, pair: total * pair[1] + pair[0], zip(place, shape, strict=True), 0)


def _shape(value: Value) -> Shape:
    return (len(value), *_shape(value[0])) if isinstance(value, list) else ()


def convolve(node: Apply, kernel: Value, vector: Value) -> list[arb]:
    """Return the value of ``convolve`` or ``convolve_back``."""
    found = language.window(node, _shape(kernel))
    forward = node.function == "convolve"
    total = [arb(0)] * prod(found.outputs if forward else found.inputs)
    for target, source, weight in _taps(node, kernel):
        if forward:
            total[target] += weight * vector[source]
        else:
            total[source] += weight * vector[target]
    return total


OF_VECTORS: Mapping[str, Callable[..., Value]] = {
    "pi": arb.pi,
    "sum": total_of,
    "mean": lambda u: total_of(u) / len(u),
    "size": lambda u: arb(len(u)),
    "variance": _variance,
    "norm": _norm,
    "dot": dot,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "ghostmax": lambda u: _softmax(_with_ghost(u))[:-1],
    "ghost_logsumexp": lambda u: _logsumexp(_with_ghost(u)),
    "ones": lambda u: [arb(1)] * len(u),
    "matmul": _matmul,
    "transpose": _transposed,
    "stack": lambda *each: list(each),
    "concatenate": lambda *each: [entry for vector in each for entry in vector],
    "column_squares": lambda M: [total_of([power(each, Fraction(2)) for each in column]) for column in _transposed(M)],
    "masked_softmax": _masked_softmax,
    "masked_logsumexp": _masked_logsumexp,
}

# The second argument is a number of the term, not a value.
WITH_CONSTANT: Mapping[str, Callable[[Value, Fraction], Value]] = {
    "power": lambda u, exponent: mapped(lambda each: power(each, exponent), u),
    "index": lambda u, place: u[int(place)],
    "unit": lambda u, place: [arb(int(k == place)) for k in range(len(u))],
    "entmax": _entmax,
    "entmax_conjugate": _entmax_conjugate,
    "normmax": _normmax,
    "normmax_conjugate": _normmax_conjugate,
}
