"""Rules about one layer: convexity and times, each edge beside what lies past it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hopverify.obligations import CompatibleTimes
from tests.checker.rules.layers import judged, own, refused


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
