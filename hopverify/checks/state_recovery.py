"""State recovery (T6, claim i of arXiv:2410.13866): dead coordinates of an equilibrium follow from its activation."""

from __future__ import annotations

from hopverify.checks import Check
from hopverify.checks.equilibria import REGION, SIZES_OF_LISTS, claims_about
from hopverify.obligations import RecoveredStates

CHECK = Check(
    name="state_recovery",
    title="States are recovered",
    theory="T6",
    explanation=(
        "Claim (i) of arXiv:2410.13866: what the energy cannot see of an equilibrium, its dead coordinates, "
        "is recovered from its activation by x = (Wγ + b)/ρ. Each equilibrium is listed with the coordinates "
        "that the energy leaves undetermined and their recovered values, verified by substitution."
    ),
    premises="as equilibria; the energy that is derived, not one that the spec claims",
    sizes={"": SIZES_OF_LISTS},
    claims=claims_about(RecoveredStates, "equilibria are recovered from their activations", of_energy=True),
    order=130,
    parameters=REGION,
    diagnostic=True,
)
