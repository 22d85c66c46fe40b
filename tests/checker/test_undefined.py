"""Functions that are not defined everywhere prove nothing, whatever their normal forms are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hopverify.checker.rules import RULES, judge
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
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


@pytest.mark.parametrize("rule", [{"rule": "sign"}, {"rule": "subdivision", "cuts": []}], ids=["sign", "subdivision"])
@pytest.mark.parametrize(
    ("potential", "rewritten"),
    [
        # h = -1 - x² < 0 has the normal form of a square, whose root is defined nowhere.
        ("-x^2/2 - x^4/12", "sqrt(-1 - x^2)^2"),
        ("-x^2/2", "sqrt(-1 - x^2)^2/(1 + x^2)"),
        # h = x changes its sign where the root is not defined.
        ("x^3/6", "sqrt(x)^2"),
        ("x^3/6", "(x^(1/4))^4"),
    ],
)
def test_slopes_are_not_rewritten_by_what_is_undefined(potential: str, rewritten: str, rule: Mapping[str, Any]) -> None:
    layer = f"size: 1, lagrangian: {{expression: '{potential}', of: neuron}}"
    with pytest.raises(EvidenceRejected, match="the rewritten form is not, by structure, defined everywhere"):
        outcome(layer, "lagrangian_convexity", rule | {"rewritten": rewritten})


def test_slopes_are_rewritten_by_what_is_defined() -> None:
    layer = "size: 1, lagrangian: {expression: 'x^4/12 + x^2/2 - x^3/3', of: neuron}"
    rule = {"rule": "sign", "rewritten": "(x - 1)^2"}
    assert outcome(layer, "lagrangian_convexity", rule) is Outcome.PROVED
    # What is an array, or has no value at all, is refused like what is wrong.
    for wrong in ("(x - 2)^2", "x^2 + 1", "ghostmax(x)", "softmax(ghostmax(x))", "ghostmax(x) @ x", "sum(x)"):
        with pytest.raises(EvidenceRejected, match="not identical to h"):
            outcome(layer, "lagrangian_convexity", rule | {"rewritten": wrong})


def test_quadratic_lagrangians_are_defined_everywhere() -> None:
    layer = "size: 2, lagrangian: {{expression: '{}', of: layer}}"
    rule = {"rule": "exact_inertia"}
    assert outcome(layer.format("x[0]^2 + x[1]"), "lagrangian_convexity", rule) is Outcome.PROVED
    for potential in ("x[0]^2 + sqrt(x[1])^2", "sqrt(-1 - x[0]^2)^2 + 2*x[0]^2"):
        with pytest.raises(EvidenceRejected, match="not, by structure, defined everywhere"):
            outcome(layer.format(potential), "lagrangian_convexity", rule)


def test_flat_along_ones_only() -> None:
    """⟨x, c⟩ is affine for a constant c; ⟨x, e^x⟩ is not, and may be flat elsewhere."""
    layer = "size: 2, lagrangian: {{expression: '{}', of: layer}}"
    rule = {"rule": "ghost_enumeration"}
    assert outcome(layer.format("logsumexp(x) + dot(x, 3)"), "ghost_regions", rule) is Outcome.PROVED
    assert outcome(layer.format("logsumexp(x) + dot(x, exp(x))"), "ghost_regions", rule) is Outcome.OPEN
