"""Rules about one layer: convexity and times, each edge beside what lies past it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from hopverify.checker.rules import exact_inertia, subdivision
from hopverify.checker.rules.exact_inertia import constant_hessian
from hopverify.checker.rules.subdivision import intervals_of, undecided
from hopverify.expr.parser import parse
from hopverify.expr.pieces import Piece
from hopverify.networks import build_model
from hopverify.obligations import CompatibleTimes, Convex, Regular, RegularDrive
from hopverify.spec import parse_spec
from tests.checker.rules.layers import PROVED, judged, layer, own, refused


def test_hessians_of_quadratic_forms() -> None:
    """x₀² + 3x₀x₁/2 + 5x₁² - x₁ + 7 has the Hessian (2 3/2; 3/2 10)."""
    found = constant_hessian(own("x[0]^2 + 3*x[0]*x[1]/2 + 5*x[1]^2 - x[1] + 7").function, 2)
    assert found is not None
    assert found.tolist() == [[2, Fraction(3, 2)], [Fraction(3, 2), 10]]
    for other in ("x[0]^3", "x[0]^2*x[1]", "x[0]^2*x[1]^2", "1/(1 + x[0]^2)", "x[0]^(1/2)", "x[0]^2 + exp(x[0])"):
        assert constant_hessian(own(other).function, 2) is None
    # Powers of e^x that are not whole, or negative, are no constants.
    for power in ("exp(x[0]/2)", "-exp(x[0]/2)", "exp(-x[0])", "-exp(-x[0])", "-exp(-x[0]/3)", "-exp(-2*x[1])"):
        assert constant_hessian(own(power).function, 2) is None
        refused(Convex(own(power)), "not evidently quadratic", "exact_inertia")
    assert constant_hessian(own("x^2/2", of="neuron").function, 2) is None
    assert constant_hessian(layer("activation: clipped_softmax").function, 2) is None


def test_hessians_of_many_neurons(monkeypatch: pytest.MonkeyPatch) -> None:
    square = own("dot(x, x)")
    monkeypatch.setattr(exact_inertia, "MAX_SIZE", 2)
    assert constant_hessian(square.function, 2) is not None
    monkeypatch.setattr(exact_inertia, "MAX_SIZE", 1)
    assert constant_hessian(square.function, 2) is None


def test_inertia_decides_convexity() -> None:
    for text, convex in (("x[0]^2 + 2*x[0]*x[1] + x[1]^2", True), ("x[0]^2 + 2.0001*x[0]*x[1] + x[1]^2", False)):
        if convex:
            assert judged(Convex(own(text)), "exact_inertia") == PROVED
        else:
            refused(Convex(own(text)), "not positive semidefinite", "exact_inertia")
    # The normal form of (√u)² is u, which is not what it is where u < 0.
    refused(Convex(own("sqrt(x[0])^2")), "not, by structure, defined everywhere", "exact_inertia")
    refused(Convex(own("logsumexp(x)")), "not evidently quadratic", "exact_inertia")


def test_composition_decides_convexity() -> None:
    assert judged(Convex(own("logsumexp(x)")), "composition") == PROVED
    assert judged(Convex(own("2*x[0] - x[1]")), "composition") == PROVED
    for other in ("-logsumexp(x)", "x[0]*x[1]", "-sqrt(x[0])", "sqrt(x[0])^4"):
        refused(Convex(own(other)), "do not show", "composition")
    refused(Convex(layer("activation: clipped_softmax")), "do not show", "composition")


def test_signs_of_slopes() -> None:
    """h of x⁴ + x² as it is, and rewritten; h of relu² on both of its pieces."""
    asked = Convex(own("x^4 + x^2", of="neuron"))
    assert judged(asked, "sign") == PROVED
    assert judged(asked, "sign", rewritten="12*x^2 + 2") == PROVED
    assert judged(Convex(layer("lagrangian: relu")), "sign") == PROVED
    refused(Convex(own("x^3", of="neuron")), "the sign of", "sign")
    refused(Convex(own("-x^2", of="neuron")), "the sign of", "sign")
    # A square is told to be one: x² - 2x + 1, and (x - 1)².
    square = Convex(own("x^4/12 - x^3/3 + x^2/2", of="neuron"))
    refused(square, "the sign of", "sign")
    assert judged(square, "sign", rewritten="(x - 1)^2") == PROVED
    for text, message in (
        ("(x - 2)^2", "not identical to h"),
        ("sqrt(x - 1)^4", "not, by structure, defined everywhere"),
        ("(", "rewritten: "),
        (3, "expected an expression"),
    ):
        refused(square, message, "sign", rewritten=text)


def test_intervals_cover_a_piece() -> None:
    cuts = [Fraction(k, 3) for k in range(-1, 3)]
    found = intervals_of(Piece(Fraction(0), Fraction(2, 3), parse("x")), cuts)
    assert len(found.lower) == 2
    ends = list(zip(found.lower.tolist(), found.upper.tolist(), strict=True))
    exact = [(Fraction(0), Fraction(1, 3)), (Fraction(1, 3), Fraction(2, 3))]
    for (low, high), (least, most) in zip(ends, exact, strict=True):
        assert Fraction(low) <= least < most <= Fraction(high) < most + Fraction(1, 10**9)
        assert least - Fraction(1, 10**9) < Fraction(low)
    whole = intervals_of(Piece(None, None, parse("x")), [Fraction(-1), Fraction(1)])
    assert (whole.lower.tolist(), whole.upper.tolist()) == ([-float("inf"), -1, 1], [-1, 1, float("inf")])
    left = intervals_of(Piece(None, Fraction(0), parse("x")), [Fraction(-1), Fraction(1)])
    assert (left.lower.tolist(), left.upper.tolist()) == ([-float("inf"), -1], [-1, 0])
    right = intervals_of(Piece(Fraction(0), None, parse("x")), [Fraction(-1), Fraction(1)])
    assert (right.lower.tolist(), right.upper.tolist()) == ([0, 1], [1, float("inf")])


def test_intervals_on_which_nothing_follows() -> None:
    piece = Piece(Fraction(0), Fraction(3), parse("x - 1"))
    found = undecided(piece, [Fraction(1), Fraction(2)])
    # (x - 1) on [1, 2] is rounded outward, and so is not shown to be ≥ 0.
    assert found == [(0.0, 1.0), (1.0, 2.0)]
    assert undecided(Piece(Fraction(2), Fraction(3), parse("x - 1")), []) == []
    # Signs alone show it, without intervals.
    assert undecided(Piece(None, None, parse("x^2")), []) == []
    assert undecided(Piece(None, None, parse("exp(x)/4 - 1/8")), [Fraction(0)]) == [(-float("inf"), 0.0)]
    assert undecided(Piece(Fraction(0), Fraction(1), parse("1/4 + 0*x - x/8")), []) == []
    # Of a product intervals say less than signs do; and 0 itself is not below 0.
    assert undecided(Piece(None, None, parse("x^2*exp(x)")), []) == []
    assert undecided(Piece(Fraction(0), Fraction(1), parse("x")), []) == []


def test_cuts_are_rising(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Convex(own("x^2/2 - 2*sech(x)", of="neuron"))
    cuts = [str(Fraction(k, 4)) for k in range(-40, 41)]
    assert judged(asked, "subdivision", cuts=cuts).data == {"intervals": 82}
    for wrong in ([*cuts, cuts[-1]], cuts[::-1], ["0", "0"]):
        refused(asked, "expected increasing numbers", "subdivision", cuts=wrong)
    for other in ("12", {"0": 1}, 3):
        refused(asked, "expected a list of at most", "subdivision", cuts=other)
    refused(asked, "expected a rational number", "subdivision", cuts=[0.5])
    refused(asked, "does not follow on", "subdivision", cuts=[])
    for most, held in ((81, True), (80, False)):
        monkeypatch.setattr(subdivision, "MAX_CUTS", most)
        if held:
            judged(asked, "subdivision", cuts=cuts)
        else:
            refused(asked, "at most 80", "subdivision", cuts=cuts)


def test_times_that_do_not_fit() -> None:
    """vᵀTHv for H = (1 1; 1 1)·2 and v = (3, -2): Hv = (2, 2), vᵀT Hv = 2(3τ₀ - 2τ₁)."""
    square = own("(x[0] + x[1])^2")
    shown = {"state": ["0", "0"], "direction": ["3", "-2"]}
    timed = replace(square, tau=(Fraction(1), Fraction(2)))
    found = judged(CompatibleTimes(timed), "negative_curvature", **shown)
    assert found.data["curvature"].startswith("-2")
    refused(
        CompatibleTimes(replace(square, tau=(Fraction(2), Fraction(2)))),
        "not certainly negative",
        "negative_curvature",
        **shown,
    )
    refused(CompatibleTimes(own("x[0]*x[1]")), "not evidently convex", "negative_curvature", **shown)


def test_regularity_is_structure() -> None:
    assert judged(Regular(layer("lagrangian: relu")), "regularity") == PROVED
    refused(Regular(layer("lagrangian: {spherical: {epsilon: 0}}")), "not locally Lipschitz", "regularity")
    mixed = layer("activation: {expression: ['x[0]', 'sign(x[1])']}")
    refused(Regular(mixed), "not locally Lipschitz", "regularity")
    for energy, regular in (("sum(x^2)", True), ("sum(sqrt(x))", False)):
        joined = f"synapses: {{e: {{kind: expression, layers: [x], energy: {energy}}}}}\n"
        body = f"layers: {{x: {{size: 1, lagrangian: identity}}}}\n{joined}"
        own_drive = build_model(parse_spec(f"hopverify: 1\nname: drives\n{body}")).synapses["e"]
        if regular:
            assert judged(RegularDrive("e", own_drive), "regularity") == PROVED
        else:
            refused(RegularDrive("e", own_drive), "not locally Lipschitz", "regularity")
