"""Diagonal multipliers D for the theorem of Lur'e and Postnikov: D = I first, then others.

At its border, where the form of D = I is semidefinite, an equilibrium is shown beside them, or a box that every
solution enters.

Up to some dozens of neurons the others come from a semidefinite program (cvxpy), and M is verified in rationals.
Beyond, M stays in doubles, and they come from the comparison matrix of A = diag(ρ/h̄) - W. For symmetric W no D does
better than I: if DA + AD ≻ 0 then A has positive eigenvalues (Lyapunov).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.midpoints import matrix
from hopverify.checker.payload import text_of, texts_of
from hopverify.checker.rules.lure import multiplied_form, sector_structure, steepest
from hopverify.errors import EvidenceRejected
from hopverify.networks import LinearNetwork, Model, linear_network
from hopverify.networks.linear import MAX_WITH_WHOLE_LAYERS
from hopverify.networks.structured import StructuredNetwork, structured_network
from hopverify.numerics.definiteness import few_digits, least_eigenvalue, propose
from hopverify.numerics.lure_form import (
    comparison_multipliers,
    differences,
    is_balanced,
    multiplied,
    sector_network,
)
from hopverify.numerics.sampling import short
from hopverify.numerics.semidefinite import solve
from hopverify.numerics.settling import Settling
from hopverify.obligations import Bounded, GloballyStable
from hopverify.provers import PROVERS, Budget, Prover
from hopverify.provers._verified import verified
from hopverify.provers.structure import found_by_kernel, premise_of
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
MAX_PROGRAM, NEARLY, GRID = 80, 1e-6, 2**60
# The kernel decides definiteness in balls up to so many neurons (docs/claims.md, `T16`), in seconds; of weights with a
# spread it reads fewer, and where the equilibrium lies costs more.
MAX_BY_KERNEL, MAX_UNCERTAIN, MAX_PLACED = 400, 64, 200


def _search(obligation: GloballyStable | Bounded, budget: Budget) -> Iterator[Evidence]:
    model, ones = obligation.model, True
    for evidence in multipliers_for(model, budget):
        if "definiteness" not in evidence or _is_small(model):
            yield from _claims(obligation, evidence["multipliers"], budget)
        if "definiteness" in evidence:
            yield evidence
        ones = ones and set(evidence["multipliers"]) != {"1"}
    if ones and _is_small(model) and not model.uncertain:
        yield from _on_differences(obligation, budget)


def _is_small(model: Model) -> bool:
    size = sum(layer.size for layer in model.layers.values())
    return size <= (MAX_UNCERTAIN if model.uncertain else MAX_BY_KERNEL)


def stable_by_kernel(model: Model, budget: Budget) -> Iterator[Evidence]:
    """Offer the kernel's claim of global stability."""
    return (evidence for evidence in _search(GloballyStable(model), budget) if evidence["rule"] == "kernel")


def _on_differences(obligation: GloballyStable | Bounded, budget: Budget) -> Iterator[Evidence]:
    """Offer D = I where the form is definite on the differences of activations only: 1ᵀδγ = 0 in balanced layers."""
    layers = list(obligation.model.layers.values())
    if not any(is_balanced(layer) for layer in layers):
        return
    try:
        W, ratios = _weights(obligation.model)
    except EvidenceRejected:
        return
    alive = np.isfinite(ratios)
    N = differences(layers)[alive]
    M = (np.diag(2 * ratios) - W - W.T)[np.ix_(alive, alive)]
    if np.isfinite(M).all() and np.min(np.linalg.eigvalsh(N.T @ M @ N), initial=np.inf) > NEARLY:
        yield from _claims(obligation, ["1"] * len(W), budget)


def _weights(model: Model) -> tuple[Floats, Floats]:
    """Return W and ρ/h̄ in doubles, ∞ where h̄ = 0, of any network that the theorem covers."""
    if linear_network(model) is not None:
        network, slopes = sector_network(model)
        W, leaks, steepness = np.array(network.W, dtype=np.float64), list(network.leak), list(slopes)
    else:
        structure, steepness = sector_structure(model)
        W, leaks = matrix(structure).values, structure.leak()
    ratios = [float(rho / height) if height else np.inf for rho, height in zip(leaks, steepness, strict=True)]
    return W, np.array(ratios)


def _claims(obligation: GloballyStable | Bounded, multipliers: Sequence[str], budget: Budget) -> Iterator[Evidence]:
    """Offer the kernel's claim, and at the border of the theorem with what shows that there is an equilibrium."""
    model = obligation.model
    proof: dict[str, Any] = {
        "heights": {name: text_of(raised(steepest(layer))) for name, layer in model.layers.items()},
        "multipliers": {name: list(multipliers[place]) for name, place in model.places.items()},
    }
    for claim, held in _stable(obligation, proof, budget):
        entry = {"claim": claim, "proof": {"by": "T16", **held}}
        if isinstance(obligation, GloballyStable):
            yield {"rule": "kernel", **entry}
        else:
            yield found_by_kernel({"premises": [entry]}, "stability", "bounded solutions")


