"""Terms of symbolic arrays: sources with labels on their axes, multiplied; and sums of them, like terms collected."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby, islice, permutations
from itertools import product as choices
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError

MAX_TERMS = 400
MAX_ORDERS = 120


class CannotWrite(HopverifyError):
    """A value that the expression language has no words for."""


class TooLarge(Exception):
    """A value has more terms than anyone would write down."""


@dataclass(frozen=True, eq=False)
class Input:
    """An argument of the function, in some arrangement of its entries; no axis has length 1."""

    name: str
    shape: tuple[int, ...]

    @cached_property
    def key(self) -> str:
        """Equal for equal sources."""
        return f"input {self.name} {self.shape}"


@dataclass(frozen=True, eq=False)
class Shift:
    """A number whose gradient is stopped: the result must not depend on it."""

    number: int
    shape: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Equal for equal sources."""
        return f"shift {self.number}"


@dataclass(frozen=True, eq=False)
class Constant:
    """An array of numbers: floats, or Fractions where no floats hold them."""

    values: NDArray[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes, none of which is 1."""
        return self.values.shape

    @cached_property
    def key(self) -> str:
        """Equal for equal sources."""
        exact = self.values.dtype == object
        content = repr(self.values.tolist()).encode() if exact else np.ascontiguousarray(self.values).tobytes()
        return f"constant {self.shape} {self.values.dtype} {hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True, eq=False)
class Atom:
    """A function of symbolic arrays; ``parameter`` is the exponent of ``power``, or the setting of a convolution."""

    function: str
    arguments: tuple[Tensor, ...]
    shape: tuple[int, ...]
    parameter: Any = None

    @cached_property
    def key(self) -> str:
        """Equal for equal sources."""
        inner = "; ".join(argument.key for argument in self.arguments)
        return f"{self.function} {self.parameter} {self.shape} {hashlib.sha256(inner.encode()).hexdigest()}"


Source = Input | Shift | Constant | Atom


@dataclass(frozen=True)
class Factor:
    """A source with a label on each of its axes."""

    source: Source
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Term:
    """coefficient · Π factors; ``axes`` are the labels of the value's axes, None where the term does not vary."""

    coefficient: Fraction
    factors: tuple[Factor, ...]
    axes: tuple[int | None, ...]

    @cached_property
    def extents(self) -> dict[int, int]:
        """The length of each label's axis."""
        pairs = (zip(factor.labels, factor.source.shape, strict=True) for factor in self.factors)
        return {label: extent for pair in pairs for label, extent in pair}

    @cached_property
    def key(self) -> str:
        """Equal for terms that differ in their coefficient only."""
        return f"{self.axes} {[(factor.source.key, factor.labels) for factor in self.factors]}"


@dataclass(frozen=True, eq=False)
class Tensor:
    """A sum of terms, collected: no two of them have the same key."""

    shape: tuple[int, ...]
    terms: tuple[Term, ...]

    @cached_property
    def key(self) -> str:
        """Equal for tensors that are seen to be equal."""
        return f"{self.shape} {sorted((term.key, str(term.coefficient)) for term in self.terms)}"

    @property
    def number(self) -> Fraction | None:
        """The one number that all entries are, if they are seen to be."""
        if not self.terms:
            return Fraction(0)
        only = self.terms[0]
        return only.coefficient if len(self.terms) == 1 and not only.factors else None

    @property
    def alone(self) -> Source | None:
        """The source that this is, entry for entry, if it is one."""
        if len(self.terms) != 1 or self.terms[0].coefficient != 1 or len(self.terms[0].factors) != 1:
            return None
        factor, axes = self.terms[0].factors[0], self.terms[0].axes
        return factor.source if factor.labels == tuple(axis for axis in axes if axis is not None) else None


def collected(shape: tuple[int, ...], terms: Iterable[Term]) -> Tensor:
    """Return the sum of terms, like ones added up."""
    found: dict[str, Term] = {}
    for term in map(_canonical, terms):
        old = found.get(term.key)
        value = term.coefficient + (old.coefficient if old else 0)
        found[term.key] = Term(value, term.factors, term.axes)
    kept = tuple(term for term in found.values() if term.coefficient)
    if len(kept) > MAX_TERMS:
        raise TooLarge(f"more than {MAX_TERMS} terms")
    return Tensor(shape, kept)


def _canonical(term: Term) -> Term:
    """Return the term with its factors in order and its labels numbered as they appear."""
    ordered = sorted(_rectified(term.factors), key=lambda factor: factor.source.key)
    return min((_numbered(term, order) for order in islice(_orders(ordered), MAX_ORDERS)), key=lambda each: each.key)


def _orders(factors: Sequence[Factor]) -> Iterator[tuple[Factor, ...]]:
    """Yield the factors with those of equal sources in every order."""
    groups = [list(group) for _, group in groupby(factors, key=lambda factor: factor.source.key)]
    for choice in choices(*(permutations(group) for group in groups)):
        yield tuple(factor for group in choice for factor in group)


def _numbered(term: Term, factors: tuple[Factor, ...]) -> Term:
    numbers: dict[int, int] = {}
    for label in (*term.axes, *(label for factor in factors for label in factor.labels)):
        if label is not None:
            numbers.setdefault(label, len(numbers))
    return renamed(Term(term.coefficient, factors, term.axes), numbers)


def renamed(term: Term, numbers: Mapping[int, int]) -> Term:
    """Return the term with labels exchanged for others."""
    factors = tuple(
        Factor(factor.source, tuple(numbers.get(label, label) for label in factor.labels)) for factor in term.factors
    )
    axes = tuple(label if label is None else numbers.get(label, label) for label in term.axes)
    return Term(term.coefficient, factors, axes)


def _rectified(factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """Write u·step(u), u·relu(u) and relu(u)·step(u) by relu(u) alone: u step(u) = relu(u), u relu(u) = relu(u)²."""
    for factor in factors:
        if not (isinstance(factor.source, Atom) and factor.source.function in ("relu", "step")):
            continue
        bare, others = factor.source.arguments[0].alone, [other for other in factors if other is not factor]
        if bare is None or not isinstance(bare, Input):
            continue
        relu = Factor(Atom("relu", factor.source.arguments, factor.source.shape), factor.labels)
        same = [other for other in others if other.labels == factor.labels]
        for other in same:
            if other.source.key == bare.key:
                others[others.index(other)] = relu
                return _rectified((*others, factor))
            if factor.source.function == "step" and other.source.key in (relu.source.key, factor.source.key):
                return _rectified(tuple(others))
    return factors
