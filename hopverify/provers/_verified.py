"""Equilibria as claims of the kernel state them: a short rational state, or a box that is shown to hold one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.kernel.numbers import Rejected
from hopverify.networks import LinearNetwork, Model
from hopverify.provers.structure import premise_of

SHORT = 64
WIDTHS = (2.0**-40, 2.0**-34, 2.0**-28, 2.0**-22, 2.0**-16, 2.0**-10)

Place = list[Any]
"""What an entry of a list has under ``x``."""


def verified(model: Model, network: LinearNetwork | None, point: Sequence[float]) -> Place | None:
    """Return the place of an equilibrium of a model about a point, as the kernel accepts it; None if none is found."""
    short = [Fraction(value).limit_denominator(SHORT) for value in point]
    if network is not None and network.rests_at(np.array(short, dtype=object)):
        exact = [str(value) for value in short]
        if is_accepted(model, exact):
            return exact
    for width in WIDTHS:
        half = [Fraction(width) * (1 + abs(round(value))) for value in point]
        ends = [(Fraction(value) - own, Fraction(value) + own) for value, own in zip(point, half, strict=True)]
        box = [[str(low), str(high)] for low, high in ends]
        if is_accepted(model, box):
            return box
    return None


def ends_of(place: Sequence[Any]) -> list[tuple[Fraction, Fraction]]:
    """Return the ends of the intervals of a place, equal ones for an exact state."""
    pairs = [each if isinstance(each, list) else [each, each] for each in place]
    return [(Fraction(low), Fraction(high)) for low, high in pairs]


def some_equilibria(places: Sequence[Place]) -> Evidence:
    """Return the claim that each of some states, or boxes, is or holds an equilibrium, with its proof."""
    listed = [{"x": place} for place in places]
    return {"claim": {"claim": "some equilibria", "equilibria": listed}, "proof": {"by": "boxes"}}


def is_accepted(model: Model, place: Place) -> bool:
    """Return whether the kernel accepts that there is an equilibrium at a place."""
    return accepts(model, some_equilibria([place]))


def accepts(model: Model, evidence: Evidence) -> bool:
    """Return whether the kernel accepts a claim about a model with its proof."""
    try:
        accept(core_of(model), premise_of(evidence))
    except Rejected:
        return False
    return True
