"""From symbolic arrays to the expression language, whose values are numbers and vectors, with named matrices between.

An array of several axes is written as the vector of its entries. The labels of a term fall into groups, the axes of one
array each; a sum over a group is a scalar product, or the product of a matrix with a vector. What does not fall into
such products (tensors of three groups, arrays that pair entries of two groups and are then bent) cannot be written, and
:class:`CannotWrite` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.nodes import Apply, Expression, Number, Symbol, apply, lift
from hopverify.interop.tracing.constants import merged, merged_apart
from hopverify.interop.tracing.convolutions import convolution_matrix
from hopverify.interop.tracing.rewriting import piecewise
from hopverify.interop.tracing.spreads import spread
from hopverify.interop.tracing.tensors import transposed_core
from hopverify.interop.tracing.terms import Atom, CannotWrite, Constant, Factor, Input, Tensor, Term

Group = tuple[int, ...]


@dataclass
class Writer:
    """Names the inputs and collects the arrays of constants that the expressions use.

    ``orders`` tells, for an input whose entries stand in another order in the spec, which entry stands where.
    With ``spread`` a product that vectors and matrices cannot say is written over all its axes at once.
    """

    symbols: Mapping[str, Expression]
    name_array: Callable[[NDArray[Any]], str] | None = None
    orders: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    spread: bool = True

    def number(self, value: Tensor) -> Expression:
        """Return an expression for a single number."""
        return self._sum([self._term(term, ()) for term in value.terms])

    def vector(self, value: Tensor) -> Expression:
        """Return an expression for an array, as the vector of its entries."""
        return self._sum([self._term(term, value.shape) for term in value.terms])

    def _sum(self, signed: Sequence[tuple[Fraction, Expression | None]]) -> Expression:
        """Return Σ coefficient·expression, terms with a minus sign subtracted."""
        result: Expression | None = None
        for coefficient, body in sorted(signed, key=lambda each: (each[1] is None, each[0] < 0)):
            size = abs(coefficient)
            part = lift(size) if body is None else _times(size, body)
            if result is None:
                result = part if coefficient > 0 else -part
            else:
                result = result + part if coefficient > 0 else result - part
        return result if result is not None else Number(Fraction(0))

    def _term(self, term: Term, shape: tuple[int, ...]) -> tuple[Fraction, Expression | None]:
        """Return the coefficient and what it multiplies; None where that is 1."""
        labels = tuple(axis for axis in term.axes if axis is not None)
        trials = (merged(term), merged_apart(term)) if len(labels) in (0, len(term.axes)) else ()
        refusal: CannotWrite | None = None
        for each in trials:
            try:
                return self._products(each, labels or None)
            except CannotWrite as error:
                refusal = refusal or error
        inner = {name.name for factor in term.factors for name in _inputs(factor.source)}
        if not self.spread or inner & set(self.orders) or self.name_array is None:
            raise refusal or CannotWrite("an array of several axes is added to one that varies along some of them only")
        return term.coefficient, spread(term, shape, self._named, self._multiplied)

    def _multiplied(self, factors: Sequence[Factor]) -> Expression:
        return _product([self._source(factor.source) for factor in factors])

    def _products(self, term: Term, out: Group | None) -> tuple[Fraction, Expression | None]:
        """Return a term as products of matrices and vectors."""
        numbers, vectors, matrices = self._nodes(term, out or ())
        open_groups = {
            group for group in (*vectors, *(g for pair in matrices for g in pair[:2])) if group != (out or ())
        }
        while open_groups:
            group = next((g for g in sorted(open_groups) if _is_ready(g, vectors, matrices)), None)
            if group is None:
                raise CannotWrite("arrays are multiplied in a way that matrices and vectors cannot say")
            open_groups.remove(group)
            self._eliminate(group, numbers, vectors, matrices)
        body = [*numbers, *vectors.get(out or (), [])]
        return term.coefficient, _product(body) if body else None

    def _eliminate(
        self,
        group: Group,
        numbers: list[Expression],
        vectors: dict[Group, list[Expression]],
        matrices: list[tuple[Group, Group, Expression]],
    ) -> None:
        """Sum over a group: a scalar product, or a matrix times a vector."""
        parts = vectors.pop(group, [])
        touching = [each for each in matrices if group in each[:2]]
        if not touching:
            numbers.append(_contracted(parts))
            return
        rows, columns, matrix = touching[0]
        matrices.remove(touching[0])
        target = columns if rows == group else rows
        oriented = matrix if columns == group else _transposed(matrix)
        vectors.setdefault(target, []).append(Apply("matmul", (oriented, _product(parts))))

    def _nodes(
        self, term: Term, out: Group
    ) -> tuple[list[Expression], dict[Group, list[Expression]], list[tuple[Group, Group, Expression]]]:
        """Sort the factors of a term into numbers, vectors and matrices over groups of labels."""
        groups = self._groups(term, out)
        numbers: list[Expression] = []
        vectors: dict[Group, list[Expression]] = {}
        matrices: list[tuple[Group, Group, Expression]] = []
        order = self._order_of(term)
        for factor in term.factors:
            if isinstance(factor.source, Constant):
                touched = [group for group in groups if set(group) & set(factor.labels)]
                values = spread_over(factor, touched, term.extents, order)
                if len(touched) == 1:
                    vectors.setdefault(touched[0], []).append(self._named(values))
                elif len(touched) == 2:
                    matrices.append((touched[0], touched[1], self._named(values)))
                else:
                    raise CannotWrite(f"an array of constants joins {len(touched)} arrays at once")
            elif not factor.labels:
                numbers.append(self._source(factor.source))
            else:
                vectors.setdefault(factor.labels, []).append(self._source(factor.source))
        return numbers, vectors, matrices

    def _order_of(self, term: Term) -> dict[Group, NDArray[np.int64]]:
        """Return how the entries of a group are ordered in the spec, where that is not the program's order."""
        found: dict[Group, NDArray[np.int64]] = {}
        for factor in term.factors:
            order = self._source_order(factor.source)
            known = found.setdefault(factor.labels, order) if not isinstance(factor.source, Constant) else order
            if known is not order and not np.array_equal(known, order):
                raise CannotWrite("entries of layers whose order differs are paired with each other")
        return found

    def _source_order(self, source: Any) -> NDArray[np.int64]:
        size = int(np.prod(source.shape))
        inner = {name for name in self.orders if isinstance(source, Input) and source.name == name}
        if isinstance(source, Atom) and source.shape and source.function not in ("logsumexp", "ghost_logsumexp"):
            used = {each.name for each in _inputs(source)}
            if used & set(self.orders):
                raise CannotWrite("a function of the entries of a layer that a convolution joins")
        return self.orders[inner.pop()] if inner else np.arange(size)

    def _groups(self, term: Term, out: Group) -> list[Group]:
        """Return the groups of labels of a term: the axes of its inputs and atoms, of the value, and single labels."""
        found = dict.fromkeys([out] if out else [])
        found.update(dict.fromkeys(f.labels for f in term.factors if f.labels and not isinstance(f.source, Constant)))
        for a in found:
            for b in found:
                if a != b and set(a) & set(b):
                    raise CannotWrite("arrays of several axes are multiplied along some of their axes only")
        known = {label for group in found for label in group}
        found.update(dict.fromkeys((label,) for label in term.extents if label not in known))
        return list(found)

    def _named(self, values: NDArray[Any]) -> Expression:
        if self.name_array is None:
            raise CannotWrite("a Lagrangian with an array of constants in it")
        return Symbol(self.name_array(values))

    def _convolution(self, source: Atom) -> Expression:
        """Return a convolution as the product with its matrix."""
        value, kernel = source.arguments
        if {each.name for each in _inputs(source)} & set(self.orders):
            raise CannotWrite("a convolution within another function")
        taps = kernel.alone
        assert isinstance(taps, Constant)
        W = convolution_matrix(taps.values.reshape(kernel.shape), source.parameter)
        return Apply("matmul", (_transposed(self._named(W)), self.vector(transposed_core(value))))

    def _source(self, source: Any) -> Expression:
        if isinstance(source, Input):
            return self.symbols[source.name]
        if not isinstance(source, Atom):
            raise CannotWrite("stop_gradient: a part of the value has its gradient stopped")
        if source.function == "convolution":
            return self._convolution(source)
        if source.function == "view":
            return self.vector(source.arguments[0])
        arguments = [self.vector(each) if each.shape else self.number(each) for each in source.arguments]
        if source.function == "where":
            return piecewise(*arguments)
        if source.function == "power":
            return apply("power", arguments[0], Number(source.parameter))
        return Apply(source.function, tuple(arguments))


