"""Equilibria beside memories of any model: follow the flow from each pattern, polish, and box the end in balls."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.checker.rules.equilibrium_balls import MAX_SIZE, krawczyk, rates
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.networks import Model
from hopverify.networks.network import split
from hopverify.numerics.equilibrium import Floats, followed, lyapunov_form, newton
from hopverify.obligations import EquilibriaBeside
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

WIDTHS = (2.0**-40, 2.0**-34, 2.0**-28, 2.0**-20)

# Quadratic forms have n² numbers; beyond this size stability is left to the eigenvalues.
MAX_FORM = 40


def _boxed(model: Model, x: Floats) -> Fraction | None:
    """Return a half-width for which Krawczyk's test holds around x."""
    with precision():
        for width in map(Fraction, WIDTHS):
            image, _ = krawczyk(model, BALLS.array(x), ball(width))
            ends = zip(image, map(Fraction, x.tolist()), strict=True)
            if all(entry > ball(c - width) and entry < ball(c + width) for entry, c in ends):
                return width
    return None


def _form(model: Model, x: Floats) -> list[list[str]] | None:
    """Return P as short rationals, with PA + AᵀP near -I at the state, or None if the linear flow is not stable."""
    with precision():
        A = np.array([[float(ball_.mid()) for ball_ in row] for row in rates(model, BALLS.array(x))])
    P = lyapunov_form(A)
    return None if P is None else [texts_of(row.tolist()) for row in P]


def _search(obligation: EquilibriaBeside, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    if model.size > MAX_SIZE:
        return
    found = []
    for pattern in obligation.patterns.floats():
        found.append(None if budget.exhausted else _found(obligation, pattern))
    centres = [None if each is None else each[0] for each in found]
    widths = [None if each is None else each[1] for each in found]
    forms = [None if each is None else each[2] for each in found]
    evidence: Evidence = {"rule": "equilibrium_balls", "centres": centres, "widths": widths}
    yield evidence | {"lyapunov": forms}
    yield evidence


def _found(obligation: EquilibriaBeside, pattern: Floats) -> tuple[Any, str, Any] | None:
    """Return the centre and the half-width of a box with an equilibrium, and a form; None where the search fails."""
    model = obligation.model
    start = {layer.name: np.zeros(layer.size) for layer in model.dynamic} | {obligation.layer: pattern}
    try:
        rest = newton(model, followed(model, np.concatenate([start[layer.name] for layer in model.dynamic])))
        width = _boxed(model, rest[0]) if rest is not None else None
        if rest is None or width is None:
            return None
        centre = {name: texts_of(part.tolist()) for name, part in split(model, rest[0]).items()}
        return centre, str(width), _form(model, rest[0]) if model.size <= MAX_FORM else None
    except (HopverifyError, ZeroDivisionError, np.linalg.LinAlgError):
        return None


PROVER = Prover(
    name="equilibrium_beside",
    summary="the equilibrium that the flow reaches from each stored pattern, for any model, boxed in ball arithmetic",
    search=_search,
    reason=Reason.NOT_STORED,
    exact=True,
)
