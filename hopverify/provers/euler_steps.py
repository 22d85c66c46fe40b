"""Euler steps: the longest step h with M(h) ⪰ 0 (T14), and beside it a short one that raises the energy.

M(h) falls as h grows. The lengths at which it is singular for structural reasons are tried first; between the longest
of them that the kernel accepts and the next that it does not, the least eigenvalue is followed to its zero by regula
falsi in 1/h. The result is rounded down to a few digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import floor, frexp, ldexp
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.questions import claim_of_steps
from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import Layer, Model
from hopverify.numerics.long_steps import Effort, shortest_rising
from hopverify.numerics.step_form import AlteredForm, DerivedForm, Floats, step_form
from hopverify.obligations import Convex, Regular, StepForm
from hopverify.provers import Budget, NothingToSearchError, Prover
from hopverify.provers._bounds import below
from hopverify.provers._proofs import proved_in_a_premise
from hopverify.provers._weakly_convex import weakly_convex
from hopverify.provers.structure import energy_premises, found_by_kernel, gradient_of_l
from hopverify.verdict import Reason

DOUBLINGS, ROUNDS, NARROW, BITS = 60, 40, 2.0**-12, 14
MAX_SEARCHED, MAX_NEURONS, SIMPLEST = 400, 5000, 32
SURE, HALVINGS = Fraction(9, 10), 11
SHORTER = (0.0, 2.0**-13, 2.0**-11, 2.0**-8, 2.0**-5, 0.25, 0.5, 0.75, 0.9, 0.97)
TINY, PARTS, TRIMS, MAX_TRIMMED = Fraction(1, 2**40), (1, 4, 16, 64), 7, 8


@dataclass(frozen=True, eq=False)
class Steps:
    """What a proof about steps of an obligation is made of, whatever their length."""

    obligation: StepForm
    form: DerivedForm | AlteredForm
    budget: Budget
    around: Mapping[str, Any] = field(default_factory=dict)
    """A box around the states with E ≤ c, and how finely its outside or its faces are looked at."""

    @cached_property
    def premises(self) -> list[dict[str, Any]]:
        """The premises of the kernel's theorem, in its order."""
        if isinstance(self.form, DerivedForm):
            model = self.form.model
            at_once = [layer for layer in model.layers.values() if layer.instantaneous]
            return [*energy_premises(model), *map(self._convex, at_once)]
        system, moduli = self.form.system, self.form.moduli
        found: list[dict[str, Any]] = []
        for layer in system.fast:
            found += [self._proved(Regular(layer)), gradient_of_l(layer)]
            found += [self._convex(layer)] if layer.name in system.model.inhibition else []
        if system.residual is not None:
            found += [self._convex(system.residual), self._proved(Regular(system.residual))]
        others = [layer for layer in system.fast if layer.name not in system.model.inhibition]
        found += [self._convex(layer) for layer in others if layer.name not in moduli]
        return found + [weakly_convex(layer, moduli[layer.name]) for layer in others if layer.name in moduli]

    def _convex(self, layer: Layer) -> dict[str, Any]:
        return self._proved(Convex(layer))

    def _proved(self, obligation: Convex | Regular) -> dict[str, Any]:
        return proved_in_a_premise(obligation, self.budget)

    def evidence(self, pace: Fraction, **more: Any) -> Evidence:
        """Return evidence for the kernel about steps up to 1/pace; ``more`` is a longer step, and guesses for it."""
        fields: dict[str, Any] = claim_of_steps(self.obligation, "descent")
        claim = fields.pop("name")
        fields["up_to"] = str(1 / pace) if pace else None
        if pace:
            fields["alpha"] = {
                layer.name: [str(1 / (pace * tau)) for tau in (max(layer.tau), min(layer.tau))]
                for layer in self.obligation.model.dynamic
            }
        fields |= {key: more[key] for key in ("longer",) if key in more}
        held = {"guesses": more["guesses"]} if "guesses" in more else {}
        by = "T14" if isinstance(self.form, DerivedForm) else "altered"
        stated = {**self.form.stated, "premises": self.premises, **held, **self.around}
        return found_by_kernel(stated, by, claim, **fields)

    def shown(self, pace: Fraction) -> bool:
        """Whether the kernel accepts steps up to 1/pace."""
        try:
            judge(self.obligation, self.evidence(pace), uncertain=bool(self.obligation.model.uncertain))
        except EvidenceRejected:
            return False
        return True

    def least(self, pace: float) -> float:
        """Return the least eigenvalue of M, in floating point; 1 where no neuron counts."""
        M = self._matrix(pace)
        if M is None:
            return -1.0
        return float(np.min(np.linalg.eigvalsh((M + M.T) / 2), initial=np.inf)) if len(M) else 1.0

    def _matrix(self, pace: Fraction | float) -> Floats | None:
        """Return M(h) in floating point, or None if doubles do not hold it."""
        try:
            M = self.form.matrix(float(pace))
        except OverflowError:
            return None
        return M if np.isfinite(M).all() else None

    def longest(self) -> Fraction | None:
        """Return the least pace found at which the kernel accepts that M(h) ⪰ 0."""
        wanted, least = self.obligation.length, self.form.least_pace
        tried = {least, *self.form.natural_paces, *([] if wanted is None else [1 / wanted])}
        failed, best = None, None
        for pace in sorted(pace for pace in tried if pace >= least):
            if self._is_near(pace) and self.shown(pace):
                best = pace
                break
            failed = pace
            if self.budget.exhausted:
                break
        if best is not None and failed is None:
            return best
        return self._refined(least if failed is None else failed, best) or best

    def _is_near(self, pace: Fraction) -> bool:
        """Whether M(h) may be ⪰ 0: doubles, where they hold it, decide that the kernel is not worth asking."""
        M = self._matrix(pace)
        return M is None or self.least(float(pace)) >= -1e-9 * (1 + float(np.max(np.abs(M), initial=0.0)))

    def _refined(self, failed: Fraction, best: Fraction | None) -> Fraction | None:
        """Return a pace just above the zero of the least eigenvalue, between one that fails and the best."""
        low, high = float(failed), None if best is None else float(best)
        if high is None:
            high = max(2 * low, 2.0**-20)
            for _ in range(DOUBLINGS):
                if self.least(high) > 0:
                    break
                low, high = high, 2 * high
        pace = self._zero(low, high)
        # A form that is singular at a simple fraction is often meant to be.
        simple = (1 / Fraction(pace)).limit_denominator(SIMPLEST)
        near = [simple] if simple and abs(float(simple) * pace - 1) < NARROW else []
        for step in [*near, *(_rounded_down((1 - room) / pace) for room in SHORTER)]:
            if (best is None or step * best > 1) and self.shown(1 / step):
                return 1 / self._lengthened(step, Fraction(1 / pace)) if step * Fraction(pace) < SURE else 1 / step
        return None

    def _lengthened(self, accepted: Fraction, high: Fraction) -> Fraction:
        """Return a longer step that the kernel accepts, too, by bisection: weights with a spread leave it less room."""
        for _ in range(HALVINGS):
            middle = _rounded_down(float(accepted + high) / 2)
            accepted, high = (middle, high) if self.shown(1 / middle) else (accepted, middle)
        return accepted

    def _zero(self, low: float, high: float) -> float:
        """Return the upper end of an interval around the zero of the least eigenvalue of M (Illinois)."""
        below, above = self.least(low), self.least(high)
        for _ in range(ROUNDS):
            if high - low <= NARROW * high / 4 or self.budget.exhausted or not np.isfinite([below, above]).all():
                break
            share = min(max(-below / (above - below), 0.02), 0.98) if above > below else 0.5
            middle = low + share * (high - low)
            value = self.least(middle)
            if value >= 0:
                high, above, below = middle, value, below / 2
            else:
                low, below, above = middle, value, above / 2
        return high


