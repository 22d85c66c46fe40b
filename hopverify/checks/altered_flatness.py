"""Altered flatness (T11): the energy of an altered system is critical at the equilibria and nowhere else."""

from __future__ import annotations

from hopverify.checks import Check
from hopverify.checks.altered_energy_descent import SIZES_OF_ALTERED, claims_about

CHECK = Check(
    name="altered_flatness",
    title="Altered energy has no flat regions",
    refuted="Altered system has no such energy",
    theory="T11, T12",
    explanation=(
        "∇V = -PTẏ with P ≻ 0 vanishes exactly where the state rests. So V has neither flat regions nor ghosts, "
        "even where neurons are dead or saturated: V sees what the original energy cannot see."
    ),
    premises="an altered system, as altered_energy_descent",
    sizes={"": SIZES_OF_ALTERED},
    claims=claims_about(
        "P ≻ 0 and PB = Aᵀ; V is critical exactly at the equilibria: it has no flat region and no ghost",
        falls=False,
    ),
    order=61,
    implicit=True,
)
