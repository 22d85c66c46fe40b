"""What does not fit is refused: matrices that move, sizes that differ, constants that a function cannot do without."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.errors import ExpressionError, SpecError
from hopverify.expr.differentiate import gradient, rank
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.expr.parser import check_exponents, parse
from hopverify.expr.shapes import shape_of
from hopverify.networks import Model, build_model
from hopverify.spec import parse_spec

RANKS = {"x": 1, "c": 1, "A": 2, "T": 3, "s": 0}
SIZES = {"x": (3,), "y": (2,), "c": (1,), "A": (2, 3), "T": (2, 2, 3), "s": ()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A @ x", 1),
        ("A @ transpose(A)", 2),
        ("T[0]", 2),
        ("A[0] + x", 1),
        ("dot(x, 2)", 0),
        ("norm(x, s)", 0),
        ("unit(x, 1)", 1),
        ("ones(x)", 1),
        ("transpose(A)", 2),
        ("pi", 0),
    ],
)
def test_ranks(text: str, expected: int) -> None:
    assert rank(parse(text), RANKS) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dot(x, A)", "the second argument of dot must be a vector"),
        ("norm(x, x)", "the second argument of norm must be a number"),
        ("dot(A, x)", "dot needs a vector"),
        ("sum(s)", "sum needs a vector"),
        ("ones(2)", "ones needs a vector"),
        ("unit(A, 0)", "unit needs a vector"),
        ("transpose(x)", "transpose needs a matrix"),
        ("x @ A", "a matrix on the left"),
        ("A @ s", "a vector on the right"),
        ("s[0]", "only a vector or a matrix can be indexed"),
        ("z", "no variable is called 'z'; known: A, T, c, s, x"),
    ],
)
def test_ranks_that_do_not_fit(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        rank(parse(text), RANKS)


@pytest.mark.parametrize("text", ["sum((A*x)[0])", "sum((A*sum(x))[1])", "sum((A + x)[0])", "sum((T*x)[0][0])"])
def test_matrices_that_move_have_no_gradient(text: str) -> None:
    """NumPy spreads a vector over a matrix; a gradient would have to be summed along the rows."""
    with pytest.raises(ExpressionError, match="a matrix must not depend on the state"):
        gradient(parse(text), "x", RANKS)
    assert rank(gradient(parse("sum(A[0]*x)"), "x", RANKS), RANKS) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A @ x", (2,)),
        ("A @ transpose(A)", (2, 2)),
        ("A*x", (2, 3)),
        ("x*A", (2, 3)),
        ("T[1] @ x", (2,)),
        ("T*A", (2, 2, 3)),
        ("x + sum(y)", (3,)),
        ("dot(x, x)", ()),
        ("softmax(2*x)", (3,)),
        ("unit(y, 1)", (2,)),
        ("max(x, 0)", (3,)),
        ("pi", ()),
        ("s*c", (1,)),
        ("y[1]", ()),
    ],
)
def test_shapes(text: str, expected: tuple[int, ...]) -> None:
    found = shape_of(parse(text), SIZES)
    assert found == expected
    assert rank(parse(text), {name: len(sizes) for name, sizes in SIZES.items()}) == len(found)


@pytest.mark.parametrize(
    "text", ["x + y", "x + c", "dot(x, c)", "A @ y", "transpose(A) @ x", "A*y", "y[2]", "unit(y, 2)", "max(x, y)"]
)
def test_sizes_that_do_not_fit(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"sizes do not fit in|the index is out of range for 2 entries"):
        shape_of(parse(text), SIZES)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("x^3", "x^n", "the exponent n is not a rational constant"),
        ("entmax(x, 3/2)", "entmax(x, 1)", "entmax is defined for a parameter above 1, not for 1"),
        ("normmax_conjugate(x, 2)", "normmax_conjugate(x, 1/2)", "normmax_conjugate is defined for a parameter above"),
        ("entmax(x, 2)", "entmax(x, x)", "the second argument of entmax, x is not a rational constant"),
        ("unit(x, 1)", "unit(x, 1/2)", "a unit vector must be a whole number"),
        ("unit(x, 0)", "unit(x, -1)", "a unit vector must be a whole number"),
    ],
)
def test_constants_that_functions_need(right: str, wrong: str, message: str) -> None:
    check_exponents(parse(right))
    with pytest.raises(ExpressionError, match=message):
        check_exponents(parse(wrong))


def model(energy: str, body: str = "", size: int = 3) -> Model:
    layers = f"layers: {{x: {{size: {size}, lagrangian: tanh}}, y: {{size: 2, lagrangian: tanh}}}}\n"
    arrays = "arrays: {A: [[1, 2, 0], [-5, 1, 0]], b: [1, 2, 3]}\n"
    synapse = f"synapses: {{w: {{kind: expression, layers: [x, y], energy: '{energy}'}}}}\n" if energy else ""
    return build_model(parse_spec(f"hopverify: 1\nname: fits\n{layers}{arrays}{synapse}{body}"))


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        # Of these two the drive was not -∇S, and the energy was told to descend.
        ("-dot(x, A[0])", "-dot(x, A)", "the second argument of dot must be a vector"),
        ("-sum(A[0]*x)", "-sum((A*x)[0])", "a matrix must not depend on the state"),
        ("-dot(y, A @ x)", "-dot(y, transpose(A) @ x)", "sizes do not fit in transpose"),
        ("-dot(x, b)", "-dot(y, b)", "sizes do not fit in dot"),
        ("-y[1]", "-y[2]", "out of range for 2 entries"),
        ("-sum(y^2)", "-sum(y^b)", "the exponent b is not a rational constant"),
    ],
)
def test_synapses_fit(right: str, wrong: str, message: str) -> None:
    model(right)
    with pytest.raises(SpecError, match=message):
        model(wrong)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("energy: '-dot(y, A @ x)'", "energy: '-dot(x, A @ y)'", "sizes do not fit in A@y"),
        ("energy: 'g_x[2]'", "energy: 'g_x[3]'", "out of range for 3 entries"),
        ("energy: 'sum(x^2)'", "energy: 'sum(x^b)'", "not a rational constant"),
    ],
)
def test_claimed_energies_fit(right: str, wrong: str, message: str) -> None:
    model("", right)
    with pytest.raises(SpecError, match=message):
        model("", wrong)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("lagrangian: {expression: 'x[1]^2', of: layer}", "lagrangian: {expression: 'x[2]^2', of: layer}", "2 entries"),
        ("activation: {expression: 'x*x[1]'}", "activation: {expression: 'x*x[2]'}", "2 entries"),
        (
            "activation: {expression: ['x[1]', 'x[0]']}",
            "activation: {expression: ['x[2]', 'x[0]']}",
            "the index is out of range for 2 entries",
        ),
        (
            "lagrangian: {expression: 'entmax_conjugate(x, 2)', of: layer}",
            "lagrangian: {expression: 'entmax_conjugate(x, 0)', of: layer}",
            "above 1, not for 0",
        ),
    ],
)
def test_functions_of_layers_fit(right: str, wrong: str, message: str) -> None:
    spec = "hopverify: 1\nname: fits\nlayers: {{x: {{size: 2, {}}}}}\n"
    build_model(parse_spec(spec.format(right)))
    with pytest.raises(SpecError, match=message):
        build_model(parse_spec(spec.format(wrong)))


def test_the_gradient_of_what_fits_is_the_gradient() -> None:
    """By central differences: where a number is spread over a vector, its slope is summed."""
    arrays = {"A": np.array([[1.0, 2.0, 0.0], [-5.0, 1.0, 0.5]]), "b": np.array([1.0, -2.0, 3.0])}
    x, step = np.array([0.3, 0.7, -0.4]), 1e-6
    for text in ("dot(x, b)*sum(A @ x)", "sum((A @ x)*sum(x))", "dot(x, 2)^2", "norm(x, 1)*x[1]", "sum(A[1]*x^2)"):
        potential = parse(text)
        slope = evaluate(gradient(potential, "x", {"x": 1, "A": 2, "b": 1}), arrays | {"x": x}, FLOATS)
        for k, unit in enumerate(np.eye(3)):
            high, low = (evaluate(potential, arrays | {"x": x + s * unit}, FLOATS) for s in (step, -step))
            assert abs(np.broadcast_to(slope, 3)[k] - (high - low) / (2 * step)) < 1e-6
