"""The same entries in another shape: axes that are split or joined, in the sources that terms are made of.

A head of attention is part of an axis: a program computes all heads by one matrix product, and then splits the axis.
Where the sources of a term can be split or joined themselves, the term stays a sum of products.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from hopverify.interop.tracing.terms import Atom, Constant, Factor, Input, Source, Tensor, Term, collected

OPAQUE = ("softmax", "convolution", "logsumexp", "ghost_logsumexp")


def rearranged(value: Tensor, shape: tuple[int, ...]) -> Tensor | None:
    """Return the entries of an array in another shape, or None where its sources cannot be split or joined."""
    result: Tensor | None = value
    place = 0
    for old, new in _blocks(value.shape, shape):
        if result is not None and old != new:
            result = _joined(result, place, len(old)) if len(old) > 1 else result
            result = _split(result, place, new) if result is not None and len(new) > 1 else result
        place += len(new)
    return result


def _blocks(old: tuple[int, ...], new: tuple[int, ...]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the smallest groups of neighbouring axes whose entries are the same.

    >>> _blocks((2, 3, 4), (6, 2, 2))
    [((2, 3), (6,)), ((4,), (2, 2))]
    """
    found = []
    i = j = 0
    while i < len(old):
        a, b = i + 1, j + 1
        while prod(old[i:a]) != prod(new[j:b]):
            if prod(old[i:a]) < prod(new[j:b]):
                a += 1
            else:
                b += 1
        found.append((old[i:a], new[j:b]))
        i, j = a, b
    return found


def _split(value: Tensor, place: int, extents: tuple[int, ...]) -> Tensor | None:
    """Return the value with one axis split into several."""
    terms = []
    for term in value.terms:
        label = term.axes[place]
        new: tuple[int | None, ...] = (None,) * len(extents)
        factors: list[Factor] = list(term.factors)
        if label is not None:
            if term.axes.count(label) > 1:
                return None
            first = 1 + max(term.extents)
            new = tuple(range(first, first + len(extents)))
            split = [_split_factor(factor, label, extents, new) for factor in term.factors]
            if None in split:
                return None
            factors = [factor for factor in split if factor is not None]
        terms.append(Term(term.coefficient, tuple(factors), (*term.axes[:place], *new, *term.axes[place + 1 :])))
    return collected((*value.shape[:place], *extents, *value.shape[place + 1 :]), terms)


def _split_factor(factor: Factor, label: int, extents: tuple[int, ...], new: tuple[int | None, ...]) -> Factor | None:
    if label not in factor.labels:
        return factor
    if factor.labels.count(label) > 1:
        return None
    at = factor.labels.index(label)
    source = _split_source(factor.source, at, extents)
    labels = (*factor.labels[:at], *(each for each in new if each is not None), *factor.labels[at + 1 :])
    return None if source is None else Factor(source, labels)


def _split_source(source: Source, at: int, extents: tuple[int, ...]) -> Source | None:
    shape = (*source.shape[:at], *extents, *source.shape[at + 1 :])
    if isinstance(source, Constant):
        return Constant(source.values.reshape(shape))
    if isinstance(source, Input):
        return Input(source.name, shape)
    if not isinstance(source, Atom) or source.function in OPAQUE or _turned(source):
        return None
    inner = [_split(argument, at, extents) for argument in source.arguments]
    known = tuple(each for each in inner if each is not None)
    return Atom(source.function, known, shape, source.parameter) if len(known) == len(inner) else None


def _turned(source: Atom) -> bool:
    """Whether an atom stands for entries in another shape than that of its argument."""
    return source.function == "view" and source.arguments[0].shape != source.shape


def _joined(value: Tensor, place: int, count: int) -> Tensor | None:
    """Return the value with neighbouring axes joined into one."""
    extents = value.shape[place : place + count]
    terms = []
    for term in value.terms:
        labels = term.axes[place : place + count]
        named = [label for label in labels if label is not None]
        if any(term.axes.count(label) > 1 for label in named):
            return None
        new = 1 + max(term.extents, default=0)
        joined = [_joined_factor(factor, labels, extents, new) for factor in term.factors]
        if None in joined:
            return None
        axes = (*term.axes[:place], new if named else None, *term.axes[place + count :])
        terms.append(Term(term.coefficient, tuple(each for each in joined if each is not None), axes))
    return collected((*value.shape[:place], prod(extents), *value.shape[place + count :]), terms)


def _joined_factor(factor: Factor, labels: Sequence[int | None], extents: tuple[int, ...], new: int) -> Factor | None:
    own = [label for label in factor.labels if label in labels]
    if not own:
        return factor
    if isinstance(factor.source, Constant) and len(set(factor.labels)) == len(factor.labels):
        others = [label for label in factor.labels if label not in labels]
        order = [factor.labels.index(label) for label in (*others, *(each for each in labels if each in own))]
        rest = [factor.source.shape[factor.labels.index(label)] for label in others]
        shape = [extent if label in own else 1 for label, extent in zip(labels, extents, strict=True)]
        full = np.broadcast_to(factor.source.values.transpose(order).reshape([*rest, *shape]), [*rest, *extents])
        return Factor(Constant(full.reshape([*rest, prod(extents)])), (*others, new))
    at = factor.labels.index(own[0])
    if isinstance(factor.source, Input) and tuple(factor.labels[at : at + len(labels)]) == tuple(labels):
        shape_of = (*factor.source.shape[:at], prod(extents), *factor.source.shape[at + len(labels) :])
        joined = (*factor.labels[:at], new, *factor.labels[at + len(labels) :])
        return Factor(Input(factor.source.name, shape_of), joined)
    return None
