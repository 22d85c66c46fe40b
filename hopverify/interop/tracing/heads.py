"""Heads of attention in an energy: -Σ_t (1/β) log Σ_s exp(β K_s·Q_t), keys and queries being matrices times tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.affine import multiple
from hopverify.interop.tracing.energies import Part
from hopverify.interop.tracing.terms import Atom, Constant, Factor, Input, Term

Array = NDArray[Any]


@dataclass(frozen=True)
class Score:
    """A product K_s·Q_t: the two tokens, each with its matrix, the place s, and the number that multiplies it."""

    place: int
    sides: tuple[tuple[str, Constant, Array], tuple[str, Constant, Array]]
    factor: Fraction


@dataclass(frozen=True)
class Query:
    """What one token attends to: the token, its matrices, β, and the tokens in their order."""

    token: str
    queries: Array
    keys: Array
    beta: Fraction
    attended: tuple[str, ...]

    @property
    def key(self) -> str:
        """Equal for the tokens of one head."""
        return f"{Constant(self.queries).key} {Constant(self.keys).key} {self.beta} {self.attended}"


def heads(terms: Sequence[Term], layers: Sequence[str]) -> tuple[list[Part], list[Term]]:
    """Return the heads of attention among the terms of an energy, each a synapse, and the other terms."""
    groups: dict[str, list[tuple[Query, Term]]] = {}
    for term in terms:
        found = _query(term)
        if found is not None:
            groups.setdefault(found.key, []).append((found, term))
    parts, taken = [], set()
    for members in groups.values():
        first = members[0][0]
        if sorted(query.token for query, _ in members) == sorted(first.attended) == sorted(layers):
            arrays = {"queries": first.queries, "keys": first.keys}
            parts.append(Part("attention", first.attended, {"beta": first.beta}, arrays))
            taken |= {id(term) for _, term in members}
    return parts, [term for term in terms if id(term) not in taken]


def _query(term: Term) -> Query | None:
    """Return what a term -(1/β) log Σ_s exp(β K_s·Q_t) says of its token."""
    source = term.factors[0].source if len(term.factors) == 1 else None
    if not isinstance(source, Atom) or source.function != "logsumexp" or term.coefficient >= 0:
        return None
    (u,) = source.arguments
    scores = [_score(each) for each in u.terms]
    known = sorted((score for score in scores if score is not None), key=lambda score: score.place)
    if len(known) < len(scores) or [score.place for score in known] != list(range(*u.shape)) or len(known) < 2:
        return None
    common = set.intersection(*({name for name, _, _ in score.sides} for score in known))
    own = {name for score in known for name, _, _ in score.sides if all(n == name for n, _, _ in score.sides)}
    if len(own) != 1 or not own <= common:
        return None
    return _of_token(own.pop(), known, term)


def _of_token(token: str, scores: Sequence[Score], term: Term) -> Query | None:
    sides = [score.sides if score.sides[0][0] == token else score.sides[::-1] for score in scores]
    query, key = next(pair for pair in sides if pair[1][0] != token)
    for one, other in sides:
        matrices = {one[1].key, other[1].key} if one[0] == other[0] else (one[1].key, other[1].key)
        wanted = {query[1].key, key[1].key} if one[0] == other[0] else (query[1].key, key[1].key)
        if matrices != wanted:
            return None
    factors = {score.factor for score in scores}
    beta = -1 / term.coefficient
    if len(factors) > 1:
        return None
    scaled = multiple(query[2], factors.pop() / beta)
    attended = tuple(other[0] for _, other in sides)
    if scaled is None or len(set(attended)) < len(attended):
        return None
    return Query(token, scaled, key[2], beta, attended)


def _score(term: Term) -> Score | None:
    """Return a term c·e_s (Aγ)·(Bγ') of the scores; e_s is the unit vector that puts it into its place."""
    inputs = [factor for factor in term.factors if isinstance(factor.source, Input)]
    constants = [factor for factor in term.factors if isinstance(factor.source, Constant)]
    units = [factor for factor in constants if factor.labels == term.axes]
    matrices = [factor for factor in constants if len(factor.labels) == 2]
    if len(inputs) != 2 or len(units) != 1 or len(matrices) != 2 or len(term.factors) != 5:
        return None
    unit = units[0].source.values  # type: ignore[union-attr]
    if np.count_nonzero(unit) != 1 or unit.max() != 1:
        return None
    sides = [_side(factor, matrices) for factor in inputs]
    if None in sides or sides[0][1] is sides[1][1] or sides[0][3] != sides[1][3]:  # type: ignore[index]
        return None
    one, other = (side[:3] for side in sides if side is not None)
    return Score(int(np.argmax(unit)), (one, other), term.coefficient)


def _side(token: Factor, matrices: Sequence[Factor]) -> tuple[str, Constant, Array, int] | None:
    """Return a token, the matrix that multiplies it (as a constant, and with its rows first), and the rows' label."""
    touching = [each for each in matrices if len(token.labels) == 1 and token.labels[0] in each.labels]
    if len(touching) != 1 or not isinstance(token.source, Input):
        return None
    matrix = touching[0]
    assert isinstance(matrix.source, Constant)
    turned = matrix.labels[0] == token.labels[0]
    values = matrix.source.values.T if turned else matrix.source.values
    return token.source.name, Constant(np.ascontiguousarray(values)), values, matrix.labels[0 if not turned else 1]
