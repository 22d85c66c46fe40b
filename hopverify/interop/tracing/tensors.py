"""Symbolic arrays: sums of products of arrays whose axes carry labels, as einsum writes them.

A value that a program computes from its inputs is kept as a sum of terms. A term is a rational coefficient times
factors; axes that share a label are multiplied entry by entry, and labels that are not among the axes of the value are
summed over. So products, contractions, transposes and sums stay what they are, whatever their order was, and like
terms can be compared. What is not a sum of products is an atom: a function of symbolic arrays, entry by entry
(``logsumexp``, ``ghost_logsumexp``: of all entries; ``view``: the same entries in another shape).

>>> from hopverify.interop.tracing.terms import Input
>>> x = leaf(Input("x", (3,)))
>>> total(product(x, x), (0,)).terms == contraction(x, x, ((0,), (0,)), ((), ())).terms
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from numpy.typing import NDArray

from hopverify.interop.tracing.terms import Atom, Constant, Factor, Input, Source, Tensor, Term, collected, renamed
from hopverify.interop.tracing.views import rearranged


def leaf(source: Source, shape: tuple[int, ...] | None = None) -> Tensor:
    """Return a source as a value; ``shape`` may have axes of length 1 more."""
    shape = source.shape if shape is None else shape
    labels = iter(range(len(source.shape)))
    axes = tuple(None if extent == 1 else next(labels) for extent in shape)
    return collected(shape, [Term(Fraction(1), (Factor(source, tuple(range(len(source.shape)))),), axes)])


def number(value: Fraction, shape: tuple[int, ...] = ()) -> Tensor:
    """Return an array of one number."""
    return collected(shape, [Term(value, (), (None,) * len(shape))])


def constant(values: NDArray[Any]) -> Tensor:
    """Return an array of numbers as a value."""
    if values.size and (values == values.flat[0]).all():
        return number(Fraction(values.flat[0].item()), values.shape)
    return leaf(Constant(values.reshape(tuple(extent for extent in values.shape if extent != 1))), values.shape)


def stretched(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return a single number as an array of that shape; anything else as it is."""
    if value.shape == shape or value.shape != ():
        return value
    return Tensor(shape, tuple(Term(t.coefficient, t.factors, (None,) * len(shape)) for t in value.terms))


def _common(values: Sequence[Tensor]) -> list[Tensor]:
    shape = next((value.shape for value in values if value.shape), ())
    return [stretched(value, shape) for value in values]


def plus(left: Tensor, right: Tensor) -> Tensor:
    """Return the sum."""
    left, right = _common([left, right])
    return collected(left.shape, (*left.terms, *right.terms))


def scaled(value: Tensor, factor: Fraction) -> Tensor:
    """Return a multiple."""
    return collected(value.shape, (Term(t.coefficient * factor, t.factors, t.axes) for t in value.terms))


def product(left: Tensor, right: Tensor) -> Tensor:
    """Return the product, entry by entry."""
    left, right = _common([left, right])
    axes = tuple(range(len(left.shape)))
    return contraction(left, right, ((), ()), (axes, axes))


Pairs = tuple[Sequence[int], Sequence[int]]


def contraction(left: Tensor, right: Tensor, summed: Pairs, kept: Pairs) -> Tensor:
    """Return Σ left·right over pairs of axes; the axes of the result: the ``kept`` pairs, then the others of each."""
    free_left = [axis for axis in range(len(left.shape)) if axis not in (*summed[0], *kept[0])]
    free_right = [axis for axis in range(len(right.shape)) if axis not in (*summed[1], *kept[1])]
    shape = (
        *(left.shape[axis] for axis in (*kept[0], *free_left)),
        *(right.shape[axis] for axis in free_right),
    )
    return collected(
        shape, (_joined(a, b, left.shape, summed, kept, free_left, free_right) for a in left.terms for b in right.terms)
    )


