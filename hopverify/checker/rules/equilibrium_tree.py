"""Equilibrium tree: the complete list of equilibria, replayed from a search tree (:mod:`hopverify.checker.equilibria`).

The same tree serves every statement about all equilibria; what is said of each equilibrium is computed from it without
search.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.convexity import has_convex_lagrangian
from hopverify.checker.equilibria import Enumeration, Equilibrium
from hopverify.checker.flat_regions import flat_region, is_in_basin, recovered
from hopverify.checker.listing import enumeration
from hopverify.checker.range_stability import alive_neurons, hessian_at
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.stability import Stability, slopes_at, stability_of
from hopverify.checks import FACTORISATION, FLOATING_POINT
from hopverify.expr.balls import precision
from hopverify.networks import Model
from hopverify.obligations import (
    AllEquilibria,
    DecidedStability,
    FlatRegionsInBasins,
    Outcome,
    RecoveredStates,
    Search,
)
from hopverify.verdict import Reason

Statement = AllEquilibria | RecoveredStates | DecidedStability | FlatRegionsInBasins


def _described(search: Search, equilibrium: Equilibrium) -> dict[str, Any]:
    stability = stability_of(search.network, equilibrium)
    described: dict[str, Any] = {"x": equilibrium.texts()}
    with precision():
        if search.network.elementwise:
            slopes = slopes_at(search.network, equilibrium)
            described["alive"] = slopes.alive
            if slopes.biactive:
                described["at_kink"] = slopes.biactive
        else:
            described["alive"] = alive_neurons(hessian_at(search.network, equilibrium))
    described["stability"] = stability.verdict if _has_flow(search.model) else "undecided"
    if equilibrium.face is not None:
        described["dimension"] = equilibrium.face.dimension
    return described


def _has_flow(model: Model) -> bool:
    """Whether each layer that inhibits itself at once has, evidently, one state for each drive."""
    return all(has_convex_lagrangian(model.layers[name].function) for name in model.inhibition)


def _counted(found: Enumeration, data: dict[str, Any]) -> dict[str, Any]:
    data |= {"boxes": found.boxes, "patterns": found.patterns}
    if any(equilibrium.attracting for equilibrium in found.equilibria):
        data["attracting"] = "the one equilibrium attracts every solution (T16)"
    if found.undecided:
        data["undecided_boxes"] = found.undecided
    return data


def _judge(obligation: Statement, payload: Mapping[str, Any]) -> Judgement:
    search = obligation.search
    found = enumeration(search, payload)
    complete = not found.undecided
    if isinstance(obligation, AllEquilibria):
        listed = [_described(search, equilibrium) for equilibrium in found.equilibria]
    elif isinstance(obligation, RecoveredStates):
        listed = [recovered(search.network, equilibrium) for equilibrium in found.equilibria]
    elif isinstance(obligation, FlatRegionsInBasins):
        listed = [flat_region(search.network, equilibrium) for equilibrium in found.equilibria]
        if not found.undecided and not all(is_in_basin(region) for region in listed):
            return Judgement(Outcome.OPEN, _counted(found, {"equilibria": listed}), Reason.OUTSIDE_THEOREM)
    else:
        decided = [stability_of(search.network, equilibrium) for equilibrium in found.equilibria]
        complete &= all(stability.verdict != "undecided" for stability in decided)
        listed = [
            {"x": equilibrium.texts(), "stability": stability.verdict} | _reasons(search, stability)
            for equilibrium, stability in zip(found.equilibria, decided, strict=True)
        ]
    data = _counted(found, {"equilibria": listed})
    if "definiteness" in payload:
        data["assumptions"] = [FLOATING_POINT, FACTORISATION]
    if complete:
        return Judgement(Outcome.PROVED, data)
    return Judgement(Outcome.OPEN, data, _missing(found))


def _reasons(search: Search, stability: Stability) -> dict[str, Any]:
    """Return the bound, the direction or the reason that is told of an equilibrium."""
    told = {key: value for key, value in stability.evidence.items() if key == "lambda_max_at_most"}
    if "direction" in stability.evidence:
        told["direction"] = [stability.evidence["direction"].get(name, "0") for name in search.network.names()]
    if stability.verdict == "undecided":
        told["because"] = stability.evidence["because"]
    return told


def _missing(found: Enumeration) -> Reason:
    if not found.undecided:
        return Reason.STABILITY_OPEN
    return Reason.AT_REGION_END if found.at_ends == found.undecided else Reason.REGION_TOO_LARGE


RULE = Rule(
    name="equilibrium_tree",
    summary="all equilibria, by replaying a tree of contracted, verified and exactly solved boxes",
    obligations=(AllEquilibria, RecoveredStates, DecidedStability, FlatRegionsInBasins),
    judge=_judge,
    required=frozenset({"box", "levels", "cuts", "faces"}),
    optional=frozenset({"enclosures", "multipliers", "definiteness", "equilibrium"}),
)
