"""Drives of a flow: its terms, each a matrix B times a vector φ(u), and what φ and u are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.nodes import Expression, Symbol
from hopverify.interop.tracing.affine import affine, multiple
from hopverify.interop.tracing.expressions import Writer, spread_over
from hopverify.interop.tracing.rewriting import acts_on_single_numbers, rewritten
from hopverify.interop.tracing.tensors import leaf, sources
from hopverify.interop.tracing.terms import Atom, CannotWrite, Constant, Factor, Input, Tensor, Term, collected

Array = NDArray[Any]

U = "the argument of an activation"
ADVICE = "a flow is -ρx + Wφ(x) + b, or -ρx + Bφ(Wx + b); if it is a gradient, give the energy"


@dataclass(frozen=True)
class Driven:
    """A term B·φ(u) of a flow: the matrix, and what stands for φ(u)."""

    matrix: Array
    bent: Term


def driven(term: Term, shape: tuple[int, ...]) -> Driven:
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


def is_softmax(term: Term) -> bool:
    """Whether a term is a softmax alone."""
    source = term.factors[0].source
    return len(term.factors) == 1 and isinstance(source, Atom) and source.function == "softmax"


def own_softmax(term: Term) -> Fraction | None:
    """Return β, if the term is softmax(βx) of the neurons of one layer."""
    source = term.factors[0].source
    if not is_softmax(term) or not isinstance(source, Atom):
        return None
    (u,) = source.arguments
    only = u.terms[0] if len(u.terms) == 1 and len(u.terms[0].factors) == 1 else None
    if only is None or not isinstance(only.factors[0].source, Input) or only.factors[0].labels != only.axes:
        return None
    return only.coefficient if only.coefficient > 0 else None


def argument_of(term: Term) -> Tensor | None:
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


def in_argument(term: Term, u: Tensor) -> Term:
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


def layer_of(term: Term) -> str | None:
    """Return the one layer of which a term is a function."""
    names = {source.name for source in sources(Tensor((), (term,))) if isinstance(source, Input)}
    return names.pop() if len(names) == 1 else None


def elementwise(term: Term, layer: str) -> Expression | None:
    """Return φ, if the term is φ of the neurons of a layer, each of its own state."""
    if any(isinstance(source, Constant) for source in sources(Tensor((), (term,)))) or layer_of(term) != layer:
        return None
    shape = tuple(term.extents[label] for label in term.axes if label is not None)
    try:
        written = rewritten(Writer({layer: Symbol("x")}).vector(collected(shape, [term])))
    except CannotWrite:
        return None
    return written if acts_on_single_numbers(written) else None
