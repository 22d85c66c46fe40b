"""Structure: evidence without a payload. The rules that read everything off the spec itself are offered in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hopverify.certificate import Evidence
from hopverify.obligations import (
    CompatibleTimes,
    Convex,
    DerivedEnergy,
    FallingResidual,
    GradientDrive,
    NowhereFlat,
    Obligation,
    Regular,
    RegularDrive,
    SameEquilibria,
    SymmetricJacobian,
)
from hopverify.provers import Budget, Prover

RULES: Mapping[type, tuple[str, ...]] = {
    Convex: ("composition", "exact_inertia", "sign"),
    Regular: ("regularity",),
    RegularDrive: ("regularity",),
    NowhereFlat: ("dead_zone", "nowhere_flat", "shift_invariance"),
    SymmetricJacobian: ("jacobian_identity",),
    CompatibleTimes: ("uniform_times",),
    GradientDrive: ("comparison",),
    DerivedEnergy: ("comparison",),
    FallingResidual: ("residual",),
    SameEquilibria: ("same_equilibria",),
}


def _search(obligation: Obligation, budget: Budget) -> Iterator[Evidence]:
    for name in RULES[type(obligation)]:
        yield {"rule": name}


PROVER = Prover(
    name="structure",
    summary="rules that need nothing but the spec: signs, composition, comparison, dead zones, …",
    search=_search,
)
