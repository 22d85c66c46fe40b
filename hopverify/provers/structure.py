"""Structure: evidence without a payload. The rules that read everything off the spec itself are offered in turn."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.certificate import Evidence
from hopverify.checker.rules import RULES
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


def _search(obligation: Obligation, budget: Budget) -> Iterator[Evidence]:
    for rule in RULES:
        if isinstance(obligation, rule.obligations) and not rule.required:
            yield {"rule": rule.name}


PROVER = Prover(
    name="structure",
    summary="rules that need nothing but the spec: signs, composition, comparison, dead zones, …",
    obligations=(
        Convex,
        Regular,
        RegularDrive,
        NowhereFlat,
        SymmetricJacobian,
        CompatibleTimes,
        GradientDrive,
        DerivedEnergy,
        FallingResidual,
        SameEquilibria,
    ),
    search=_search,
    order=10,
)
