"""The claim that patterns are stored, or that too few are: what is told of the equilibrium beside each pattern (M4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.stored import Rivals, doubles_around
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.networks import Layer
from hopverify.obligations import BasinCells, StoredPatterns
from hopverify.provers._verified import ends_of

Stored = BasinCells | StoredPatterns

ROOMS, DIGITS = (0.0, 2.0**-24), 60
"""What is told of distances leaves no room, or room for enclosures that are wider; in so many binary digits."""


MAX_WORK = 2**26


def is_small(asked: Stored) -> bool:
    """Whether the kernel compares all pairs of patterns in seconds."""
    return bool(asked.patterns.values.size * len(asked.labels) <= MAX_WORK)


def stored_claim(asked: Stored, entries: Sequence[Mapping[str, Any] | None], room: float) -> dict[str, Any]:
    """Return the claim about equilibria beside the patterns, each with its ``x`` and its ``stability``, or None."""
    rivals = Rivals(asked.model.layers[asked.layer], asked.patterns, asked.errors)
    own = asked.model.places[asked.layer]
    rows = [_row(asked, rivals, mu, entry, own, room) for mu, entry in enumerate(entries)]
    claim = {"claim": "stored patterns", "memory": asked.memory, "errors": asked.errors}
    return claim | {"at_least": claimed(asked, rivals, [row["stored"] for row in rows]), "patterns": rows}


def claimed(asked: Stored, rivals: Rivals, found: Sequence[bool]) -> int:
    """Return how many of the patterns that are asked for a claim may name, where it is known which were found."""
    different = len({rivals.firsts[mu] for mu, held in enumerate(found) if held})
    return asked.at_least if all(found) else min(asked.at_least, different)


def _row(
    asked: Stored, rivals: Rivals, mu: int, entry: Mapping[str, Any] | None, own: slice, room: float
) -> dict[str, Any]:
    if entry is None:
        return {"stored": False}
    told = own_row(asked, rivals, mu, ends_of(entry["x"])[own], room)
    row: dict[str, Any] = {key: entry[key] for key in ("x", "stability", "flat") if key in entry}
    return row | {"stored": told.pop("own") and entry["stability"] == "stable"} | told


def own_row(
    asked: Stored, rivals: Rivals, mu: int, ends: Sequence[tuple[Fraction, Fraction]], room: float
) -> dict[str, Any]:
    """Return what is told of an equilibrium in a box of the layer's states, and under ``own`` if it is a pattern's."""
    fit = rivals.fit(mu, *_activated(asked.model.layers[asked.layer], ends))
    pattern = asked.patterns.fractions()[mu]
    row: dict[str, Any] = {
        "distance": str(max(max(high - each, each - low) for (low, high), each in zip(ends, pattern, strict=True)))
    }
    apart, limit = _upward(fit.distance, room), Fraction(0)
    if apart is not None:
        row["apart"] = str(apart)
    least, most = -(_upward(-fit.limit, room) or Fraction(0)), _upward(rivals.most[mu], room)
    if most is not None and least >= 0:
        limit = least
        row |= {"limit": [str(least), str(most)], "rival": None if fit.rival is None else rivals.firsts[fit.rival]}
    if rivals.signed:
        row["wrong"] = fit.wrong
    near = apart is not None and apart < limit
    return row | {"own": near and fit.wrong <= asked.errors}


def _activated(layer: Layer, ends: Sequence[tuple[Fraction, Fraction]]) -> tuple[Any, Any]:
    """Return bounds of the activations of a layer on a box of its states."""
    with precision():
        x = np.array([ball(low).union(ball(high)) for low, high in ends], dtype=object)
        gamma = layer.function.activate(x, BALLS)
        low, high = zip(*map(doubles_around, gamma), strict=True)
    return np.array(low), np.array(high)


def _upward(value: float, room: float) -> Fraction | None:
    """Return a short number above a double, with some room; None for one that is not finite."""
    if not np.isfinite(value):
        return None
    more = value + room * abs(value)
    unit = Fraction(2) ** (int(np.frexp(more)[1]) - DIGITS)
    return -(-Fraction(more) // unit) * unit


def few_claim(asked: Stored, places: Sequence[Sequence[Any] | None], count: int) -> dict[str, Any] | None:
    """Return the claim that too few patterns are stored, of so many equilibria; None if enough may be.

    The places are those of equilibria that may be stable, None where they are not known. Nothing is claimed of patterns
    that cannot be told apart.
    """
    layer, own = asked.model.layers[asked.layer], asked.model.places[asked.layer]
    rivals = Rivals(layer, asked.patterns, asked.errors)
    if rivals.different is None:
        return None
    firsts = set(rivals.firsts)
    owners = [
        {mu for mu in firsts if x is None or rivals.may_own(mu, *_activated(layer, ends_of(x)[own]))} for x in places
    ]
    most = min(len(set().union(*owners)), sum(map(bool, owners)))
    if most >= min(asked.at_least, rivals.different):
        return None
    told = {"memory": asked.memory, "errors": asked.errors, "at_least": asked.at_least}
    return {"claim": "too few stored patterns", **told, "equilibria": count, "most": most}