def _is_ready(
    group: Group, vectors: Mapping[Group, list[Expression]], matrices: Sequence[tuple[Group, Group, Expression]]
) -> bool:
    """Whether the sum over a group is a scalar product, or one matrix times a vector."""
    touching = sum(group in pair[:2] for pair in matrices)
    return touching == 0 or (touching == 1 and bool(vectors.get(group)))


def _inputs(source: Any) -> list[Input]:
    if isinstance(source, Input):
        return [source]
    inner = source.arguments if isinstance(source, Atom) else ()
    return [found for each in inner for term in each.terms for f in term.factors for found in _inputs(f.source)]


def spread_over(
    factor: Factor, groups: Sequence[Group], extents: Mapping[int, int], order: Mapping[Group, NDArray[np.int64]]
) -> NDArray[Any]:
    """Return an array of constants as a vector or matrix over groups of labels, whole groups as one axis each."""
    labels = [label for group in groups for label in group]
    assert isinstance(factor.source, Constant)
    if len(set(factor.labels)) < len(factor.labels):
        raise CannotWrite("the diagonal of a matrix of constants is taken; take it beforehand")
    values = np.transpose(factor.source.values, np.argsort([labels.index(label) for label in factor.labels]))
    shape = [extents[label] if label in factor.labels else 1 for label in labels]
    full = np.broadcast_to(values.reshape(shape), [extents[label] for label in labels])
    flat = full.reshape([int(np.prod([extents[label] for label in group])) for group in groups])
    for axis, group in enumerate(groups):
        if group in order:
            flat = np.take(flat, order[group], axis=axis)
    return flat


