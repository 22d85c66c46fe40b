"""An equilibrium that is stated: exactly, in rationals, or as the only one in a box, by Krawczyk's test.

The test has proved error bounds (:mod:`hopverify.checker.contraction`), and costs a few products of N × N matrices, so
networks of hundreds of neurons are within reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.boxes import Boxes
from hopverify.checker.contraction import Contractor
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.payload import rational, vector
from hopverify.errors import EvidenceRejected
from hopverify.expr.intervals import enclose
from hopverify.networks import LinearNetwork

Vector = np.ndarray[Any, Any]


def box_around(contractor: Contractor, centre: Vector, width: Fraction) -> Boxes:
    """Return the box centre ± width, its ends rounded outward to doubles."""
    lower = np.array([float(enclose(value - width).lower) for value in centre])
    upper = np.array([float(enclose(value + width).upper) for value in centre])
    return contractor.everywhere(lower, upper)


def verify_box(contractor: Contractor, centre: Vector, width: Fraction, label: str) -> Boxes:
    """Return the box centre ± width, rounded outward; raise unless it holds exactly one equilibrium.

    The test is made on doubles around the box, and its result must lie inside the box as the payload states it.
    """
    if width <= 0:
        raise EvidenceRejected(f"the box of {label} has no width")
    box = box_around(contractor, centre, width)
    if not (np.isfinite(box.lower).all() and np.isfinite(box.upper).all()):
        raise EvidenceRejected(f"the box of {label} is beyond the range of doubles")
    (low,), (high,) = contractor.krawczyk(box)
    finite = bool(np.isfinite(low).all() and np.isfinite(high).all())
    if not finite or not all(
        value - width < Fraction(a) and Fraction(b) < value + width
        for value, a, b in zip(centre, low.tolist(), high.tolist(), strict=True)
    ):
        raise EvidenceRejected(f"Krawczyk's test does not hold on the box of {label}")
    return box


def confirmed(network: LinearNetwork, stated: Any) -> Equilibrium:
    """Return the equilibrium that a state of the payload is, for width 0, or that its box holds."""
    if not isinstance(stated, Mapping) or set(stated) != {"centre", "width"}:
        raise EvidenceRejected("states: expected a centre and a width each")
    contractor = Contractor(network)
    centre, width = vector(stated["centre"], network.size), rational(stated["width"])
    if width:
        box = verify_box(contractor, centre, width, "a state")
        return Equilibrium(None, box.lower[0], box.upper[0])
    box = box_around(contractor, centre, width)
    if not (np.isfinite([box.lower, box.upper]).all() and network.rests_at(centre)):
        raise EvidenceRejected("states: a state of width 0 is no equilibrium, exactly")
    return Equilibrium(centre, box.lower[0], box.upper[0])
