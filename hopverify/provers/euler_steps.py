"""Euler steps: the longest step h with M(h) ⪰ 0 (T14), and beside it a short one that raises the energy.

M(h) falls as h grows. The lengths at which it is singular for structural reasons are tried first, exactly; between the
longest of them that holds and the next that does not, the least eigenvalue is followed to its zero by regula falsi in
1/h. The result is rounded down to a few digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor, frexp, ldexp
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.payload import text_of
from hopverify.checker.rules.euler_step import ANY
from hopverify.checker.step_form import AlteredForm, DerivedForm, step_form
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model
from hopverify.numerics.definiteness import least_eigenvalue, propose_semidefinite
from hopverify.numerics.long_steps import Effort, shortest_rising
from hopverify.obligations import StepForm
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Form = DerivedForm | AlteredForm
Shown = tuple[Fraction, dict[str, Any]]
"""1/h, and what evidence beside the step is needed."""

DOUBLINGS, ROUNDS, NARROW, BITS = 60, 40, 2.0**-12, 14
MAX_SEARCHED, MAX_NEURONS, SIMPLEST = 400, 5000, 32


def _search(obligation: StepForm, budget: Budget) -> Iterator[Evidence]:
    try:
        form = step_form(obligation)
        found = longest(form, obligation.length, budget)
    except EvidenceRejected:
        return
    if found is None:
        return
    pace, shown = found
    evidence = {"rule": "euler_step", "step": text_of(1 / pace) if pace else ANY, **shown}
    wanted = obligation.length
    told = pace and _is_small(obligation.model) and (wanted is None or wanted * pace <= 1)
    unsafe = _rising(obligation, 1 / pace, budget) if told else None
    if unsafe is not None:
        yield evidence | {"unsafe": unsafe}
    yield evidence


def _is_small(model: Model) -> bool:
    """Whether energies cost little enough to search for a step that raises one; instantaneous neurons count too."""
    return model.size <= MAX_SEARCHED and sum(layer.size for layer in model.layers.values()) <= MAX_NEURONS


def _rising(obligation: StepForm, certified: Fraction, budget: Budget) -> dict[str, Any] | None:
    """Return a short step that raises the energy; None if none was found, or if doubles do not reach so far."""
    try:
        step = float(certified)
    except OverflowError:
        return None
    return shortest_rising(obligation, step, Effort(budget.samples, budget.seed, lambda: budget.exhausted))


def longest(form: Form, wanted: Fraction | None, budget: Budget) -> Shown | None:
    """Return the least pace found at which the checker accepts that M(h) ⪰ 0."""
    least = form.least_pace
    tried = {least, *form.natural_paces, *([] if wanted is None else [1 / wanted])}
    failed, best = None, None
    for pace in sorted(pace for pace in tried if pace >= least):
        best = shown_at(form, pace)
        if best is not None or budget.exhausted:
            break
        failed = pace
    if best is not None and failed is None:
        return best
    start = failed if failed is not None else least
    return _refined(form, start, best, budget) or best


def shown_at(form: Form, pace: Fraction) -> Shown | None:
    """Return evidence that M(h) ⪰ 0 for h = 1/pace, or None."""
    try:
        below = form.diagonal_below(pace)
        if below is not None and all(entry is None or entry >= 0 for entry in below):
            return pace, {}
        definiteness = propose_semidefinite(form.form(pace))
    except EvidenceRejected:
        return None
    return None if definiteness is None else (pace, {"definiteness": definiteness})


def _refined(form: Form, failed: Fraction, best: Shown | None, budget: Budget) -> Shown | None:
    """Return evidence at a pace just above the zero of the least eigenvalue, between one that fails and the best."""
    low, high = float(failed), float(best[0]) if best is not None else None
    if high is None:
        high = max(2 * low, 2.0**-20)
        for _ in range(DOUBLINGS):
            if _least(form, high) > 0:
                break
            low, high = high, 2 * high
    pace = _zero(form, low, high, budget)
    # A form that is singular at a simple fraction is often meant to be.
    simple = (1 / Fraction(pace)).limit_denominator(SIMPLEST)
    near = [simple] if abs(float(simple) * pace - 1) < NARROW else []
    rounded = [_rounded_down((1 - room) / pace) for room in (0.0, 2.0**-13, 2.0**-11, 2.0**-8, 2.0**-5)]
    for step in near + rounded:
        found = shown_at(form, 1 / step) if best is None or step * best[0] > 1 else None
        if found is not None:
            return found
    return None


def _zero(form: Form, low: float, high: float, budget: Budget) -> float:
    """Return the upper end of an interval around the zero of the least eigenvalue of M (Illinois)."""
    below, above = _least(form, low), _least(form, high)
    for _ in range(ROUNDS):
        if high - low <= NARROW * high / 4 or budget.exhausted or not np.isfinite([below, above]).all():
            break
        share = min(max(-below / (above - below), 0.02), 0.98) if above > below else 0.5
        middle = low + share * (high - low)
        value = _least(form, middle)
        if value >= 0:
            high, above, below = middle, value, below / 2
        else:
            low, below, above = middle, value, above / 2
    return high


def _least(form: Form, pace: float) -> float:
    """Return the least eigenvalue of M, or of a diagonal matrix below it, in floating point."""
    try:
        below = form.diagonal_below(Fraction(pace))
        if below is not None:
            return min((float(entry) for entry in below if entry is not None), default=1.0)
        found = least_eigenvalue(form.form(Fraction(pace)))
    except EvidenceRejected:
        return -1.0
    return -1.0 if found is None else found


def _rounded_down(step: float) -> Fraction:
    """Return a step of a few digits, at most as long."""
    mantissa, exponent = frexp(step)
    return Fraction(floor(ldexp(mantissa, BITS))) * Fraction(2) ** (exponent - BITS)


PROVER = Prover(
    name="euler_steps",
    summary="the longest Euler step that the descent of the energy allows, and a short one that raises it",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
