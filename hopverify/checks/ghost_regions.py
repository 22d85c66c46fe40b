"""Ghost regions (T6): flat regions on which ∇E = 0 although no equilibrium lies there.

They are what makes the energy misleading; each is reported with the neurons that wake up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check
from hopverify.checks.equilibria import SIZES_OF_LISTS, claims_about
from hopverify.obligations import NoGhosts


def _counted(witness: Mapping[str, Any]) -> str:
    if "count" not in witness:
        return "A ghost region"
    count = int(witness["count"])
    return "1 ghost region" if count == 1 else f"{count:,} ghost regions"


CHECK = Check(
    name="ghost_regions",
    title="Energy has no ghost regions",
    refuted=_counted,
    theory="T6",
    explanation=(
        "Where neurons are dead, ∇E = 0 does not make an equilibrium: the state to which the flow points, "
        "x⋆(γ), must lie in the same flat region. Where it does not, the energy is flat and critical while "
        "the flow leaves: a ghost. A fail lists the ghosts, each with the neurons that wake up, or, where activations "
        "are not piecewise linear, shows a segment of one."
    ),
    premises="as equilibria; the energy that is derived, not one that the spec claims",
    sizes={"": SIZES_OF_LISTS},
    claims=claims_about(NoGhosts, "the energy has no ghost regions", of_energy=True),
    order=120,
    diagnostic=True,
)
