"""Entries of a list of equilibria: a state in rationals, a box that holds one, or a polytope of them (a continuum)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from hopverify.kernel import json_values
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import need, rational_or_none

Interval = tuple[Fraction | None, Fraction | None]
"""A closed interval; None where it has no end."""


@dataclass(frozen=True)
class Entry:
    """``ends`` of each neuron's state, equal ones if it is exact. Of a continuum that is a point of it in its cell."""

    ends: tuple[tuple[Fraction, Fraction], ...]
    dimension: int = 0
    cell: tuple[Interval, ...] = ()
    tips: tuple[tuple[Fraction, ...], ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the state is known in rationals."""
        return self.ends[0][0] == self.ends[0][1]

    @property
    def point(self) -> list[Fraction]:
        """The exact state, or the lower ends."""
        return [low for low, _ in self.ends]

    @property
    def ball(self) -> list[arb]:
        """The state in balls."""
        return [ball(low).union(ball(high)) for low, high in self.ends]

    @property
    def extent(self) -> Sequence[Interval]:
        """A box that holds all of it."""
        return self.cell or self.ends


def read_entries(value: Any, size: int, where: str) -> list[Entry]:
    """Return the entries of a list of states of so many neurons."""
    return [_entry(each, size, f"{where}[{k}]") for k, each in enumerate(json_values.listed(value, where))]


def read_state(stated: Any, size: int, where: str) -> Entry:
    """Return one of them, an exact one or a box, by what it states as ``x``."""
    return _entry({"x": stated}, size, where)


def read_box(value: Any, size: int, where: str) -> tuple[Interval, ...]:
    """Return closed intervals, one for each neuron; null stands for an infinite end."""
    pairs = [json_values.listed(each, where) for each in json_values.listed(value, where)]
    need(len(pairs) == size and all(len(pair) == 2 for pair in pairs), where, f"expected {size} pairs of ends")
    found = [(rational_or_none(low, where), rational_or_none(high, where)) for low, high in pairs]
    ordered = all(low is None or high is None or low <= high for low, high in found)
    need(ordered, where, "a lower end is above the upper one")
    return tuple(found)


def _entry(document: Any, size: int, where: str) -> Entry:
    json_values.keys(document, where, "x", optional=("dimension", "cell", "ends"))
    stated = json_values.listed(document["x"], where)
    need(len(stated) == size, where, f"expected the states of {size} neurons")
    if all(isinstance(each, str) for each in stated):
        ends = tuple((each, each) for each in json_values.rationals(stated, size, where))
    else:
        box = read_box(stated, size, where)
        ends = tuple((low, high) for low, high in box if low is not None and high is not None and low < high)
        need(len(ends) == size, where, "each interval of an enclosure has two ends, the lower one first")
    if "dimension" not in document:
        need(set(document) == {"x"}, where, "a cell and ends are those of a continuum, which has a dimension")
        return Entry(ends)
    need("cell" in document and ends[0][0] == ends[0][1], where, "a continuum has a cell, and an exact point")
    cell = read_box(document["cell"], size, where)
    tips = [json_values.rationals(each, size, where) for each in json_values.listed(document.get("ends", []), where)]
    return Entry(ends, json_values.whole(document["dimension"], where), cell, tuple(map(tuple, tips)))


def are_apart(one: Sequence[Interval], other: Sequence[Interval], touching: bool = False) -> bool:
    """Return whether two closed boxes have no point in common; or at most points at ends of intervals of both."""
    return any(_below(a, b, touching) or _below(b, a, touching) for a, b in zip(one, other, strict=True))


def _below(one: Interval, other: Interval, touching: bool) -> bool:
    if one[1] is None or other[0] is None:
        return False
    return one[1] < other[0] or (touching and one[0] != one[1] == other[0] != other[1])


def holds(outer: Sequence[Interval], inner: Sequence[Interval]) -> bool:
    """Return whether a closed box holds all of another one."""
    return all(
        (a is None or (c is not None and a <= c)) and (b is None or (d is not None and d <= b))
        for (a, b), (c, d) in zip(outer, inner, strict=True)
    )
