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
