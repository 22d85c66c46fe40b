"""The logarithm of a log-convex function is convex."""

from __future__ import annotations

import pytest

from hopverify.expr.curvature import curvature
from hopverify.expr.functions import Bend
from hopverify.expr.parser import parse


@pytest.mark.parametrize(
    "text",
    [
        "log(sum(exp(4*x)))/4",
        "log(1 + sum(exp(x)))",
        "log(exp(x) + 2*exp(-3*x) + 1/2)",
        "log(cosh(3*x))/3",
        "log(mean(exp(x^2)*cosh(x)))",
        "log((exp(x) + exp(-x))/2)",
    ],
)
def test_what_is_log_convex(text: str) -> None:
    assert curvature(parse(text), {"x"}).bend is Bend.CONVEX


@pytest.mark.parametrize(
    "text",
    [
        "log(exp(x) - exp(-x))",
        "log(1 + x^2)",
        "log(sum(exp(-x^2)))",
        "log(cosh(x^2 - 1))",
        "log(-2*exp(x))",
        "log(0*x + exp(x)*x)",
        "log(exp(x)/cosh(x))",
        "log(sum(delta*exp(x)))",
        "-log(cosh(x))",
    ],
)
def test_what_is_not_known_to_be(text: str) -> None:
    assert curvature(parse(text), {"x"}).bend is not Bend.CONVEX
