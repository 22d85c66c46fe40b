"""Functions of vectors and matrices, of numbers in any arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from itertools import product
from math import prod
from typing import Any

from hopverify.kernel import language
from hopverify.kernel.arithmetic import Arithmetic, Value, axes, mapped
from hopverify.kernel.terms import Shape

Vector = Sequence[Any]
HALF, TWO = Fraction(1, 2), Fraction(2)


def transposed(matrix: Value) -> Value:
    """Return the columns."""
    return [list(column) for column in zip(*matrix, strict=True)]


def matrix_product(dot: Callable[[Vector, Vector], Any], matrix: Value, right: Value) -> Value:
    """Return the product of a matrix with a vector or a matrix, by inner products."""
    if axes(right) == 1:
        return [dot(row, right) for row in matrix]
    columns = transposed(right)
    return [[dot(row, column) for column in columns] for row in matrix]


def _mean(a: Arithmetic, u: Vector) -> Any:
    return a.apply("divide", a.total(u), a.number(len(u)))


def _squares(a: Arithmetic, u: Vector) -> list[Any]:
    return [a.power(each, TWO) for each in u]


def _variance(a: Arithmetic, u: Vector) -> Any:
    mean = _mean(a, u)
    return _mean(a, _squares(a, [a.apply("subtract", each, mean) for each in u]))


def _norm(a: Arithmetic, u: Vector, offset: Any) -> Any:
    return a.power(a.apply("add", a.total(_squares(a, u)), offset), HALF)


def _beyond(a: Arithmetic, u: Vector, shift: Any) -> Any:
    """Return Σ_j e^(u_j - shift)."""
    return a.total([a.apply("exp", a.apply("subtract", each, shift)) for each in u])


def softmax(a: Arithmetic, u: Vector) -> list[Any]:
    """1/(1 + Σ_j e^(u_j - u_i)), j other than i: each entry of u stands once in a difference, none beside itself."""
    found = []
    for i, each in enumerate(u):
        others = [a.apply("exp", a.apply("subtract", other, each)) for j, other in enumerate(u) if j != i]
        found.append(a.apply("divide", a.number(1), a.total([a.number(1), *others])))
    return found


def logsumexp(a: Arithmetic, u: Vector) -> Any:
    """Return u_0 + log Σ_j e^(u_j - u_0)."""
    return a.apply("add", u[0], a.apply("log", _beyond(a, u, u[0])))


def _with_ghost(a: Arithmetic, u: Vector) -> list[Any]:
    return [*u, a.number(0)]


def _contract(a: Arithmetic, tensor: Value, place: Fraction, *vectors: Vector) -> Value:
    """Return a tensor summed over all axes but one, each with a vector."""
    if place == 0:
        return [_contract_all(a, each, vectors) for each in tensor]
    first, *rest = vectors
    parts = [_contract(a, each, place - 1, *rest) for each in tensor]
    return [a.dot(first, entries) for entries in transposed(parts)]


def _contract_all(a: Arithmetic, tensor: Value, vectors: Sequence[Vector]) -> Value:
    if not vectors:
        return tensor
    return a.dot(vectors[0], [_contract_all(a, each, vectors[1:]) for each in tensor])


def _taps(found: language.Window, kernel: Value) -> Iterator[tuple[int, int, Any]]:
    """Yield (output neuron, input neuron, weight) of a convolution."""
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


def _convolve(a: Arithmetic, forward: bool, kernel: Value, vector: Vector, *numbers: Fraction) -> list[Any]:
    found = language.window(_shape(kernel), *map(int, numbers))
    total = [a.number(0)] * prod(found.outputs if forward else found.inputs)
    for output, source, weight in _taps(found, kernel):
        target, origin = (output, source) if forward else (source, output)
        total[target] = a.apply("add", total[target], a.apply("multiply", weight, vector[origin]))
    return total


OF_VECTORS: Mapping[str, Callable[..., Value]] = {
    "power": lambda a, u, exponent: mapped(lambda each: a.power(each, exponent), u),
    "sum": Arithmetic.total,
    "mean": _mean,
    "size": lambda a, u: a.number(len(u)),
    "variance": _variance,
    "norm": _norm,
    "dot": Arithmetic.dot,
    "softmax": softmax,
    "logsumexp": logsumexp,
    "ghostmax": lambda a, u: softmax(a, _with_ghost(a, u))[:-1],
    "ghost_logsumexp": lambda a, u: logsumexp(a, _with_ghost(a, u)),
    "ones": lambda a, u: [a.number(1)] * len(u),
    "unit": lambda a, u, place: [a.number(int(k == place)) for k in range(len(u))],
    "index": lambda a, u, place: u[int(place)],
    "slice": lambda a, u, start, stop: u[int(start) : int(stop)],
    "matmul": lambda a, matrix, right: matrix_product(a.dot, matrix, right),
    "transpose": lambda a, matrix: transposed(matrix),
    "stack": lambda a, *each: list(each),
    "concatenate": lambda a, *each: [entry for vector in each for entry in vector],
    "column_squares": lambda a, matrix: [a.total(_squares(a, column)) for column in transposed(matrix)],
    "contract": _contract,
    "convolve": lambda a, *given: _convolve(a, True, *given),
    "convolve_back": lambda a, *given: _convolve(a, False, *given),
}
