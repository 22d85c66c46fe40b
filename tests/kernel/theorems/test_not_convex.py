"""Negative curvature at a state: of L, and of L with times; how claims about it are refused."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel.core import write
from hopverify.kernel.reading import read
from tests.kernel.accepting import accepted, core, layer, rejected

SADDLE = layer("size: 2, lagrangian: {expression: 'x[0]*x[1]'}")
"""H = (0 1; 1 0)."""
CUBIC = layer("size: 3, lagrangian: {expression: 'x^3'}")
"""Neurons with L'' = 6x."""


def claim(state: list[str], direction: list[str], curvature: str) -> dict[str, Any]:
    return {"layer": "x", "state": state, "direction": direction, "curvature": curvature}


ACROSS = claim(["3", "5"], ["1", "-1/4"], "-1/2")


def test_a_quadratic_one_whose_curvature_is_known() -> None:
    """dᵀHd = 2·1·(-1/4) = -1/2 exactly."""
    assert accepted(SADDLE, "not convex", "point", ACROSS).endswith("dᵀH(x)d ≤ -1/2 < 0")
    assert accepted(SADDLE, "not convex", "point", ACROSS | {"curvature": "-1/3"})
    rejected(SADDLE, "not convex", "point", ACROSS | {"curvature": "-500001/1000000"}, "not certainly so low")


def test_neurons_whose_part_is_nothing_may_be_anywhere() -> None:
    at = claim(["-1", "5", "0"], ["3", "0", "0"], "-54")
    assert accepted(CUBIC, "not convex", "point", at)
    rejected(CUBIC, "not convex", "point", at | {"direction": ["0", "1", "0"]}, "not certainly so low")
    assert accepted(layer("size: 2, lagrangian: gelu"), "not convex", "point", claim(["-2", "0"], ["1", "0"], "-1/20"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"layer": "y"}, "no layer with a flow is called 'y'"),
        ({"layer": ["x"]}, "no layer with a flow"),
        ({"state": ["3"]}, r"state: expected 2 numbers, got 1"),
        ({"state": {"0": "3"}}, "state: expected a list"),
        ({"state": [3, 5]}, "state: expected a rational"),
        ({"state": ["3", "1e1"]}, "expected a rational"),
        ({"state": ["3", "nan"]}, "expected a rational"),
        ({"state": ["3", True]}, "expected a rational"),
        ({"state": ["3", "9" * 5000]}, "expected a rational"),
        ({"direction": ["1", "-2/8"]}, "direction: expected a rational in lowest terms"),
        ({"direction": ["1", "-1/4", "0"]}, "expected 2 numbers"),
        ({"direction": ["0", "0"]}, "not certainly so low"),
        ({"direction": ["1", "1/4"]}, "not certainly so low"),
        ({"curvature": "0"}, "the curvature that is claimed is not negative"),
        ({"curvature": "1"}, "the curvature that is claimed is not negative"),
        ({"curvature": -1}, "curvature: expected a rational"),
        ({"curvature": "-1/0"}, "curvature: expected a rational"),
    ],
    ids=str,
)
def test_what_is_refused(change: dict[str, Any], why: str) -> None:
    rejected(SADDLE, "not convex", "point", ACROSS | change, why)


def test_a_proof_holds_nothing() -> None:
    rejected(SADDLE, "not convex", "point", ACROSS, "unknown keys", state=["3", "5"])


def test_a_kink_has_no_curvature() -> None:
    """Beside its kinks -|x| is affine; at 0 its slope jumps, and L'' is no number. -relu² has a kink in its slope."""
    for L in ("-abs(x)", "-relu(x)^2"):
        of = layer(f"size: 1, lagrangian: {{expression: '{L}'}}")
        rejected(of, "not convex", "point", claim(["0"], ["1"], "-1/10"), "not certainly so low")
    assert accepted(
        layer("size: 1, lagrangian: {expression: '-relu(x)^2'}"), "not convex", "point", claim(["1"], ["1"], "-2")
    )


def test_where_l_is_not_defined_nothing_is_certain() -> None:
    of = layer("size: 1, lagrangian: {expression: 'x^1.5'}")
    rejected(of, "not convex", "point", claim(["0"], ["1"], "-1/10"), "the function has no value there")
    rejected(of, "not convex", "point", claim(["-1"], ["1"], "-1/10"), "the function has no value there")


@pytest.mark.parametrize("text", ["{0}*log({0})", "(1 + {0})*log1p({0})"])
def test_the_formula_of_a_derivative_may_have_a_value_where_the_function_has_none(text: str) -> None:
    """(x log x)'' = 1/x, which is -1/2 at -2."""
    for of, variable in (("neuron", "x"), ("layer", "x[0]")):
        own = layer(f"size: 1, lagrangian: {{expression: '{text.format(variable)}', of: {of}}}")
        rejected(own, "not convex", "point", claim(["-2"], ["1"], "-1/4"), "the function has no value there")


def test_parameters_that_are_arrays() -> None:
    """L = -½Σ(a_i x_i)²."""
    L = ["multiply", "-1/2", ["sum", ["power", ["multiply", ["array", "a"], ["state"]], "2"]]]
    document = write(SADDLE)
    document["layers"][0] |= {"L": L, "g": "gradient"}
    of = read(document | {"arrays": {"a": {"shape": [2], "entries": ["1", "2"]}}})
    assert accepted(of, "not convex", "point", claim(["0", "0"], ["1", "1"], "-5"))
    rejected(of, "not convex", "point", claim(["0", "0"], ["1", "1"], "-51/10"), "not certainly so low")


def test_a_bare_activation_has_no_lagrangian() -> None:
    of = core("layers: {x: {size: 1, activation: {expression: 'x^2'}}}\n")
    rejected(of, "not convex", "point", claim(["-1"], ["1"], "-1"), "layer x has no Lagrangian")
