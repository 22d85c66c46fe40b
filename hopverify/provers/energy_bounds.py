"""A lower bound of the energy from ranges, growth and slopes, and a margin of the form that growing activations feel.

The margin is found by eigenvalues where Q itself, or Q without its positive entries, is positive definite; by a
semidefinite program (cvxpy) for a split Q = P + N; and for small ones by guessing one that strict copositivity then
decides. With an energy that descends, the bound may confine the states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor, frexp, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.payload import text_of
from hopverify.errors import EvidenceRejected, HopverifyError
from hopverify.networks import Model
from hopverify.numerics.copositivity import least_eigenvalue, rounded_margin, splits
from hopverify.numerics.energy_form import EnergyForm, Way, ways
from hopverify.numerics.ranges import Box, total_drives
from hopverify.numerics.semidefinite import solve
from hopverify.obligations import Bounded, Convex, EnergyBoundedBelow, GradientOfL, premises_of_descent
from hopverify.provers import Budget, Prover
from hopverify.provers._proofs import entries_of, is_proved, proof
from hopverify.provers.growth_box import rows_of, state_box
from hopverify.provers.structure import found_by_kernel, regularity_premises
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
MAX_COPOSITIVE, MAX_PROGRAM, BITS = 14, 60, 20
STATED = ("growth", "synapses", "margin", "split")
BOXED = (2.0**-10, 2.0**-3)
SLACKS = (0.0, 2.0**-10, 0.5)
"""The kernel's own intervals may be wider than those of the estimate."""