def _joined(
    a: Term,
    b: Term,
    shape: tuple[int, ...],
    summed: Pairs,
    kept: Pairs,
    free_left: Sequence[int],
    free_right: Sequence[int],
) -> Term:
    b = renamed(b, {label: label + 1 + max(a.extents, default=0) for label in b.extents})
    same: dict[int, int] = {}
    coefficient = a.coefficient * b.coefficient
    for i, j in zip(summed[0], summed[1], strict=True):
        if a.axes[i] is None and b.axes[j] is None:
            coefficient *= shape[i]
        _unify(same, a.axes[i], b.axes[j])
    axes: list[int | None] = []
    for i, j in zip(kept[0], kept[1], strict=True):
        axes.append(a.axes[i] if a.axes[i] is not None else b.axes[j])
        _unify(same, a.axes[i], b.axes[j])
    axes += [*(a.axes[i] for i in free_left), *(b.axes[j] for j in free_right)]
    final = {label: _representative(same, label) for label in (*a.extents, *b.extents)}
    return renamed(Term(coefficient, (*a.factors, *b.factors), tuple(axes)), final)


def _representative(same: Mapping[int, int], label: int) -> int:
    while label in same:
        label = same[label]
    return label


def _unify(same: dict[int, int], left: int | None, right: int | None) -> None:
    if left is not None and right is not None:
        first, second = _representative(same, left), _representative(same, right)
        if first != second:
            same[second] = first


def total(value: Tensor, axes: Sequence[int]) -> Tensor:
    """Return the sum over some axes."""
    rest = [axis for axis in range(len(value.shape)) if axis not in axes]

    def summed(term: Term) -> Term:
        repeats = prod(value.shape[axis] for axis in axes if term.axes[axis] is None)
        return Term(term.coefficient * repeats, term.factors, tuple(term.axes[axis] for axis in rest))

    return collected(tuple(value.shape[axis] for axis in rest), map(summed, value.terms))


def placed(value: Tensor, shape: tuple[int, ...], places: Sequence[int]) -> Tensor:
    """Return the value with its axes at ``places`` of a larger shape, along whose other axes it does not vary."""

    def put(term: Term) -> Term:
        axes: list[int | None] = [None] * len(shape)
        for axis, place in enumerate(places):
            axes[place] = term.axes[axis]
        return Term(term.coefficient, term.factors, tuple(axes))

    return collected(shape, map(put, value.terms))


def transposed(value: Tensor, order: Sequence[int]) -> Tensor:
    """Return the value with its axes in another order."""
    terms = (Term(t.coefficient, t.factors, tuple(t.axes[axis] for axis in order)) for t in value.terms)
    return collected(tuple(value.shape[axis] for axis in order), terms)


def reshaped(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return the same entries, in the same order, in another shape."""
    core, wanted = (tuple(extent for extent in each if extent != 1) for each in (value.shape, shape))
    places = [place for place, extent in enumerate(shape) if extent != 1]
    bare = transposed_core(value)
    if core != wanted:
        bare = _rearranged(bare, wanted)
    return placed(bare, shape, places)


def transposed_core(value: Tensor) -> Tensor:
    """Return the value without its axes of length 1."""
    kept = [axis for axis, extent in enumerate(value.shape) if extent != 1]
    terms = (Term(t.coefficient, t.factors, tuple(t.axes[axis] for axis in kept)) for t in value.terms)
    return collected(tuple(value.shape[axis] for axis in kept), terms)


def _rearranged(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    if value.number is not None:
        return number(value.number, shape)
    source = value.alone
    if isinstance(source, Input) and source.shape == value.shape:
        return leaf(Input(source.name, shape))
    return rearranged(value, shape) or leaf(Atom("view", (value,), shape))


def applied(function: str, *arguments: Tensor, parameter: Any = None) -> Tensor:
    """Return a function of arrays, entry by entry, as an atom over the axes along which they vary."""
    values = _common(arguments)
    shape = values[0].shape
    varying = [
        axis for axis in range(len(shape)) if any(term.axes[axis] is not None for v in values for term in v.terms)
    ]

    def core(value: Tensor) -> Tensor:
        terms = (Term(t.coefficient, t.factors, tuple(t.axes[axis] for axis in varying)) for t in value.terms)
        return collected(tuple(shape[axis] for axis in varying), terms)

    atom = Atom(function, tuple(map(core, values)), tuple(shape[axis] for axis in varying), parameter)
    return placed(leaf(atom), shape, varying)


def sources(value: Tensor) -> Iterator[Source]:
    """Yield all sources, those within atoms too."""
    for term in value.terms:
        for factor in term.factors:
            yield factor.source
            if isinstance(factor.source, Atom):
                for argument in factor.source.arguments:
                    yield from sources(argument)
