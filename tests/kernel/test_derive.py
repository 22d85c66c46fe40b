"""Gradients: each rule against a difference quotient in high precision, where the function is smooth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flint import arb

from hopverify.kernel import derive, language, terms
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.numbers import Rejected

X, W, A = ["state"], ["array", "W"], ["array", "A"]
PLACES: dict[terms.Place, terms.Shape] = {
    ("state", ""): (3,),
    ("array", "W"): (2, 3),
    ("array", "A"): (3, 3),
    ("array", "T"): (3, 2, 3),
    ("array", "M"): (3, 3),
    ("array", "K"): (2, 1, 2),
    ("array", "u"): (2,),
}
ROWS = ["stack", X, ["multiply", X, X]]

NUMBERS: list[Any] = [
    *(["sum", [name, X]] for name in derive.SLOPES if name not in ("sign", "step", "kink", "log", "log1p", "sqrt")),
    *(["sum", [name, ["add", "3", X]]] for name in ("log", "log1p", "sqrt")),
    ["sum", ["multiply", ["sign", X], X]],
    ["sum", ["multiply", ["multiply", ["pi"], X], ["power", ["relu", X], "5/2"]]],
    ["sum", ["multiply", ["relu", X], ["relu", X]]],
    ["dot", ["power", ["add", "2", X], "5/2"], ["index", W, "0"]],
    ["sum", ["divide", X, ["add", "3", ["multiply", X, X]]]],
    ["sum", ["add", ["max", X, "1/3"], ["min", ["multiply", "2", X], ["power", X, "3"]]]],
    ["sum", ["subtract", ["mean", X], ["multiply", ["variance", X], X]]],
    ["norm", ["subtract", X, ["mean", X]], ["sum", ["multiply", X, X]]],
    ["multiply", ["logsumexp", X], ["ghost_logsumexp", ["negate", X]]],
    ["dot", ["softmax", X], ["multiply", ["ghostmax", X], ["index", W, "1"]]],
    ["add", ["entmax_conjugate", X, "3/2"], ["normmax_conjugate", X, "5"]],
    ["index", ["matmul", W, ["tanh", X]], "1"],
    ["dot", X, ["matmul", A, ["exp", X]]],
    ["sum", ["matmul", ["transpose", ROWS], ["array", "u"]]],
    ["sum", ["matmul", ["matmul", ROWS, A], X]],
    ["sum", ["index", ["matmul", ROWS, ["transpose", ROWS]], "1"]],
    ["sum", ["matmul", ["add", ["multiply", X, ROWS], ["sum", X]], X]],
    ["sum", ["matmul", ["multiply", ["mean", X], A], X]],
    ["index", ["index", ["add", X, A], "2"], "1"],
    ["sum", ["slice", ["concatenate", X, ["exp", X]], "2", "5"]],
    ["sum", ["slice", X, "0", "2"]],
    ["sum", ["masked_logsumexp", ["array", "M"], ["matmul", ["stack", X, ["exp", X], X], A]]],
    ["dot", X, ["contract", ["array", "T"], "0", ["slice", X, "0", "2"], ["exp", X]]],
    ["dot", X, ["contract", ["array", "T"], "2", ["exp", X], ["slice", X, "1", "3"]]],
    ["dot", ["concatenate", X, ["slice", X, "0", "1"]], ["convolve", ["array", "K"], X, "2", "1", "1", "3"]],
    ["dot", X, ["convolve_back", ["array", "K"], ["concatenate", X, ["slice", X, "1", "2"]], "2", "1", "1", "3"]],
    ["multiply", ["size", X], ["dot", ["ones", X], ["multiply", ["unit", X, "1"], X]]],
]  # fmt: skip


def values(step: arb, place: int) -> dict[terms.Place, Any]:
    x = [ball(n) / 7 for n in (4, -9, 3)]
    x[place] += step
    matrix = [[ball(3 * i - 2 * j + 1) / 5 for j in range(3)] for i in range(3)]
    mask = [[arb(1), arb(0), arb(1)], [arb(0)] * 3, [arb(1)] * 3]
    tensor = [[[ball(i + 2 * j - k) / 3 for k in range(3)] for j in range(2)] for i in range(3)]
    kernel = [[[arb(2), arb(-1)]], [[arb(1), arb(3)]]]
    return {
        ("state", ""): x,
        ("array", "W"): matrix[:2],
        ("array", "A"): matrix,
        ("array", "T"): tensor,
        ("array", "M"): mask,
        ("array", "K"): kernel,
        ("array", "u"): [arb(2), arb(-1)],
    }


@pytest.mark.parametrize("document", NUMBERS, ids=str)
def test_a_gradient_is_the_limit_of_difference_quotients(document: Any) -> None:
    term = language.read(document, "here")
    assert language.shape(term, PLACES, "here") == ()
    slope = derive.gradient(term, ("state", ""), PLACES)
    assert language.shape(slope, PLACES, "here") == (3,)
    with precision(400):
        found, h = evaluate(slope, values(arb(0), 0)), arb(2) ** -100
        for place in range(3):
            quotient = (evaluate(term, values(h, place)) - evaluate(term, values(-h, place))) / (2 * h)
            assert abs(found[place] - quotient) < 2.0**-60, place


@pytest.mark.parametrize("document", [["sum", ["entmax", X, "2"]], ["sum", ["normmax", X, "2"]],
                                      ["sum", ["column_squares", ["stack", X]]]], ids=str)  # fmt: skip
def test_derivatives_that_there_are_not(document: Any) -> None:
    with pytest.raises(Rejected, match="is not in the table"):
        derive.gradient(language.read(document, "here"), ("state", ""), PLACES)


def test_what_does_not_depend_has_the_gradient_zero() -> None:
    slope = derive.gradient(
        language.read(["dot", ["ones", X], ["array", "v"]], ""), ("state", ""), PLACES | {("array", "v"): (3,)}
    )
    assert language.write(slope) == ["multiply", "0", ["state"]]


@pytest.mark.parametrize(
    ("document", "steps"),
    [
        (["power", ["relu", X], "3"], 0),
        (["multiply", ["relu", X], X], 1),
        (["multiply", ["power", ["relu", X], "1/2"], "2"], 1),
        (["multiply", ["relu", ["negate", X]], ["relu", X]], 2),
    ],
    ids=str,
)
def test_a_step_beside_a_power_of_what_is_0_there_is_left_out(document: Any, steps: int) -> None:
    slope = derive.gradient(language.read(["sum", document], ""), ("state", ""), PLACES)
    assert str(language.write(slope)).count("step") == steps


def test_every_function_that_moves_has_a_rule() -> None:
    """Entmax and normmax come from their potentials; a mask's shares and squares of arrays are never differentiated."""
    known = {*derive.SLOPES, *derive._BINARY, *derive._RULES, "matmul", "concatenate", "slice", "ones", "unit", "size"}
    assert set(language.FUNCTIONS) - known == {"pi", "entmax", "normmax", "masked_softmax", "column_squares"}


def test_the_page_of_claims_has_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
    u = terms.Variable(("state", "u"))
    for name, slope in derive.SLOPES.items():
        text = json.dumps(language.write(terms.substituted(slope, {terms.STATE: u}))).replace(
            json.dumps(["state", "u"]), "u"
        )
        assert f"| `{name}` | `{text}` |" in page