def _stable(
    obligation: GloballyStable | Bounded, proof: dict[str, Any], budget: Budget
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the claim with its proof; then with the place of the equilibrium, and with a box that has one."""
    stable: dict[str, Any] = {"claim": "global stability"}
    yield stable, proof
    network = linear_network(obligation.model)
    if network is None or network.size > MAX_PLACED or obligation.model.uncertain:
        return
    x = Settling(network).followed()
    found = verified(obligation.model, network, x.tolist()) if x is not None else None
    if found is not None:
        yield stable | {"x": found}, proof
    if isinstance(obligation, GloballyStable):
        for bounded in PROVERS["growth_box"].search(Bounded(obligation.model), budget):
            yield stable, proof | {"premises": [premise_of(bounded)]}


def raised(height: Fraction) -> Fraction:
    """Return a height that balls see to be one: doubles are exact there, others are not."""
    return height if Fraction(float(height)) == height else Fraction(ceil(height * GRID) + 1, GRID)


def multipliers_for(model: Model, budget: Budget) -> Iterator[Evidence]:
    """Offer multipliers for the theorem, with evidence of definiteness where it is not decided in rationals."""
    layers = model.layers.values()
    most = MAX_PROGRAM if all(layer.function.elementwise for layer in layers) else MAX_WITH_WHOLE_LAYERS
    large = sum(layer.size for layer in layers) > most or model.uncertain
    try:
        if large and structured_network(model) is not None:
            yield from _search_large(*sector_structure(model))
        else:
            yield from _search_small(model, *sector_network(model), budget)
    except EvidenceRejected:
        return


def _search_large(network: StructuredNetwork, steepness: list[Fraction]) -> Iterator[Evidence]:
    ones = np.ones(network.size)
    yield from _shown(network, steepness, ones)
    if network.is_symmetric or not all(layer.function.elementwise for layer in network.layers):
        return
    d = _comparison(network, steepness)
    if d is not None:
        yield from _shown(network, steepness, d)


def _shown(network: StructuredNetwork, steepness: list[Fraction], d: Floats) -> Iterator[Evidence]:
    """Offer multipliers with evidence of definiteness, if there is some."""
    form = multiplied_form(network, steepness, d)
    # Methods in rationals take long to say no.
    least = least_eigenvalue(form) if network.size <= MAX_BY_KERNEL else None
    definiteness = None if least is not None and least < -NEARLY else propose(form)
    if definiteness is not None:
        yield {"rule": "lure", "multipliers": texts_of(d.tolist()), "definiteness": definiteness}


def _comparison(network: StructuredNetwork, steepness: list[Fraction]) -> Floats | None:
    """Return the multipliers y/x of the comparison matrix, rounded, or None if it is no M-matrix."""
    ratios = [rate / height if height else None for rate, height in zip(network.leak(), steepness, strict=True)]
    alive = np.array([i for i, ratio in enumerate(ratios) if ratio is not None], dtype=np.int64)
    A = -matrix(network).values[np.ix_(alive, alive)]
    A[np.diag_indices(len(A))] += [float(ratio) for ratio in ratios if ratio is not None]
    found = comparison_multipliers(A)
    if found is None:
        return None
    d = np.ones(network.size)
    d[alive] = few_digits(found)
    return d


def _search_small(model: Model, network: LinearNetwork, steepness: Any, budget: Budget) -> Iterator[Evidence]:
    ones: Any = np.full(network.size, Fraction(1), dtype=object)
    lowest, own = _lowest(network, steepness, ones), _evidence(np.ones(network.size))
    if lowest > -NEARLY:
        yield own
    # At the border the form may be semidefinite, or not even that: the kernel says so.
    if lowest > NEARLY or not network.elementwise:
        return
    alive = np.array(steepness > 0, dtype=bool)
    S = np.diag(np.array(network.leak[alive] / steepness[alive], dtype=np.float64))
    A = S - np.array(network.W, dtype=np.float64)[np.ix_(alive, alive)]
    # If DA + AᵀD ≻ 0 then A's eigenvalues have positive real parts, and its diagonal is positive (Lyapunov).
    if np.min(np.linalg.eigvals(A).real) <= 0 or np.min(np.diag(A)) <= 0 or len(A) > MAX_PROGRAM or budget.exhausted:
        return
    d = _program(A, budget.seconds)
    if d is not None:
        whole = np.ones(network.size)
        whole[alive] = d
        yield _evidence(whole)


def _lowest(network: LinearNetwork, steepness: Any, d: Any) -> float:
    M = np.array(multiplied(network, steepness, d), dtype=np.float64)
    return float(np.min(np.linalg.eigvalsh(M), initial=np.inf)) if np.isfinite(M).all() else -np.inf


def _evidence(d: Floats) -> Evidence:
    rounded = [float(short(np.array([entry]), 16)[0]) for entry in d]
    return {"rule": "lure", "multipliers": texts_of(rounded)}


def _program(A: Floats, seconds: float) -> Floats | None:
    """Return d ≥ 1 that maximises the least eigenvalue of DA + AᵀD relative to the largest multiplier."""
    import cvxpy

    cp: Any = cvxpy

    n = len(A)
    d, t = cp.Variable(n), cp.Variable()
    product = cp.diag(d) @ A
    constraints = [product + product.T - t * np.eye(n) >> 0, d >= 1e-6, d <= 1]
    problem = cp.Problem(cp.Maximize(t), constraints)
    if solve(problem, (d, t), seconds=seconds) is None or not float(t.value) > 0:
        return None
    return np.asarray(d.value, dtype=np.float64)


PROVER = Prover(
    name="lure_multipliers",
    summary="positive diagonal multipliers for the theorem of Lur'e and Postnikov, by eigenvalues or an LMI",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
