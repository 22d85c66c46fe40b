"""Functions that are not defined everywhere prove nothing, whatever their normal forms are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import RULES, judge
from hopverify.checks import claims_of
from hopverify.networks import build_model
from hopverify.obligations import Outcome
from hopverify.spec import parse_spec


def outcome(layer: str, check: str, evidence: Mapping[str, Any]) -> Outcome:
    """Return what a rule makes of evidence for the obligation of a check that it speaks of."""
    spec = parse_spec(f"hopverify: 1\nname: undefined\nlayers: {{x: {{{layer}}}}}\nchecks: [{check}]\n")
    for _, claim in claims_of(spec, build_model(spec)):
        for obligation in (*claim.premises, *claim.necessary):
            if isinstance(obligation, RULES[evidence["rule"]].obligations):
                return judge(obligation, evidence).outcome
    raise AssertionError("no such obligation")


def test_flat_along_ones_only() -> None:
    """⟨x, c⟩ is affine for a constant c; ⟨x, e^x⟩ is not, and may be flat elsewhere."""
    layer = "size: 2, lagrangian: {{expression: '{}', of: layer}}"
    rule = {"rule": "ghost_enumeration"}
    assert outcome(layer.format("logsumexp(x) + dot(x, 3)"), "ghost_regions", rule) is Outcome.PROVED
    assert outcome(layer.format("logsumexp(x) + dot(x, exp(x))"), "ghost_regions", rule) is Outcome.OPEN