def _search(obligation: StepForm, budget: Budget) -> Iterator[Evidence]:
    steps = Steps(obligation, step_form(obligation), budget)
    if obligation.below is not None:
        around = boxed(steps)
        if around is None:
            raise NothingToSearchError(Reason.OUTSIDE_THEOREM)
        steps = around
    pace = steps.longest()
    if pace is None:
        return
    wanted = obligation.length
    if pace and _is_small(obligation.model) and (wanted is None or wanted * pace <= 1):
        for found in _longer(obligation, 1 / pace, budget):
            yield steps.evidence(pace, **found)
    yield steps.evidence(pace)


def boxed(steps: Steps) -> Steps | None:
    """Return the same with a box, or with parts of faces, for which the kernel accepts that steps do not leave it.

    A box is a cube around 0, made smaller side by side. Steps are very short, so that M(h) does not decide.
    """
    obligation = steps.obligation
    pace = 1 / TINY if obligation.length is None else max(1 / TINY, 1 / obligation.length)
    if obligation.region is not None:
        for parts in PARTS:
            tried = replace(steps, around={"parts": parts} if parts > 1 else {})
            if tried.shown(pace):
                return tried
        return None
    size = obligation.model.size

    def within(ends: list[list[Fraction]]) -> Steps:
        return replace(steps, around={"box": [[str(low), str(high)] for low, high in ends]})

    radii = [Fraction(2) ** k for k in range(-4, 12)]
    for radius in radii:
        ends = [[-radius, radius] for _ in range(size)]
        if within(ends).shown(pace):
            break
    else:
        return None
    for neuron in range(size if size <= MAX_TRIMMED else 0):
        for side in (0, 1):
            ends = _trimmed(within, ends, neuron, side, pace)
    found = within(ends)
    if isinstance(steps.form, DerivedForm):
        region = tuple((low, high) for low, high in ends)
        found = replace(found, form=replace(steps.form, region=region))
    return found


def _trimmed(
    within: Callable[[list[list[Fraction]]], Steps], ends: list[list[Fraction]], neuron: int, side: int, pace: Fraction
) -> list[list[Fraction]]:
    """Return a box with one end nearer to the other, by bisection."""
    good, bad = ends[neuron][side], ends[neuron][1 - side]
    for _ in range(TRIMS):
        middle = (good + bad) / 2
        tried = [list(own) for own in ends]
        tried[neuron][side] = middle
        if middle != ends[neuron][1 - side] and within(tried).shown(pace):
            good, ends = middle, tried
        else:
            bad = middle
    return ends


def _is_small(model: Model) -> bool:
    """Whether energies cost little enough to search for a step that raises one; instantaneous neurons count too."""
    return (
        model.has_known_energy
        and model.size <= MAX_SEARCHED
        and sum(layer.size for layer in model.layers.values()) <= MAX_NEURONS
    )


def _longer(obligation: StepForm, certified: Fraction, budget: Budget) -> Iterator[dict[str, Any]]:
    """Yield a short step that raises the energy, if one was found, and if doubles reach so far."""
    try:
        step = float(certified)
    except OverflowError:
        return
    found = shortest_rising(obligation, step, Effort(budget.samples, budget.seed, lambda: budget.exhausted))
    for rise in [] if found is None else below(found.rise):
        assert found is not None
        yield {"longer": {"state": found.state, "step": str(found.step), "rise": rise}, **found.held}


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
