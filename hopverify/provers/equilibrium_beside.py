"""Equilibria beside memories of any model: follow the flow from each pattern, polish, and box the end in balls."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.checker.rules.equilibrium_balls import MAX_SIZE, krawczyk, rates
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.model import Model
from hopverify.model.network import split
from hopverify.numerics.equilibrium import Floats, followed, lyapunov_form, newton
from hopverify.obligations import EquilibriaBeside
from hopverify.provers import Budget, Prover

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
    centres, widths, forms = [], [], []
    for pattern in obligation.patterns.floats():
        start = {layer.name: np.zeros(layer.size) for layer in model.dynamic} | {obligation.layer: pattern}
        try:
            found = newton(model, followed(model, np.concatenate([start[layer.name] for layer in model.dynamic])))
            width = _boxed(model, found[0]) if found is not None else None
        except (HopverifyError, ZeroDivisionError, np.linalg.LinAlgError):
            return
        if found is None or width is None or budget.exhausted:
            return
        centres.append({name: texts_of(part.tolist()) for name, part in split(model, found[0]).items()})
        widths.append(str(width))
        forms.append(_form(model, found[0]) if model.size <= MAX_FORM else None)
    yield {"rule": "equilibrium_balls", "centres": centres, "widths": widths, "lyapunov": forms}
    yield {"rule": "equilibrium_balls", "centres": centres, "widths": widths}


PROVER = Prover(
    name="equilibrium_beside",
    summary="the equilibrium that the flow reaches from each stored pattern, for any model, boxed in ball arithmetic",
    obligations=(EquilibriaBeside,),
    search=_search,
    order=50,
    exact=True,
)
