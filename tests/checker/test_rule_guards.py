"""What rules refuse, and the ends of the checker's own arithmetic: each beside the input that is taken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker import gram, midpoints, payload
from hopverify.checker.definiteness import check_definite
from hopverify.checker.enclosure import enclosure
from hopverify.checker.quadratic_forms import LowRankForm, SparseForm
from hopverify.checker.rules import RULES, Judgement, judge
from hopverify.checker.slope_bounds import _declared, slope_range
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.parser import parse
from hopverify.networks import build_model
from hopverify.numerics import ranges
from hopverify.numerics.attracting import growth_of_layer
from hopverify.numerics.linear_growth import Bound, Growth
from hopverify.obligations import Outcome
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.checker.models import model

ZERO, ONE = Fraction(0), Fraction(1)


def judged(body: str, check: str, evidence: Mapping[str, Any]) -> Judgement:
    """Return what a rule makes of evidence for the first obligation of a check that it speaks of."""
    spec = parse_spec(f"hopverify: 1\nname: guarded\n{body}checks: [{check}]\n")
    for _, claim in claims_of(spec, build_model(spec)):
        for obligation in (*claim.premises, *claim.necessary):
            if isinstance(obligation, RULES[evidence["rule"]].obligations):
                return judge(obligation, evidence)
    raise AssertionError("no such obligation")


def dense(weights: str, layer: str = "size: 2, lagrangian: relu") -> str:
    return f"layers: {{x: {{{layer}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"


def own(expression: str, size: int = 1, of: str = "neuron") -> str:
    return f"layers: {{x: {{size: {size}, lagrangian: {{expression: '{expression}', of: {of}}}}}}}\n"


# ------------------------------------------------------------------ numbers


def test_numbers_that_are_not_finite_are_not_told() -> None:
    assert payload.text_of(0.5) == "1/2"
    for value in (math.inf, -math.inf, math.nan):
        with pytest.raises(EvidenceRejected, match="a number here is not finite"):
            payload.text_of(value)


def test_numbers_beyond_doubles_are_infinite() -> None:
    assert gram._nearest(Fraction(1, 3)) == 1 / 3
    assert gram._nearest(Fraction(10) ** 400) == math.inf


def test_windows_over_nothing_and_over_singular_blocks() -> None:
    none = np.zeros(0, dtype=np.int64)
    check_definite(
        SparseForm(np.zeros(0), none, none, np.zeros(0)), {"method": "windows", "order": [], "block": 1, "share": "1/2"}
    )
    form = SparseForm(np.array([2.0, 2.0]), np.array([1]), np.array([0]), np.array([0.5]))
    evidence = {"method": "windows", "order": [0, 1], "block": 1, "share": "1/2"}
    check_definite(form, evidence)
    with pytest.raises(EvidenceRejected, match="a block is singular; give a smaller share"):
        check_definite(form, evidence | {"share": "2"})


def test_exact_patterns_are_wanted_as_such() -> None:
    exact = LowRankForm(np.full(2, 3.0), midpoints.Midpoint(np.ones((1, 2)), 0.0), ONE)
    assert exact.fractions().tolist() == [[2, -1], [-1, 2]]
    with pytest.raises(EvidenceRejected, match="these are rounded: use low_rank"):
        replace(exact, patterns=midpoints.Midpoint(np.ones((1, 2)), 1e-9)).fractions()


# ------------------------------------------------------------------ growth and ranges


def test_whole_layers_grow_within_their_range() -> None:
    found = growth_of_layer(model("layers: {x: {size: 2, lagrangian: softmax}}\n").layers["x"])
    assert found == Growth(Bound(ZERO, ZERO, ONE), Bound(ZERO, ZERO, ZERO))
    layer = model(own("dot(x, x)/2", 2, "layer")).layers["x"]
    assert growth_of_layer(layer) is None


def test_enclosures_where_kinks_cannot_be_located() -> None:
    for end, largest in ((ONE, ZERO), (Fraction(2), Fraction(2))):
        low, high = enclosure(parse("relu(x^2 - 2)"), ZERO, end)
        assert low is not None
        assert high is not None
        assert -Fraction(1, 2**50) < low <= 0
        assert largest <= high < largest + Fraction(1, 2**40)


def test_constant_activations_of_a_layer_have_a_range() -> None:
    layer = model("layers: {x: {size: 2, activation: {expression: ['3', 'x[0] - x[0] + 1']}}}\n").layers["x"]
    assert ranges.activation_range(layer) == (None, None)
    layer = model("layers: {x: {size: 2, activation: {expression: ['3', '-1']}}}\n").layers["x"]
    assert ranges.activation_range(layer) == (-1, 3)


def test_slopes_that_are_not_declared() -> None:
    tanh = model("layers: {x: {size: 1, lagrangian: tanh}}\n").layers["x"].function
    assert (_declared(tanh, 0), _declared(tanh, 1)) == (0, 1)
    assert slope_range(tanh) == (0, 1)
    spec = "layers: {x: {size: 2, lagrangian: {layernorm: {epsilon: %s}}}}\n"
    for epsilon, steepest in (("1/4", 2), ("0", None)):
        assert _declared(model(spec % epsilon).layers["x"].function, 1) == steepest


# ------------------------------------------------------------------ rules


def test_sheets_of_radii_have_competitors() -> None:
    body = (
        "layers: {v: {size: 1, lagrangian: identity}, h: {size: 2, lagrangian: {softmax: {beta: 8}}, tau: 0}}\n"
        "synapses: {xi: {kind: dense, layers: [h, v], weights: [[2], [-2]]}}\n"
    )
    spec = parse_spec(f"hopverify: 1\nname: guarded\n{body}checks: [memory_retrieval]\n")
    evidence = verify(spec).results[0]["obligations"][0]["evidence"]
    assert judged(body, "memory_retrieval", evidence).outcome is Outcome.PROVED
    (sheet,) = evidence["sheets"]
    for change, message in (
        ({"competitors": [0]}, "competitors: expected one entry for each of the 2 patterns"),
        ({"distances": ["9", "9"]}, "expected 0 < distance ≤ radius, or null for both"),
        ({"radii": [None, None]}, "expected 0 < distance ≤ radius, or null for both"),
    ):
        with pytest.raises(EvidenceRejected, match=message):
            judged(body, "memory_retrieval", evidence | {"sheets": [sheet | change]})
