"""No entry of ``hopverify.activations`` is a gradient: two unequal mixed partial derivatives show it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hopverify.activations import ACTIVATIONS, Activation
from hopverify.expr.balls import ball, precision
from hopverify.expr.nodes import symbols
from hopverify.expr.parser import parse
from hopverify.spec.fields import REQUIRED, FieldKind

from .draws import Bound, balls, bound, few

every_activation = pytest.mark.parametrize("entry", list(ACTIVATIONS), ids=lambda entry: entry.name)
SIZE = 3


@pytest.fixture(autouse=True)
def _precision() -> Any:
    with precision():
        yield


@every_activation
def test_text_uses_only_the_state_and_the_parameters(entry: Activation) -> None:
    names = {field.name for field in entry.parameters}
    assert symbols(parse(entry.activation)) <= names | {"x"}
    assert all(symbols(parse(text)) <= names for text in entry.requires)


@every_activation
def test_defaults_are_in_range(entry: Activation) -> None:
    for field in entry.parameters:
        if field.default is not REQUIRED:
            for value in field.default if isinstance(field.default, tuple) else (field.default,):
                field.check_range(value)


def jacobian(made: Bound, x: Any) -> Any:
    axes = [np.array([Fraction(int(i == j)) for i in range(SIZE)], dtype=object) for j in range(SIZE)]
    return np.array([made.hessian_times(balls(x), balls(axis)) for axis in axes], dtype=object).T


def asymmetric(made: Bound, x: Any) -> bool:
    """Return whether some ∂g_i/∂x_j and ∂g_j/∂x_i are certainly different."""
    J = jacobian(made, x)
    return any(not J[i, j].overlaps(J[j, i]) for i in range(SIZE) for j in range(i))


@every_activation
@few
@given(data=st.data())
def test_jacobian_is_certainly_asymmetric_somewhere(entry: Activation, data: st.DataObject) -> None:
    made = data.draw(bound(entry, SIZE))
    assume(all(len(set(value)) > 1 for value in required_vectors(made)))
    scale = 1 / made.values.get("beta", Fraction(1))
    # A coarse walk along a line, then a fine one: states where one component is cut and another is not may be few.
    steps = [Fraction(k) for k in range(-10, 11)] + [Fraction(k, 20) for k in range(-200, 201)]
    states = (np.array([step, Fraction(0), Fraction(1, 3)], dtype=object) * scale for step in steps)
    assert any(asymmetric(made, state) for state in states)


def required_vectors(made: Bound) -> list[tuple[Fraction, ...]]:
    """Return the vector parameters without a default: an entry that needs one differs from a gradient by it."""
    return [
        made.values[field.name]
        for field in made.entry.parameters
        if field.kind is FieldKind.NUMBERS and field.default is REQUIRED
    ]


def test_equal_gains_make_the_vector_layer_norm_symmetric() -> None:
    values = {"gamma": (Fraction(2),), "delta": (Fraction(0),), "epsilon": Fraction(1, 100)}
    J = jacobian(Bound(ACTIVATIONS["vector_layernorm"], values), np.array([Fraction(1), Fraction(3), Fraction(-2)]))
    assert all(J[i, j].overlaps(J[j, i]) and J[i, j].rad() < 1e-12 for i in range(SIZE) for j in range(i))


def test_a_stretch_that_never_clips_is_refused() -> None:
    made = Bound(ACTIVATIONS["clipped_softmax"], {"beta": Fraction(1), "zeta": Fraction(1), "gamma": Fraction(0)})
    assert [made.number(text) > ball(0) for text in made.entry.requires] == [False]
