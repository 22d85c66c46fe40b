"""Equilibria beside memories: follow the flow from each pattern in floats, polish by Newton's method, box the end."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.boxed_equilibria import box_around
from hopverify.checker.boxes import Boxes
from hopverify.checker.contraction import Contractor
from hopverify.checker.payload import texts_of
from hopverify.checker.rules.equilibrium_boxes import local_form
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.numerics.definiteness import propose
from hopverify.obligations import EquilibriaNear
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
STEPS, NEWTON_STEPS = 400, 20
WIDTHS = (2.0**-34, 2.0**-28, 2.0**-22, 2.0**-16)


def _activated(contractor: Contractor, x: Floats) -> Floats:
    gamma = np.empty_like(x)
    for function, neurons, _ in contractor.activations.groups:
        gamma[neurons] = evaluate(function.activation[0], {"x": x[neurons]}, FLOATS)
    return gamma


def _equilibrium(contractor: Contractor, x: Floats) -> Floats:
    """Return a state near an equilibrium that the flow reaches from x."""
    for _ in range(STEPS):
        x = x + 0.5 * (contractor.A @ _activated(contractor, x) + contractor.beta - x)
    zeros = np.zeros((1, len(x)), dtype=np.int64)
    for _ in range(NEWTON_STEPS):
        point = Boxes(x[None], x[None], zeros, contractor.last[None])
        low, high = contractor.activations.slopes(point)
        slopes = np.nan_to_num((low[0] + high[0]) / 2)
        residual = x - contractor.A @ _activated(contractor, x) - contractor.beta
        try:
            x = x - np.linalg.solve(np.eye(len(x)) - contractor.A * slopes, residual)
        except np.linalg.LinAlgError:
            break
    return x


def _width(contractor: Contractor, x: Floats) -> float | None:
    for width in WIDTHS:
        box = contractor.everywhere(x - width, x + width)
        low, high = contractor.krawczyk(box)
        if ((box.lower < low) & (high < box.upper)).all():
            return width
    return None


def _stability(obligation: EquilibriaNear, contractor: Contractor, x: Floats, width: float) -> dict[str, Any] | None:
    """Return evidence that the equilibrium in a box is stable, if any is found."""
    centre = np.array([Fraction(value) for value in x.tolist()], dtype=object)
    form = local_form(obligation, box_around(contractor, centre, Fraction(width)))
    return None if form is None else propose(form)


def _search(obligation: EquilibriaNear, budget: Budget) -> Iterator[Evidence]:
    contractor = Contractor(obligation.search.network)
    centres: list[list[str] | None] = []
    widths: list[str | None] = []
    stable: list[dict[str, Any] | None] = []
    patterns = obligation.patterns.floats()
    for pattern in patterns:
        if budget.exhausted:
            break
        start = np.zeros(contractor.size)
        start[obligation.offset : obligation.offset + len(pattern)] = pattern
        x = _equilibrium(contractor, start)
        width = _width(contractor, x) if np.isfinite(x).all() else None
        centres.append(None if width is None else texts_of(x.tolist()))
        widths.append(None if width is None else str(Fraction(width)))
        stable.append(None if width is None else _stability(obligation, contractor, x, width))
    left: list[None] = [None] * (len(patterns) - len(centres))
    yield {
        "rule": "equilibrium_boxes",
        "centres": [*centres, *left],
        "widths": [*widths, *left],
        "definiteness": [*stable, *left],
    }


PROVER = Prover(
    name="equilibrium_near",
    summary="the equilibrium that the flow reaches from each stored pattern, boxed",
    search=_search,
    reason=Reason.NOT_STORED,
    exact=True,
)
