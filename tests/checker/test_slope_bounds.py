"""Bounds of the slopes of activations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.slope_bounds import slope_bounds, slope_range
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.spec import parse_spec

F = Fraction


def function(text: str) -> Any:
    made = build_model(
        parse_spec(f"hopverify: 1\nname: net\nlayers: {{x: {{size: 1, lagrangian: {text}}}}}\nchecks: all\n")
    )
    return made.layers["x"].function


@pytest.mark.parametrize(
    ("name", "kappa", "beta"),
    [
        ("identity", 1, 1),
        ("relu", 0, 1),
        ("{leaky_relu: {slope: 3}}", 1, 3),
        ("{tanh: {beta: 5}}", 0, 5),
        ("{sigmoid: {beta: 2}}", 0, F(1, 2)),
        ("{expression: 'softplus(2*x)'}", 0, 1),
        ("{softmax: {beta: 3}}", 0, F(3, 2)),
        ("entmax", 0, 1),
        ("{layernorm: {gamma: 2, epsilon: 1/100}}", 0, 20),
        ("{spherical: {gamma: 3, epsilon: 4}}", 0, F(3, 2)),
    ],
)
def test_bounds_of_slopes(name: str, kappa: int, beta: Fraction) -> None:
    low, high = slope_bounds(function(name))
    assert low == kappa
    assert beta <= high <= beta * (1 + F(1, 1000))


@pytest.mark.parametrize(
    "name",
    [
        "exp",
        "spherical",
        "normmax",
        "{layernorm: {gamma: -1}}",
        "{expression: 'norm(x, 1)', of: layer}",
        "repu",
    ],
)
def test_slopes_without_bounds(name: str) -> None:
    with pytest.raises(EvidenceRejected):
        slope_bounds(function(name))


@pytest.mark.parametrize("name", ["gelu", "silu", "mish"])
def test_slopes_of_either_sign(name: str) -> None:
    made = function(name)
    low, high = slope_range(made)
    x = np.linspace(-40, 40, 20_001)
    from hopverify.expr.evaluate import evaluate
    from hopverify.expr.floats import FLOATS

    slopes = evaluate(made.slope, {"x": x}, FLOATS)
    assert low is not None
    assert high is not None
    assert -F(1, 50) + F(float(slopes.min())) < low <= F(float(slopes.min()))
    assert F(float(slopes.max())) <= high
