"""Equilibria as evidence states them: a rational state, or a box in which Krawczyk's test shows one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hopverify.certificate import Evidence
from hopverify.checker.boxed_equilibria import confirmed
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.payload import text_of, texts_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import LinearNetwork

SHORT = 64
WIDTHS = (2.0**-30, 2.0**-20, 2.0**-10)
Found = tuple[Evidence, Equilibrium]


def place_of(stated: Evidence) -> list[Any]:
    """Return a state of a payload as a claim has it: rationals, or the box around the centre."""
    width = Fraction(stated["width"])
    ends = [(Fraction(each) - width, Fraction(each) + width) for each in stated["centre"]]
    return [text_of(low) if low == high else [text_of(low), text_of(high)] for low, high in ends]


def verified(network: LinearNetwork, point: Sequence[Any]) -> Found | None:
    """Return a state as a payload tells it, short and exact if possible, with what is confirmed there."""
    short = [value if isinstance(value, Fraction) else Fraction(value).limit_denominator(SHORT) for value in point]
    near = [Fraction(value) for value in point]
    for centre, width in ((short, 0.0), *((near, width) for width in WIDTHS)):
        stated = {"centre": texts_of(centre), "width": text_of(width)}
        try:
            return stated, confirmed(network, stated)
        except EvidenceRejected:
            continue
    return None
