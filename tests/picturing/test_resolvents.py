"""The resolvent of many states solves its equation, for whole layers too."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.expr.floats import FLOATS
from hopverify.networks import build_model
from hopverify.picturing.many import MANY, many
from hopverify.picturing.resolvents import resolvents
from hopverify.spec import parse_spec

ONE = "{{hopverify: 1, name: m, layers: {{x: {{size: 4, lagrangian: {}}}}}}}"


@pytest.mark.parametrize("lagrangian", ["{softmax: {beta: 3}}", "layernorm", "relu", "{tanh: {beta: 4}}", "sparsemax"])
def test_the_equation_holds(lagrangian: str) -> None:
    function = build_model(parse_spec(ONE.format(lagrangian))).layers["x"].function
    u = 3 * np.random.default_rng(2).normal(size=(4, 50))
    rho, c = np.full((4, 1), 1.5), np.full((4, 1), 2.0)
    x = resolvents(function, u, rho, c)
    left = rho * x + c * np.asarray(function.activate(many(x), MANY))
    assert np.allclose(left, u, atol=1e-7)
    assert np.allclose(left[:, 0], rho[:, 0] * x[:, 0] + c[:, 0] * function.activate(x[:, 0], FLOATS))
