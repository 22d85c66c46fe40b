"""Products of arrays over all their axes at once, and constants that doubles do not hold."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.expr.nodes import Expression, Symbol
from hopverify.interop.tracing import spreads
from hopverify.interop.tracing.affine import affine, quadratic
from hopverify.interop.tracing.constants import exact_product, merged_apart
from hopverify.interop.tracing.expressions import Writer
from hopverify.interop.tracing.functions import function, power
from hopverify.interop.tracing.operations import Refused, divided
from hopverify.interop.tracing.tensors import (
    constant,
    contraction,
    leaf,
    placed,
    plus,
    product,
    scaled,
    total,
)
from hopverify.interop.tracing.terms import CannotWrite, Input, Tensor

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=3), RNG.normal(size=4)
T = RNG.normal(size=(3, 3, 4))
W = RNG.normal(size=(3, 4))


def x() -> Tensor:
    return leaf(Input("x", (3,)))


def y() -> Tensor:
    return leaf(Input("y", (4,)))


def written(value: Tensor, *, spread: bool = True) -> tuple[Expression, dict[str, Any]]:
    arrays: dict[str, Any] = {}

    def named(values: Any) -> str:
        arrays[f"a{len(arrays)}"] = values
        return f"a{len(arrays) - 1}"

    return Writer({"x": Symbol("x"), "y": Symbol("y")}, named, spread=spread).vector(value), arrays


def numbers_of(value: Tensor) -> Any:
    expression, arrays = written(value)
    held = {name: np.asarray(values, dtype=float) for name, values in arrays.items()}
    return evaluate(expression, {"x": X, "y": Y, **held}, FLOATS)


def rows_and_columns() -> tuple[Tensor, Tensor]:
    return placed(x(), (3, 4), (0,)), placed(y(), (3, 4), (1,))


def test_a_function_of_sums_of_two_axes() -> None:
    one, other = rows_and_columns()
    value = function("cos", plus(one, scaled(other, Fraction(-2))))
    assert np.allclose(numbers_of(value), np.cos(X[:, None] - 2 * Y).reshape(-1))
    assert np.allclose(numbers_of(product(value, constant(W))), (W * np.cos(X[:, None] - 2 * Y)).reshape(-1))
    by_rows = total(product(value, constant(W)), [1])
    assert np.allclose(numbers_of(by_rows), (W * np.cos(X[:, None] - 2 * Y)).sum(1))


def test_a_product_over_some_axes_only() -> None:
    one, other = rows_and_columns()
    value = function("tanh", product(one, other))
    assert np.allclose(numbers_of(value), np.tanh(np.outer(X, Y)).reshape(-1))


def test_an_array_of_three_axes() -> None:
    value = contraction(contraction(constant(T), x(), ((0,), (0,)), ((), ())), x(), ((0,), (0,)), ((), ()))
    assert np.allclose(numbers_of(power(value, Fraction(3))), np.einsum("ijk,i,j->k", T, X, X) ** 3)
    with pytest.raises(CannotWrite, match="joins 3 arrays"):
        written(power(value, Fraction(3)), spread=False)


def test_a_single_entry_stands_for_itself() -> None:
    unit = np.zeros((3, 4))
    unit[1, 2] = 2.0
    one, other = rows_and_columns()
    value = function("exp", total(product(product(one, other), constant(unit)), [0, 1]))
    assert np.allclose(numbers_of(value), np.exp(2 * X[1] * Y[2]))


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = rows_and_columns()
    monkeypatch.setattr(spreads, "MAX_ENTRIES", 11)
    with pytest.raises(CannotWrite, match="over 12 entries"):
        written(function("tanh", product(one, other)))
    monkeypatch.setattr(spreads, "MAX_ENTRIES", 12)
    with pytest.raises(CannotWrite, match="matrix of 12 × 3"):
        written(function("tanh", product(one, other)))


def test_forms_and_maps_of_several_axes_are_matrices() -> None:
    square = leaf(Input("x", (2, 3)))
    gram = contraction(square, square, ((0,), (0,)), ((), ()))
    form = contraction(gram, constant(RNG.normal(size=(3, 3))), ((0, 1), (0, 1)), ((), ()))
    (term,) = form.terms
    found = quadratic(term)
    assert found is not None
    state = RNG.normal(size=(2, 3))
    weights = next(factor.source.values for factor in term.factors if hasattr(factor.source, "values"))
    wanted = np.einsum("ki,kj,ij->", state, state, weights)
    assert np.isclose(state.reshape(-1) @ found[1].astype(float) @ state.reshape(-1) / 2, wanted)
    one, other = rows_and_columns()
    maps = affine(plus(one, scaled(other, Fraction(3))))
    assert maps is not None
    ours = maps.maps["x"].astype(float) @ X + maps.maps["y"].astype(float) @ Y
    assert np.allclose(ours, (X[:, None] + 3 * Y).reshape(-1))


def test_matrices_are_merged_along_the_axis_that_they_share() -> None:
    keys, queries = constant(RNG.normal(size=(2, 3))), constant(RNG.normal(size=(2, 3)))
    score = contraction(
        contraction(keys, x(), ((1,), (0,)), ((), ())),
        contraction(queries, x(), ((1,), (0,)), ((), ())),
        ((0,), (0,)),
        ((), ()),
    )
    put = product(placed(score, (5,), ()), constant(np.eye(5)[2]))
    (term,) = put.terms
    shapes = sorted(factor.source.shape for factor in merged_apart(term).factors)
    assert shapes == [(3,), (3,), (3, 3), (5,)]


def test_a_quotient_by_constants_is_exact() -> None:
    value = divided(x(), constant(np.array([3.0, 2.0, 0.1])))
    _, arrays = written(power(value, Fraction(2)))
    (squares,) = arrays.values()
    assert list(squares) == [Fraction(1, 9), Fraction(1, 4), 1 / Fraction(0.1) ** 2]
    with pytest.raises(Refused, match="with zeros"):
        divided(x(), constant(np.array([1.0, 0.0, 2.0])))
    with pytest.raises(Refused, match="many constants"):
        divided(leaf(Input("x", (5000,))), constant(np.arange(1.0, 5001.0)))


def test_products_of_fractions_are_exact_or_none() -> None:
    thirds = np.array([Fraction(1, 3), Fraction(2, 3)], dtype=object)
    assert exact_product([(thirds, (0,)), (np.array([3.0, 3.0]), (0,))], (0,)).tolist() == [1.0, 2.0]
    assert exact_product([(thirds, (0,)), (thirds, (1,))], (0, 1))[1, 1] == Fraction(4, 9)
    assert exact_product([(thirds, (0,)), (np.ones((400, 400)), (1, 2))], (0,)) is None
