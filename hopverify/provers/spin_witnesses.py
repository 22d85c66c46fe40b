"""Spin witnesses: states whose update raises the energy, and cycles; all states of small models, else random runs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.spins import Values, quadratic_form, values_of
from hopverify.checker.spins.reading import text
from hopverify.checker.spins.values import States, all_states
from hopverify.networks import SpinModel
from hopverify.obligations import SpinConvergence, SpinDescent
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

# So many states at a time, and so many updates of a run.
BATCH, LONGEST = 64, 400


def _search(obligation: SpinDescent | SpinConvergence, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    values = values_of(model)
    for states in _batches(model, values, budget):
        if isinstance(obligation, SpinDescent):
            yield from _rises(model, values, states)
        else:
            yield from _cycles(model, values, states, np.random.default_rng(budget.seed))
        if budget.exhausted:
            return


def _batches(model: SpinModel, values: Values, budget: Budget) -> Iterator[States]:
    """Yield states to begin with: all of them, or states at which a neuron is nearly undecided, and random ones."""
    if model.size <= values.most:
        states = all_states(model.size)
        yield from (states[k : k + 4096] for k in range(0, len(states), 4096))
        return
    generator = np.random.default_rng(budget.seed)
    yield from _nearly_undecided(model, generator)
    for _ in range(0, budget.samples, BATCH):
        yield 2 * generator.integers(0, 2, (BATCH, model.size)) - 1


def _nearly_undecided(model: SpinModel, generator: np.random.Generator) -> Iterator[States]:
    """Yield states at which a neuron that inhibits itself is pulled by the others less than by itself."""
    form = quadratic_form(model)
    if form is None:
        return
    rest, vector = form.update.off_diagonal(), form.update.vector
    for i in [int(k) for k in np.flatnonzero(form.update.diagonal < 0)[:20]]:
        aim = -form.update.diagonal[i] // 2
        largest = np.argsort(-abs(rest[i]))
        states = np.ones((BATCH, model.size), dtype=np.int64)
        for state in states:
            total = vector[i]
            for j in (largest if state is states[0] else generator.permutation(largest)).tolist():
                state[j] = 1 if (total < aim) == (rest[i, j] > 0) else -1
                total += state[j] * rest[i, j]
        yield states


def _rises(model: SpinModel, values: Values, states: States) -> Iterator[Evidence]:
    if model.synchronous:
        for _ in range(20):
            after = values.step(states)
            for k in np.flatnonzero(values.rising(states, after) == 1)[:1]:
                yield {"rule": "spin_rise", "state": text(states[k])}
            states = after
        return
    flips = values.flips(states)
    for i in np.flatnonzero(flips.any(axis=0)):
        before = states[flips[:, i]]
        after = before.copy()
        after[:, i] *= -1
        for k in np.flatnonzero(values.rising(before, after) == 1)[:1]:
            yield {"rule": "spin_rise", "state": text(before[k]), "neuron": int(i)}


def _cycles(model: SpinModel, values: Values, states: States, generator: np.random.Generator) -> Iterator[Evidence]:
    if model.synchronous:
        yield from _synchronous_cycles(values, states)
        return
    if model.size <= values.most:
        found = _cycle_among_all(values, all_states(model.size))
        if found is not None:
            yield found
        return
    for start in states:
        walked = _walk(values, start, generator)
        if walked is not None:
            yield {"rule": "spin_cycle", "state": text(walked[0]), "order": walked[1]}


def _cycle_among_all(values: Values, states: States) -> Evidence | None:
    """Return a cycle of flips, if there is one: states that lead to states at rest only are left out first."""
    flips = values.flips(states)
    bits = 1 << np.arange(states.shape[1])
    neighbours = np.arange(len(states))[:, None] ^ bits
    going: NDArray[np.bool_] = np.any(flips, axis=1)
    while True:
        still: NDArray[np.bool_] = np.any(flips & going[neighbours], axis=1)
        if (still == going).all():
            break
        going = still
    if not going.any():
        return None
    place, order, seen = int(np.flatnonzero(going)[0]), list[int](), dict[int, int]()
    while place not in seen:
        seen[place] = len(order)
        i = int(np.flatnonzero(flips[place] & going[neighbours[place]])[0])
        order.append(i)
        place = int(neighbours[place, i])
    return {"rule": "spin_cycle", "state": text(states[place]), "order": order[seen[place] :]}


def _synchronous_cycles(values: Values, states: States) -> Iterator[Evidence]:
    for _ in range(LONGEST):
        after = values.step(states)
        moving = (after != states).any(axis=1)
        if not moving.any():
            return
        states, after = states[moving], after[moving]
        back = (values.step(after) == states).all(axis=1)
        if back.any():
            yield {"rule": "spin_cycle", "state": text(states[back][0]), "length": 2}
            return
        states = after
    # What still moves is in a longer cycle, or on a long way.
    seen: dict[bytes, int] = {}
    state = states[:1]
    for time in range(LONGEST):
        key = state.tobytes()
        if key in seen:
            yield {"rule": "spin_cycle", "state": text(state[0]), "length": time - seen[key]}
            return
        seen[key] = time
        state = values.step(state)


def _walk(values: Values, start: States, generator: np.random.Generator) -> tuple[States, list[int]] | None:
    """Flip neurons at random, each as its update says, until a state comes back; return it and the flips between."""
    state, order, seen = start.copy(), list[int](), dict[bytes, int]()
    for time in range(LONGEST):
        key = state.tobytes()
        if key in seen:
            return state, order[seen[key] :]
        seen[key] = time
        moving: NDArray[np.intp] = np.flatnonzero(values.flips(state[None, :])[0])
        if not len(moving):
            return None
        i = int(generator.choice(moving))
        order.append(i)
        state[i] = -state[i]
    return None


PROVER = Prover(
    name="spin_witnesses",
    summary="states of spins whose update raises the energy, and cycles of states",
    search=_search,
    reason=Reason.NO_WITNESS_FOUND,
)