def _search(obligation: Bounded | EnergyBoundedBelow, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    if isinstance(obligation, EnergyBoundedBelow):
        yield from _bounds(model, budget)
        return
    premises = [proof(each, budget) for each in premises_of_descent(model)]
    if None in premises:
        return
    descent = {"claim": {"claim": "descent"}, "proof": {"by": "T2", "premises": entries_of(premises)}}
    for bound in _bounds(model, budget):
        if bound["claim"]["confines"] and is_proved(EnergyBoundedBelow(model), bound):
            yield from _boxes(model, entries_of([*premises, bound]), bound["proof"])
            held = [descent, *entries_of([bound]), *regularity_premises(model)]
            yield found_by_kernel({"premises": held}, "energy", "bounded solutions")
            return


def _boxes(model: Model, premises: list[dict[str, Any]], shown: dict[str, Any]) -> Iterator[Evidence]:
    """Offer boxes around all equilibria, from what bounds the energy, where activations grow without offsets."""
    grown = {name: [Fraction(each) for each in row] for name, row in shown["growth"].items()}
    if any(row[1] or row[3] for row in grown.values()) or not all(
        isinstance(way, str) for way in shown["synapses"].values()
    ):
        return
    form = EnergyForm(model, grown, shown["synapses"])
    for slack in BOXED:
        gamma = form.equilibria(float(Fraction(shown["margin"])), slack) if grown else form.gamma
        drives = total_drives(model, gamma)
        boxes = {name: state_box(layer, drives[name], slack) for name, layer in model.layers.items()}
        for name, box in boxes.items():
            if not box.is_finite:
                boxes[name] = Box(gamma[name].lower * (1 + slack) - slack, gamma[name].upper * (1 + slack) + slack)
        if all(box.is_finite for box in boxes.values()):
            kept = {key: shown[key] for key in STATED if key in shown}
            yield found_by_kernel({"premises": premises, **kept}, "limits", "bounded solutions", box=rows_of(boxes))


def _bounds(model: Model, budget: Budget) -> Iterator[Evidence]:
    """Offer bounds of the energy."""
    if model.claimed is not None:
        return
    layers, margins = model.layers, dict[bytes, list[tuple[dict[str, Any], float | None]]]()
    shown = {name: [proof(kind(each), budget) for kind in (Convex, GradientOfL)] for name, each in layers.items()}
    for grown, chosen in ways(model):
        counted = [name for name, each in layers.items() if name in grown or any(rho > 0 for rho in each.leak)]
        premises = [each for name in counted for each in shown[name]]
        if None not in premises:
            growth = {name: [text_of(each) for each in row] for name, row in grown.items()}
            counted_by = {name: _way(way) for name, way in chosen.items()}
            held = {"premises": entries_of(premises), "growth": growth, "synapses": counted_by}
            try:
                form = EnergyForm(model, grown, chosen)
                # Many ways have one form.
                Q = form.form()
                key = Q.tobytes() + form.signed.tobytes()
                if key not in margins:
                    margins[key] = list(_margins(Q, form.signed, budget))
                yield from _with_margins(form, Q, margins[key], held)
            except (EvidenceRejected, HopverifyError, ArithmeticError, ValueError):
                # Numbers beyond doubles, or functions that are not defined where they are needed.
                continue


def _way(way: Way) -> Any:
    return way if isinstance(way, str) else {name: [text_of(each) for each in row] for name, row in way.items()}


def _with_margins(
    form: EnergyForm, Q: Floats, margins: Sequence[tuple[dict[str, Any], float | None]], proof_of: dict[str, Any]
) -> Iterator[Evidence]:
    for held, margin in margins:
        for bound in _offered(form.bound(margin, Q)):
            claim = {"lower_bound": text_of(bound), "confines": _confines(form)}
            yield found_by_kernel({**proof_of, **held}, "convexity", "energy bounded below", **claim)


def _confines(form: EnergyForm) -> bool:
    free = [name for name in form.unbounded if name not in form.grown]
    return all(rho > 0 for name in free for rho in form.model.layers[name].leak)


def _offered(estimate: float) -> Iterator[Fraction]:
    """Yield short numbers below an estimate."""
    if isfinite(estimate):
        for slack in SLACKS:
            value = estimate - slack * max(abs(estimate), 2.0**-10)
            unit = Fraction(2) ** max(frexp(value)[1] - BITS, -BITS)
            yield floor(Fraction(value) / unit) * unit


def _margins(Q: Floats, cone: NDArray[np.bool_], budget: Budget) -> Iterator[tuple[dict[str, Any], float | None]]:
    """Yield the keys of a proof that has a margin, cheap ones first; none is needed without growing activations."""
    if not len(Q):
        yield {}, None
        return
    if not np.isfinite(Q).all() or ((~cone).any() and least_eigenvalue(Q[np.ix_(~cone, ~cone)]) <= 0):
        return
    for margin, N in splits(Q, cone):
        yield _held(margin, N)
    if 0 < cone.sum() <= MAX_COPOSITIVE:
        scale = float(np.max(np.abs(Q)))
        for k in (4, 8, 14, 22):
            yield _held(scale * 2.0**-k, None)
    if len(Q) <= MAX_PROGRAM and cone.any() and not budget.exhausted:
        found = _program(Q, cone, budget.seconds)
        if found is not None:
            yield _held(*found)


def _held(margin: float, N: Floats | None) -> tuple[dict[str, Any], float]:
    short = rounded_margin(margin)
    if N is None:
        return {"margin": text_of(short)}, short
    rows = ((N + N.T) / 2).tolist()
    return {"margin": text_of(short), "split": [[text_of(each) for each in row] for row in rows]}, short


def _program(Q: Floats, cone: NDArray[np.bool_], seconds: float) -> tuple[float, Floats] | None:
    """Return (margin, N) that maximise the margin with Q - N - margin·I ⪰ 0, N ≥ 0 on the cone."""
    import cvxpy

    cp: Any = cvxpy

    n = len(Q)
    N, t = cp.Variable((n, n), symmetric=True), cp.Variable()
    mask = np.outer(cone, cone).astype(float)
    constraints = [Q - N - t * np.eye(n) >> 0, N >= 0, cp.multiply(1 - mask, N) == 0, t <= 1]
    problem = cp.Problem(cp.Maximize(t), constraints)
    if solve(problem, (N, t), seconds=seconds) is None or not float(t.value) > 0:
        return None
    unit = 2.0 ** np.floor(np.log2(float(t.value)) - np.log2(n) - 6)
    rounded = np.maximum(np.round((N.value + N.value.T) / 2 / unit) * unit, 0.0) * mask
    return float(t.value) / 2, rounded


PROVER = Prover(
    name="energy_bounds",
    summary="a lower bound of the energy, which may confine the states, and a margin of its form",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
