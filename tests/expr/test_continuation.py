"""Derivatives whose pieces join: the same function, without a jump in any of its parts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hopverify.expr.balls import BALLS, precision
from hopverify.expr.continuation import derivative, joined
from hopverify.expr.differentiate import gradient
from hopverify.expr.evaluate import evaluate
from hopverify.expr.exact import EXACT
from hopverify.expr.floats import FLOATS
from hopverify.expr.parser import parse
from hopverify.expr.regularity import is_locally_lipschitz

JOIN = [
    ("abs(x) - log1p(abs(x))", "0"),
    ("relu(x) - arctan(relu(x))", "0"),
    ("x*clip(x, -1, 1) - clip(x, -1, 1)^2/2", "1"),
    ("relu(abs(x - 3) - 1)^2/2", "2"),
    ("exp(abs(x)) - abs(x)", "0"),
    ("relu(x) - 1 + exp(-relu(x))", "0"),
    ("abs(x)^3 + x*relu(x)", "0"),
    ("min(x, 2)*max(x, 2)/2 - min(x, 2)", None),
]


@pytest.mark.parametrize(("text", "kink"), JOIN)
def test_the_derivative_is_visibly_continuous_if_its_pieces_join(text: str, kink: str | None) -> None:
    plain, found = gradient(parse(text), "x", {"x": 0}), derivative(parse(text))
    assert not is_locally_lipschitz(plain)
    assert is_locally_lipschitz(found) == (kink is not None)
    if kink is None:
        assert found == plain


@pytest.mark.parametrize(("text", "kink"), [(text, kink) for text, kink in JOIN if kink is not None])
def test_at_a_kink_the_value_is_the_limit(text: str, kink: str) -> None:
    """Of the plain form neither exact numbers nor balls have one value there."""
    found = derivative(parse(text))
    at, near = Fraction(kink), Fraction(1, 10**12)
    with precision():
        here, left, right = (evaluate(found, {"x": BALLS.number(at + d)}, BALLS) for d in (0, -near, near))
        assert here.rad() < 1e-20
        assert abs(here - left) < 1e-9
        assert abs(here - right) < 1e-9


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([text for text, kink in JOIN if kink is not None]), st.floats(-9, 9))
def test_off_the_kinks_it_is_the_plain_derivative(text: str, x: float) -> None:
    plain, found = gradient(parse(text), "x", {"x": 0}), derivative(parse(text))
    assert evaluate(found, {"x": x}, FLOATS) == pytest.approx(evaluate(plain, {"x": x}, FLOATS), abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "abs(x)",  # the derivative jumps
        "step(x)",  # the function itself jumps, though its slopes join
        "relu(x^2 - 2)^2*sign(x^2 - 2)",  # kinks that are not located
        "relu(x)^(3/2)*sign(x)",
        "sign(x)*x^(1/3)",
    ],
)
def test_others_are_left_as_they_are(text: str) -> None:
    assert derivative(parse(text)) == gradient(parse(text), "x", {"x": 0})


def test_kinks_that_are_not_located_join_nothing() -> None:
    parabola = parse("sign(x^2 - 2)")
    assert joined(parabola) == parabola


def test_values_must_be_identical_not_close() -> None:
    tiny = "1/1000000000000000000000000000000"
    assert joined(parse(f"step(x)*(exp(x) - 1 + {tiny})")) == parse(f"step(x)*(exp(x) - 1 + {tiny})")
    assert is_locally_lipschitz(joined(parse("step(x)*(exp(x) - 1)")))


def test_exact_numbers_know_it_at_kinks() -> None:
    found = derivative(parse("x*clip(x, -1, 1) - clip(x, -1, 1)^2/2"))
    values = [evaluate(found, {"x": Fraction(v)}, EXACT) for v in (-2, -1, 0, 1, 2)]
    assert values == [-1, -1, 0, 1, 1]
