"""Global stability: exactly one equilibrium, and it attracts every solution. Not what an associative memory wants.

By Lur'e and Postnikov: with diagonal D ≻ 0 such that sym(D(diag(ρ/h̄) - W)) ≻ 0, h̄ the steepest slopes. W need not
be symmetric; D = I is λ_max(sym W)·h̄ < ρ, or = ρ where no slope is h̄ on a segment. That is T16; the proof stands in
docs/theory.md. Or by LaSalle: an energy that descends, bounded solutions, and one equilibrium in a list that is
complete over all states (T17).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim, at_instantaneous_values, where_definiteness_decides
from hopverify.networks import Model
from hopverify.obligations import GloballyStable


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    obligation = GloballyStable(model)
    assumptions = (*at_instantaneous_values(model.layers.values()), *where_definiteness_decides(model))
    return [Claim(model.name, obligation.statement, (obligation,), assumptions=assumptions)]


def _refuted(witness: Mapping[str, Any]) -> str:
    several = len(witness.get("equilibria", ())) > 1
    return "Several equilibria" if several else "No equilibrium attracts everything"


CHECK = Check(
    name="global_stability",
    title="One equilibrium attracts everything",
    refuted=_refuted,
    theory="T10, T16, T17",
    explanation=(
        "Passes, for non-decreasing activations (also softmax and other gradients of convex Lagrangians with a bounded "
        "Hessian) and linear drives, if positive diagonal multipliers D make the symmetric part of D(diag(ρ/h̄) - W) "
        "positive definite, with h̄ the steepest slopes. Semidefinite is enough if no activation is that steep on a "
        "whole segment and there is an equilibrium. A semidefinite program finds the multipliers, and the kernel "
        "verifies them; beyond 400 neurons, the checker in doubles with proved error bounds. W need "
        "not be symmetric, and layers may be instantaneous. In softmax, sparsemax, entmax and layer norm the form is "
        "asked on differences of activations only, whose sum is 0. Passes for softmax memories, hidden layers of "
        "softmax or ghostmax joined to visible ones by patterns, if β·(half the diameter of the patterns)² < 1, or "
        "β·R² < 1 for their distances R from some centre. Passes too where the energy descends, solutions are "
        "bounded, and a list of equilibria that is complete over all states has one entry (LaSalle). Fails with two "
        "equilibria, each confirmed in a box of its own, with one that is unstable, or with a direction along which "
        "a solution runs away. A memory with several patterns should fail."
    ),
    premises=(
        "linear drives, positive leaks and non-decreasing activations with bounded slopes, W of any kind; or "
        "an energy that descends, bounded solutions and one listed equilibrium"
    ),
    sizes={
        "": (
            "thousands of neurons; tens of thousands with Hebbian weights, whose matrix is never formed; thousands of "
            "patterns of softmax memories"
        ),
    },
    claims=_claims,
    order=100,
    diagnostic=True,
)
