"""Equilibria beside memories: follow the flow from each pattern in floats, polish by Newton's method, box the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from hopverify.certificate import Evidence
from hopverify.errors import HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.networks import LinearNetwork, Model, linear_network
from hopverify.networks.network import split
from hopverify.numerics.equilibrium import Floats, followed, jacobian, newton
from hopverify.numerics.lyapunov import solution
from hopverify.numerics.settling import Settling
from hopverify.obligations import Search, StoredPatterns
from hopverify.provers import Budget, Prover
from hopverify.provers._flat_rows import with_flat_regions
from hopverify.provers._listed_state import State
from hopverify.provers._stability import Told, candidates, falling, with_stability
from hopverify.provers._stored_rows import ROOMS, is_small, stored_claim
from hopverify.provers._verified import Place, some_equilibria, verified
from hopverify.provers.structure import premise_of
from hopverify.verdict import Reason

SAME = 1e-6

MAX_SIZE = 80
"""Of other networks than those with linear drives Jacobians are found column by column."""


def _search(obligation: StoredPatterns, budget: Budget) -> Iterator[Evidence]:
    model, network = obligation.model, linear_network(obligation.model)
    if (network is None and model.size > MAX_SIZE) or not is_small(obligation):
        return
    chosen, found = _found(obligation, network, budget)
    if not found:
        return
    if network is None:
        search, offered = Search(model, _alone(model), None), lambda state: _by_form(model, state)
    else:
        search, offered = Search(model, network, None), candidates
    stability = with_stability(search, some_equilibria(found), offered)
    flat = with_flat_regions(search, stability)
    for about in ([flat], []) if any("layers" in row for row in flat["claim"]["equilibria"]) else ([],):
        for room in ROOMS:
            yield _claimed(obligation, chosen, stability, about, room)


def _claimed(
    obligation: StoredPatterns,
    chosen: Sequence[int | None],
    stability: Evidence,
    about: Sequence[Evidence],
    room: float,
) -> Evidence:
    """Return the claim about equilibria whose stability is known, and maybe what is told of their flat regions."""
    rows = [dict(row) for row in stability["claim"]["equilibria"]]
    for told in (told for flat in about for told in zip(rows, flat["claim"]["equilibria"], strict=True)):
        told[0]["flat"] = {key: value for key, value in told[1].items() if key != "x"}
    claim = stored_claim(obligation, [None if place is None else rows[place] for place in chosen], room)
    premises = [premise_of(each) for each in (stability, *about)]
    return {"rule": "kernel", "claim": claim, "proof": {"by": "each", "premises": premises}}


def _found(
    obligation: StoredPatterns, network: LinearNetwork | None, budget: Budget
) -> tuple[list[int | None], list[Place]]:
    """Return the equilibria that are found, each once, and for each pattern which of them is its own."""
    states, found, chosen = list[Floats](), list[Place](), list[int | None]()
    for pattern in obligation.patterns.floats():
        x = None if budget.exhausted else settled(obligation.model, network, obligation.layer, pattern)
        known = None if x is None else _known(states, x)
        if x is not None and known is None:
            place = verified(obligation.model, network, x.tolist())
            if place is not None:
                known = len(found)
                states.append(x)
                found.append(place)
        chosen.append(known)
    return chosen, found


def _known(states: Sequence[Floats], x: Floats) -> int | None:
    """Return the place of a state that is hardly another one."""
    close = (k for k, other in enumerate(states) if (np.abs(x - other) <= SAME * (1 + np.abs(x))).all())
    return next(close, None)


def settled(model: Model, network: LinearNetwork | None, name: str, pattern: Floats) -> Floats | None:
    """Return about the states of all layers at the equilibrium that the flow reaches from a pattern."""
    if network is not None and network.elementwise:
        start = np.zeros(network.size)
        start[next(neurons for layer, neurons in network.places() if layer.name == name)] = pattern
        return Settling(network).settled(start)
    try:
        start = np.concatenate([pattern if each.name == name else np.zeros(each.size) for each in model.dynamic])
        found = newton(model, followed(model, start))
        if found is None:
            return None
        x, _ = model.complete(split(model, found[0]), FLOATS)
        whole = np.concatenate([np.asarray(x[each], dtype=np.float64) for each in model.layers])
        return whole if np.isfinite(whole).all() else None
    except (HopverifyError, ZeroDivisionError, np.linalg.LinAlgError):
        return None


def _alone(model: Model) -> LinearNetwork:
    """Return the layers of a model as a network without synapses: what a neuron is like does not depend on these."""
    layers = tuple(model.layers.values())
    size = sum(layer.size for layer in layers)
    leak = np.array([rho for layer in layers for rho in layer.each(layer.leak)], dtype=object)
    functions = tuple(layer.function for layer in layers for _ in range(layer.size))
    zero = np.full(size, Fraction(0), dtype=object)
    return LinearNetwork(np.full((size, size), Fraction(0), dtype=object), zero, leak, functions, layers)


def _by_form(model: Model, state: State) -> Iterator[Told]:
    """Yield a quadratic form that falls along the flow, from its derivative at the state."""
    free = [layer.name for layer in model.dynamic]
    kept = np.concatenate([np.full(layer.size, name in free) for name, layer in model.layers.items()])
    tau = np.array([float(each) for layer in model.dynamic for each in layer.each(layer.tau)])
    A = jacobian(model, state.x[kept]) / tau[:, None]
    P = solution(A) if np.isfinite(A).all() else None
    if P is not None:
        yield from falling(P, Fraction(0))


PROVER = Prover(
    name="stored_patterns",
    summary="the equilibrium that the flow reaches from each stored pattern, boxed, with its stability",
    search=_search,
    reason=Reason.NOT_STORED,
    exact=True,
)
