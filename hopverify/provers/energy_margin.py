"""A positive margin of the form Q = diag(ρ/s) - M on the cone of unbounded activations: bounds on energy and states.

By eigenvalues where Q itself, or Q without its positive entries, is positive definite; by a semidefinite program
(cvxpy) for a split Q = P + N; and for small ones by guessing a margin that strict copositivity then decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.copositivity import MAX_SIZE
from hopverify.checker.energy_form import EnergyForm
from hopverify.checker.payload import text_of, texts_of
from hopverify.checker.rules.energy_confinement import Confinement
from hopverify.errors import EvidenceRejected
from hopverify.networks import linear_network
from hopverify.numerics.copositivity import rounded_margin, splits
from hopverify.numerics.semidefinite import solve
from hopverify.obligations import Bounded, EnergyBoundedBelow
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
MAX_PROGRAM = 60


def _search(obligation: Bounded | EnergyBoundedBelow, budget: Budget) -> Iterator[Evidence]:
    try:
        form: EnergyForm | Confinement
        if isinstance(obligation, EnergyBoundedBelow):
            rule, form = "energy_bound", EnergyForm(obligation.model)
            if not form.reaches:
                yield {"rule": rule}
                return
        else:
            network = linear_network(obligation.model)
            if network is None:
                return
            rule, form = "energy_confinement", Confinement(network)
        Q = form.form
    except EvidenceRejected:
        return
    for payload in margins(Q, form.signed, budget):
        yield {"rule": rule, **payload}


def margins(Q: np.ndarray[Any, Any], signed: list[bool], budget: Budget) -> Iterator[dict[str, Any]]:
    """Yield payloads for :func:`hopverify.checker.cone_form.confirmed_margin`, cheap ones first."""
    floats, cone = np.array(Q, dtype=np.float64), np.array(signed)
    if not np.isfinite(floats).all() or any(np.linalg.eigvalsh(floats[np.ix_(~cone, ~cone)]) <= 0):
        return
    for margin, N in splits(floats, cone):
        yield _payload(margin, None if N is None else _kept(Q, N))
    if len(Q) <= MAX_SIZE and cone.any():
        scale = float(np.max(np.abs(floats)))
        for k in (4, 8, 14, 22):
            yield _payload(scale * 2.0**-k, None)
    if len(Q) <= MAX_PROGRAM and not budget.exhausted:
        found = _program(floats, cone, budget.seconds)
        if found is not None:
            yield _payload(*found)


def _kept(Q: Any, N: Floats) -> Any:
    """Return the exact entries of Q where N is positive."""
    kept = np.full(Q.shape, Fraction(0), dtype=object)
    kept[N > 0] = Q[N > 0]
    return kept


def _payload(margin: float, N: Any) -> dict[str, Any]:
    payload: dict[str, Any] = {"margin": text_of(rounded_margin(margin))}
    return payload if N is None else payload | {"split": texts_of(np.asarray(N).ravel().tolist())}


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
    name="energy_margin",
    summary="a positive margin of the quadratic form that unbounded activations feel, on their cone",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
