"""Claims at the edge of being true: exact where floating point would guess."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from hopverify.checker.floats import assert_rounding, exp_upper
from hopverify.checker.rules import judge
from hopverify.expr.balls import ball, precision
from hopverify.obligations import Outcome, Retrieval
from hopverify.pipeline import verify
from hopverify.provers import Budget, NothingToSearchError
from hopverify.provers.retrieval_radii import PROVER as RADII
from hopverify.spec import ExactArray, parse_spec

ONE_LAYER = """
hopverify: 1
name: edge
layers:
  x: {{size: {size}, lagrangian: {lagrangian}, tau: {tau}}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: {weights}}}
checks: {checks}
"""
# What the tests ask of it; the dearer checks have tests of their own.
CHECKS = "[weight_symmetry, time_constants, lagrangian_convexity, energy_descent, energy_flatness]"


def verdicts(
    *, size: int = 2, lagrangian: str = "tanh", weights: str = "[[0, 1], [1, 0]]", tau: str = "1"
) -> dict[str, str]:
    spec = parse_spec(ONE_LAYER.format(size=size, lagrangian=lagrangian, weights=weights, tau=tau, checks=CHECKS))
    return {result["check"]: result["verdict"] for result in verify(spec, samples=200).results}


@pytest.mark.parametrize("gap", ["1e-30", "1e-150"])
def test_weights_that_differ_in_a_late_digit_are_not_symmetric(gap: str) -> None:
    found = verdicts(weights=f"[[0, 1], [{Fraction(1) + Fraction(gap)}, 0]]")
    assert found["weight_symmetry"] == "fail"
    assert found["energy_descent"] != "pass"


def test_a_third_is_a_third_on_both_sides() -> None:
    assert verdicts(weights="[[0, 1/3], [1/3, 0]]")["weight_symmetry"] == "pass"
    assert verdicts(weights="[[0, 1/3], [0.333333333333333314829616256247, 0]]")["weight_symmetry"] == "fail"


def test_minus_zero_is_zero() -> None:
    assert verdicts(weights="[[0, -0.0], [0, 0]]")["weight_symmetry"] == "pass"


def test_tanh_saturates_and_is_never_dead() -> None:
    """At x = 20 the double tanh(20) is 1.0, and the slope 0 to all digits; the theorem does not care."""
    assert np.tanh(20.0) == 1.0
    spec = parse_spec(ONE_LAYER.format(size=2, lagrangian="tanh", weights="[[0, 1], [1, 0]]", tau="1", checks=CHECKS))
    result = next(r for r in verify(spec).results if r["check"] == "energy_flatness")
    assert result["verdict"] == "pass"
    assert result["obligations"][0]["data"]["kind"] == "saturated"


@pytest.mark.parametrize("slope", ["1e-40", "0"])
def test_a_leaky_relu_is_dead_only_at_slope_zero(slope: str) -> None:
    found = verdicts(lagrangian=f"{{leaky_relu: {{slope: {slope}}}}}")
    assert found["energy_flatness"] == ("fail" if slope == "0" else "pass")


def test_a_leaky_relu_of_slightly_negative_slope_is_not_convex() -> None:
    found = verdicts(lagrangian="{leaky_relu: {slope: -1e-40}}")
    assert found["lagrangian_convexity"] == "fail"


@pytest.mark.parametrize("size", [1, 3, pytest.param(400, marks=pytest.mark.long)])
def test_softmax_is_exactly_singular_at_every_size(size: int) -> None:
    weights = str(np.zeros((size, size), dtype=int).tolist())
    found = verdicts(size=size, lagrangian="softmax", weights=weights)
    assert (found["energy_flatness"], found["lagrangian_convexity"]) == ("fail", "pass")


def test_time_constants_may_differ_only_on_a_diagonal_hessian() -> None:
    assert verdicts(tau="[1, 2]")["time_constants"] == "pass"
    assert verdicts(lagrangian="softmax", tau="[1, 2]")["time_constants"] == "fail"
    assert verdicts(lagrangian="softmax", tau="[2, 2]")["time_constants"] == "pass"


@pytest.mark.parametrize("gain", ["1e-50", "-1e-50"])
def test_the_sign_of_a_tiny_gain_decides(gain: str) -> None:
    found = verdicts(lagrangian=f"{{layernorm: {{gamma: {gain}, epsilon: 0.01}}}}")
    assert found["lagrangian_convexity"] == ("pass" if gain[0] != "-" else "fail")


@pytest.mark.long
def test_a_lagrangian_that_is_not_defined_everywhere_never_passes() -> None:
    for text in ("-log(x)", "x*log(x)", "-sqrt(x)", "1/x^2", "x^(3/2)"):
        found = verdicts(lagrangian=f'{{expression: "{text}"}}')
        assert found["lagrangian_convexity"] != "pass", text
        assert found["energy_descent"] != "pass", text


def test_negative_zero_curvature_at_isolated_points_is_not_flatness() -> None:
    assert verdicts(lagrangian='{expression: "x^4/4"}')["energy_flatness"] == "pass"


# ------------------------------------------------------------------ floating point one can prove with


def test_exp_upper_bounds_the_exponential_closely() -> None:
    points = np.concatenate([np.linspace(-699, 699, 4001), np.linspace(-1, 1, 2001), [-0.0, 2.0**-1074, -(2.0**-60)]])
    bounds = exp_upper(points)
    with precision(200):
        for point, bound in zip(points.tolist(), bounds.tolist(), strict=True):
            exact = arb(point).exp()
            assert arb(bound) > exact
            assert arb(bound) < exact * (1 + arb(2) ** -43)


def test_exp_upper_never_loses_what_it_cannot_bound() -> None:
    bounds = exp_upper(np.array([701.0, np.inf, np.nan, -np.inf, -1e9]))
    assert np.isinf(bounds[:3]).all()
    assert (bounds[3:] > 0).all()


def test_another_rounding_mode_is_noticed() -> None:
    assert_rounding()
    script = (
        "import ctypes, ctypes.util\n"
        "from hopverify.checker.floats import assert_rounding\n"
        "ctypes.CDLL(ctypes.util.find_library('m')).fesetround(0x800)\n"
        "assert_rounding()\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if "does not round to nearest" not in run.stderr:
        pytest.skip("this platform's libm does not change the rounding mode by 0x800")


# ------------------------------------------------------------------ retrieval balls against ball arithmetic


def _true_sums(patterns: ExactArray, beta: Fraction, mu: int, radius: Fraction) -> tuple[Any, Any]:
    """Return Σ q d and β Σ q d² at 300 bits, from the exact patterns."""
    rows = patterns.fractions()
    first = second = arb(0)
    for nu in range(len(rows)):
        gap = rows[mu] - rows[nu]
        if nu != mu:
            distance = ball(Fraction((gap * gap).sum())).sqrt()
            weight = (-ball(beta) * (ball(Fraction((gap * rows[mu]).sum())) - ball(radius) * distance)).exp()
            first, second = first + weight * distance, second + ball(beta) * weight * distance * distance
    return first, second


def _obligation(patterns: ExactArray, beta: Fraction) -> Retrieval:
    count, _ = patterns.shape
    zeros = ExactArray.of(np.zeros(count))
    return Retrieval("edge", patterns, beta, zeros, tuple(f"[{k}]" for k in range(count)), 0)


def _sets_of_patterns() -> list[tuple[str, np.ndarray[Any, Any], Fraction]]:
    generator = np.random.default_rng(7)
    random = generator.normal(size=(12, 20))
    close = np.vstack([random, random[:3] + 1e-9, random[:2]])
    thirds = np.array([[Fraction(int(3 * entry), 7) for entry in row] for row in random], dtype=object)
    return [
        ("random", random, Fraction(2)),
        ("near and equal copies", close, Fraction(3)),
        ("huge", random * 1e140, Fraction(1, 10**280)),
        ("tiny", random * 1e-140, Fraction(2 * 10**280)),
        ("denormal", random * 1e-310, Fraction(1)),
        ("rational", thirds, Fraction(10, 3)),
        ("one pattern", random[:1], Fraction(1)),
        ("hot", random, Fraction(1, 1000)),
    ]


@pytest.mark.parametrize(
    ("name", "values", "beta"), _sets_of_patterns(), ids=lambda part: part if isinstance(part, str) else ""
)
def test_certified_radii_hold_in_ball_arithmetic(name: str, values: np.ndarray[Any, Any], beta: Fraction) -> None:
    patterns = ExactArray.of(values)
    obligation = _obligation(patterns, beta)
    search = RADII.search(obligation, Budget())
    if name == "denormal":
        # Beyond the range of floating-point bounds nothing is claimed.
        with pytest.raises(NothingToSearchError):
            next(search)
        return
    evidence = next(search)
    assert judge(obligation, evidence).outcome is Outcome.PROVED
    (sheet,) = evidence["sheets"]
    with precision(300):
        for mu, radius in enumerate(sheet["radii"]):
            if radius is None:
                continue
            for stated in (radius, sheet["distances"][mu]):
                first, second = _true_sums(patterns, beta, mu, Fraction(stated))
                assert not first > ball(Fraction(stated)), (name, mu)
                assert not second >= 1, (name, mu)


def test_most_separated_patterns_are_certified_nearly_to_the_edge() -> None:
    """The bounds lose little: a radius two parts in a thousand larger violates the exact conditions."""
    name, values, beta = _sets_of_patterns()[0]
    patterns = ExactArray.of(values)
    (sheet,) = next(RADII.search(_obligation(patterns, beta), Budget()))["sheets"]
    assert all(radius is not None for radius in sheet["radii"]), name
    with precision(300):
        for mu, radius in enumerate(sheet["radii"]):
            first, second = _true_sums(patterns, beta, mu, Fraction(radius) * Fraction(1002, 1000))
            assert first > ball(Fraction(radius) * Fraction(1002, 1000)) or second > 1
