"""Printed expressions are read back as the same tree."""

from __future__ import annotations

import pytest
from hypothesis import given

from hopverify.errors import ExpressionError
from hopverify.expr.differentiate import gradient
from hopverify.expr.nodes import Expression
from hopverify.expr.parser import parse

from .draws import RANKS, UNARY, of_one_number, potentials_of_a_layer

# Folding and differentiating can make what the grammar would have refused; nothing else may come out different.
EXCUSES = ("division by zero", "more than 400 operations", "nested deeper than", "out of range")


def read_back(expression: Expression) -> Expression | str:
    """Return the tree that the printed text spells, or the words with which it is refused."""
    try:
        return parse(str(expression))
    except ExpressionError as error:
        return error.message


@given(of_one_number(UNARY, leaves=12))
def test_round_trip_of_elementwise_expressions(expression: Expression) -> None:
    again = read_back(expression)
    assert again == expression or "division by zero" in str(again)


@given(potentials_of_a_layer)
def test_round_trip_of_potentials_and_their_gradients(expression: Expression) -> None:
    assert read_back(expression) == expression
    derived = gradient(expression, "x", RANKS)
    again = read_back(derived)
    assert again == derived or (isinstance(again, str) and any(excuse in again for excuse in EXCUSES))


def test_a_derivative_whose_text_would_explode_is_refused_instead() -> None:
    nested = parse("softmax(" * 40 + "x" + ")" * 40)
    derived = gradient(gradient(nested, "x", RANKS), "x", RANKS)
    with pytest.raises(ExpressionError, match="too long to be written out"):
        str(derived)
