"""Spin escapes: flips of patterns from which runs end elsewhere: those that pull hardest at a neuron, and random
ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.spins import Values, low_rank_of, quadratic_form, values_of
from hopverify.checker.spins.values import States
from hopverify.networks import SpinModel
from hopverify.obligations import SpinCorrection
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

LONGEST, RANDOM, WEAKEST, OTHERS = 400, 20, 10, 20


def _search(obligation: SpinCorrection, budget: Budget) -> Iterator[Evidence]:
    values, patterns = values_of(obligation.model), obligation.patterns
    needed = len(patterns) - obligation.at_least + 1
    generator, found = np.random.default_rng(budget.seed), list[dict[str, Any]]()
    for place, pattern in enumerate(patterns):
        if budget.exhausted or len(found) + len(patterns) - place < needed:
            return
        escape = _escape(obligation, values, pattern, generator)
        if escape is not None:
            found.append({"pattern": place} | escape)
        if len(found) == needed:
            yield {"rule": "spin_escape", "escapes": found}
            return


def _escape(
    obligation: SpinCorrection, values: Values, pattern: States, generator: np.random.Generator
) -> dict[str, Any] | None:
    if (values.keeping(pattern[None, :])[0] == -1).any():
        return {"flips": []}
    for flips in _candidates(obligation, pattern, generator):
        start = pattern.copy()
        start[flips] *= -1
        run = (_all_at_once if obligation.model.synchronous else _one_by_one)(values, start, pattern)
        if run is not None:
            return {"flips": [int(i) for i in flips]} | run
    return None


def _candidates(obligation: SpinCorrection, pattern: States, generator: np.random.Generator) -> Iterator[Any]:
    """Yield sets of neurons to flip: for the neurons with the least margins, those that pull hardest at them."""
    k, n = obligation.flips, len(pattern)
    if k == 0:
        return
    for pulls in _pulls(obligation.model, pattern):
        strongest = np.argsort(-pulls, kind="stable")
        yield strongest[:k]
    for other in obligation.patterns[:OTHERS]:
        for image in (other, -other):
            between = np.flatnonzero(image != pattern)
            if len(between):
                yield between[:k]
    for _ in range(RANDOM):
        yield generator.choice(n, size=min(k, n), replace=False)


def _pulls(model: SpinModel, pattern: States) -> Iterator[Any]:
    """Yield the rows a_i of the neurons with the least margins, with the neuron itself first, and then last."""
    form, low = quadratic_form(model), low_rank_of(model)
    linear = form.update if form is not None else low
    if linear is None:
        return
    margins = pattern * linear.at(pattern[None, :])[0]
    for i in np.argsort(margins, kind="stable")[:WEAKEST]:
        pulls = (pattern[i] * linear.row(int(i)) * pattern).astype(np.float64)
        pulls[i] = np.inf
        yield pulls.copy()
        pulls[i] = -np.inf
        yield pulls


def _all_at_once(values: Values, start: States, pattern: States) -> dict[str, Any] | None:
    """Return after how many synchronous updates a run is at rest, or in a cycle, away from the pattern."""
    state = start[None, :]
    for steps in range(LONGEST):
        after = values.step(state)
        if (after == state).all():
            return None if (state[0] == pattern).all() else {"steps": steps}
        if (values.step(after) == state).all():
            return {"steps": steps}
        state = after
    return None


def _one_by_one(values: Values, start: States, pattern: States) -> dict[str, Any] | None:
    """Return the flips of a run that goes away from the pattern where it can and comes to rest elsewhere."""
    state, order = start.copy(), list[int]()
    for _ in range(LONGEST):
        moving = np.flatnonzero(values.flips(state[None, :])[0])
        if not len(moving):
            return None if (state == pattern).all() else {"order": order}
        away = moving[state[moving] == pattern[moving]]
        i = int(away[0] if len(away) else moving[0])
        order.append(i)
        state[i] = -state[i]
    return None


PROVER = Prover(
    name="spin_escapes",
    summary="flips of stored patterns from which a run of updates ends elsewhere",
    search=_search,
    reason=Reason.FLIPS_NOT_CERTIFIED,
)
