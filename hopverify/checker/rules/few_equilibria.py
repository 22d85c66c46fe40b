"""Few equilibria: all that there are, or that there is one only, and that too few patterns can own them (M4).

No equilibrium is the own one of two different patterns, and an unstable one is none's. So no more patterns are stored,
or retrieved, than there are equilibria that are not known to be unstable, and than there are patterns for which such an
equilibrium may lie within half the distance to their rivals. If that is less than what is asked for, the claim is
refuted.

The payload's ``list`` is the kernel's claim ``stability`` of all equilibria over all states, none of them a continuum,
with its proof; or evidence for such a list that the kernel does not take (:mod:`hopverify.checker.listing`); or
``multipliers`` alone, which show that there is one at most (T16, :mod:`hopverify.checker.rules.lure`). Patterns that
cannot be told apart are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.boxes import Floats
from hopverify.checker.contraction import Contractor
from hopverify.checker.listing import enumeration
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.rules.equilibrium_tree import RULE as TREE
from hopverify.checker.rules.lure import sector
from hopverify.checker.stability import stability_of
from hopverify.checker.stored import Rivals
from hopverify.checks import FACTORISATION, FLOATING_POINT
from hopverify.core import core_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.intervals import enclose
from hopverify.kernel.check import accept
from hopverify.kernel.numbers import Rejected
from hopverify.networks import LinearNetwork, Model, linear_network
from hopverify.obligations import BasinCells, EquilibriaBeside, EquilibriaNear, Outcome, Search

Stored = BasinCells | EquilibriaNear | EquilibriaBeside
Box = tuple[Floats, Floats]
ONE, CLAIM = {"multipliers"}, {"claim", "proof"}
INCOMPLETE = "list: it is not complete, or holds equilibria that are not isolated"


def _judge(obligation: Stored, payload: Mapping[str, Any]) -> Judgement:
    listed, model = payload["list"], obligation.model
    if not isinstance(listed, Mapping):
        raise EvidenceRejected("list: expected an object")
    rivals = Rivals(model.layers[obligation.layer], obligation.patterns, obligation.errors)
    if rivals.different is None:
        raise EvidenceRejected("two patterns have activations that cannot be told apart")
    asked = min(obligation.at_least, rivals.different)
    if set(listed) - {"definiteness"} == ONE:
        sector(model, listed)
        return _assuming(listed, refuted(asked, equilibria=1, owned=1))
    network = linear_network(model)
    if network is None:
        raise EvidenceRejected("list: the drives are not linear, or the network is too large")
    boxes = _told(model, listed) if set(listed) == CLAIM else _listed(model, network, listed)
    candidates = [[] if box is None else _owners(network, obligation, rivals, *box) for box in boxes]
    owned = {rivals.firsts[mu] for owners in candidates for mu in owners}
    found = refuted(asked, equilibria=len(candidates), owned=min(len(owned), sum(map(bool, candidates))))
    return _assuming(listed, found)


def _assuming(listed: Mapping[str, Any], found: Judgement) -> Judgement:
    assumptions = [FLOATING_POINT, FACTORISATION] if "definiteness" in listed else [FLOATING_POINT]
    return replace(found, data={**found.data, "assumptions": assumptions})


def refuted(asked: int, *, equilibria: int, owned: int) -> Judgement:
    """Return that fewer patterns than asked for own one of all equilibria; refuse what does not show it."""
    if owned >= asked:
        raise EvidenceRejected("the equilibria may be the own ones of enough patterns")
    return Judgement(Outcome.REFUTED, {"all_equilibria": equilibria, "owned_at_most": owned, "asked": asked})


def _told(model: Model, listed: Mapping[str, Any]) -> list[Box | None]:
    """Return the boxes of the equilibria of a claim of the kernel; None for unstable ones."""
    try:
        fact = accept(core_of(model), dict(listed))
    except Rejected as error:
        raise EvidenceRejected(f"list: {error}") from error
    rows = fact.claim.fields.get("equilibria", [])
    if not fact.claim.says("stability", all=True, region=None) or any("dimension" in row for row in rows):
        raise EvidenceRejected(INCOMPLETE)
    return [None if row["stability"] == "unstable" else _box(row["x"]) for row in rows]


def _box(x: Sequence[Any]) -> Box:
    ends = [[enclose(Fraction(end)) for end in (entry if isinstance(entry, list) else [entry, entry])] for entry in x]
    return np.array([float(low.lower) for low, _ in ends]), np.array([float(high.upper) for _, high in ends])


def _listed(model: Model, network: LinearNetwork, listed: Mapping[str, Any]) -> list[Box | None]:
    """Return the same from evidence of the rule for lists that the kernel does not take."""
    TREE.check_payload(listed)
    found = enumeration(Search(model, network, None), listed)
    if found.undecided or any(equilibrium.face is not None for equilibrium in found.equilibria):
        raise EvidenceRejected(INCOMPLETE)
    return [
        None if stability_of(network, each).verdict == "unstable" else (each.lower, each.upper)
        for each in found.equilibria
    ]


def _owners(network: LinearNetwork, obligation: Stored, rivals: Rivals, lower: Floats, upper: Floats) -> list[int]:
    """Return the patterns whose own an equilibrium in a box may be."""
    contractor = Contractor(network)
    low, high = contractor.activations.ranges(contractor.everywhere(lower, upper))
    own = next(neurons for layer, neurons in network.places() if layer.name == obligation.layer)
    return [mu for mu in range(len(obligation.labels)) if rivals.may_own(mu, low[0, own], high[0, own])]


RULE = Rule(
    name="few_equilibria",
    summary="all equilibria, or that there is one, and that too few patterns can own them",
    obligations=(BasinCells, EquilibriaNear, EquilibriaBeside),
    judge=_judge,
    required=frozenset({"list"}),
)
