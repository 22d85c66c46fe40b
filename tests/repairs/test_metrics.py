"""Metrics that a solver chooses: exact whatever it answers, and what is said where it does not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import cvxpy
import numpy as np
import pytest

from hopverify.checker.linear_algebra import is_positive_definite
from hopverify.networks import AlteredSystem
from hopverify.repairs import Proposal
from tests.repairs.subjects import proposed, subject, system_of

# y has three neurons and x two, A is not a multiple of Bᵀ: A = (P₀B)ᵀ for P₀ = [[2, 1, 0], [1, 3, 0], [0, 0, 1]].
BODY = (
    "layers: {y: {size: 3, lagrangian: identity}, x: {size: 2, lagrangian: relu, bias: 1/3, tau: 0}}\n"
    "synapses: {s: {kind: feedforward_feedback, layers: [y, x], feedback: [[1, 0], [1, 1], [0, 1]],"
    " forward: [[3, 4, 0], [1, 3, 1]]}}\n"
)


def chosen(solvers: tuple[str, ...] = ("CLARABEL", "SCS")) -> tuple[Proposal, AlteredSystem, str]:
    proposal = proposed(subject(BODY, solvers), "altered")
    return proposal, system_of(proposal), " ".join(proposal.notes)


def assert_exact(system: AlteredSystem) -> None:
    assert system.synapse.metric is not None
    P, B, A = system.synapse.metric.fractions(), system.synapse.feedback.fractions(), system.synapse.forward.fractions()
    assert (P @ B == A.T).all()
    assert is_positive_definite(P)


def condition(system: AlteredSystem) -> float:
    assert system.synapse.metric is not None
    return float(np.linalg.cond(system.synapse.metric.floats()))


def test_the_solver_is_named_and_p_is_exact() -> None:
    _, system, said = chosen()
    assert_exact(system)
    assert "chosen by CLARABEL" in said
    assert "gave no" not in said


def test_the_other_solver_first() -> None:
    _, system, said = chosen(("SCS", "CLARABEL"))
    assert_exact(system)
    assert "chosen by SCS" in said


def failing(*names: str) -> Any:
    solve = cvxpy.Problem.solve

    def replaced(problem: Any, *, solver: str, **options: Any) -> Any:
        if solver in names:
            raise cvxpy.error.SolverError(f"The solver {solver} is not installed.")
        return solve(problem, solver=solver, **options)

    return replaced


def test_a_missing_solver_is_named_and_the_other_one_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    best = condition(chosen()[1])
    monkeypatch.setattr(cvxpy.Problem, "solve", failing("CLARABEL"))
    _, system, said = chosen()
    assert_exact(system)
    assert "CLARABEL gave no answer" in said
    assert "chosen by SCS" in said
    assert condition(system) < 1.01 * best + 0.1


def test_without_any_solver_p_is_exact_and_not_called_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cvxpy.Problem, "solve", failing("CLARABEL", "SCS"))
    _, system, said = chosen()
    assert_exact(system)
    assert "CLARABEL and SCS gave no usable answer" in said
    assert "may not be the best" in said


@pytest.mark.parametrize("value", [np.nan, -1e3, 0.0])
def test_nonsense_from_a_solver_moves_no_equality(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    def nonsense(problem: Any, *, solver: str) -> float:
        for variable in problem.variables():
            variable.save_value(np.full(variable.shape, value) if variable.shape else np.array(abs(value) + 1.0))
        return 0.0

    monkeypatch.setattr(cvxpy.Problem, "solve", nonsense)
    _, system, said = chosen()
    assert_exact(system)
    assert "may not be the best" in said


def test_plain_metrics_need_no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cvxpy.Problem, "solve", failing("CLARABEL", "SCS"))
    body = (
        "layers: {v: {size: 3, lagrangian: identity}, h: {size: 2, lagrangian: relu}}\n"
        "synapses: {s: {kind: dense, layers: [h, v], weights: [[1, 0, 1], [1, 1, 0]]}}\n"
    )
    proposal = proposed(subject(body), "altered")
    system = system_of(proposal)
    assert system.synapse.metric is not None
    assert (system.synapse.metric.fractions() == np.eye(3, dtype=int).astype(object) * Fraction(1)).all()
    assert "gave no" not in " ".join(proposal.notes)