def _times(factor: Fraction, body: Expression) -> Expression:
    """Return factor·body, as a division where that reads better."""
    if factor.numerator == 1 and factor.denominator != 1:
        return body / lift(factor.denominator)
    return lift(factor) * body


def _product(parts: Sequence[Expression]) -> Expression:
    """Return the product, equal factors as powers and reciprocals as divisions."""
    counts: dict[Expression, Fraction] = {}
    for part in parts:
        base, exponent = _base(part)
        counts[base] = counts.get(base, Fraction(0)) + exponent
    result: Expression | None = None
    below: Expression | None = None
    for base, exponent in counts.items():
        if exponent < 0:
            power = base**-exponent
            below = power if below is None else below * power
        elif exponent:
            result = base**exponent if result is None else result * base**exponent
    result = result if result is not None else Number(Fraction(1))
    return result if below is None else result / below


def _base(part: Expression) -> tuple[Expression, Fraction]:
    if isinstance(part, Apply) and part.function == "power" and isinstance(part.arguments[1], Number):
        return part.arguments[0], part.arguments[1].value
    return part, Fraction(1)


def _contracted(parts: Sequence[Expression]) -> Expression:
    if len(parts) == 2 and parts[0] != parts[1] and all(_base(part)[1] > 0 for part in parts):
        return Apply("dot", (parts[0], parts[1]))
    return Apply("sum", (_product(parts),))


def _transposed(matrix: Expression) -> Expression:
    return Apply("transpose", (matrix,))
