"""Identity: what has one normal form has one value; what has not is never taken for the same."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel import identity, language, terms
from hopverify.kernel.arrays import Array, Within
from hopverify.kernel.evaluate import evaluate, values_of
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import Rejected

X, Y, U = ["state"], ["activation", "y"], ["state", "u"]
A, B, S, N, ZEROS = (["array", name] for name in "ABSNO")
PLACES: dict[terms.Place, terms.Shape] = {
    ("state", ""): (3,),
    ("activation", "y"): (2,),
    ("state", "u"): (),
    ("array", "A"): (2, 3),
    ("array", "B"): (3, 2),
    ("array", "S"): (3, 3),
    ("array", "N"): (3, 3),
    ("array", "O"): (2, 3),
    ("array", "v"): (3,),
    ("array", "w"): (3,),
    ("array", "c"): (3,),
    ("array", "b"): (3,),
    ("array", "one"): (1,),
}
ENTRIES: dict[str, list[int]] = {
    "A": [1, 2, 3, 4, 5, 6],
    "B": [1, 4, 2, 5, 3, 6],
    "S": [1, 2, 3, 2, 0, 5, 3, 5, 7],
    "N": [1, 2, 3, 2, 0, 5, 3, 4, 7],
    "O": [0] * 6,
    "v": [1, -2, 5],
    "w": [1, -2, 5],
    "c": [2, 2, 2],
    "b": [1, -2, 6],
    "one": [1],
}
ARRAYS = {name: Array(PLACES["array", name], list(map(Fraction, entries))) for name, entries in ENTRIES.items()}


def same(left: Any, right: Any, arrays: dict[str, Array] = ARRAYS) -> bool:
    return identity.same(language.read(left, "left"), language.read(right, "right"), PLACES, arrays)


def plus(*parts: Any) -> Any:
    return parts[0] if len(parts) == 1 else ["add", parts[0], plus(*parts[1:])]


def times(*parts: Any) -> Any:
    return parts[0] if len(parts) == 1 else ["multiply", parts[0], times(*parts[1:])]


MEAN = ["divide", ["sum", X], "3"]
SAME: list[tuple[Any, Any]] = [
    # Numbers and polynomials.
    (plus(U, U), times("2", U)),
    (["power", ["add", U, "1"], "3"], plus(["power", U, "3"], times("3", U, U), times("3", U), "1")),
    (["power", U, "-2"], ["divide", "1", times(U, U)]),
    (["power", ["add", U, "1"], "-1"], ["divide", U, times(U, plus(U, "1"))]),
    (["power", U, "0"], "1"),
    (["subtract", ["divide", "1", U], ["divide", "1", plus(U, "1")]], ["divide", "1", times(U, plus(U, "1"))]),
    (["divide", plus(["sqrt", "8"], "0"), ["sqrt", "2"]], "2"),
    (["sqrt", ["pi"]], ["divide", ["pi"], ["sqrt", ["pi"]]]),
    (["multiply", ["sqrt", "21/2"], ["sqrt", "2/21"]], "1"),
    (["power", "101", "1/2"], ["divide", "101", ["sqrt", "101"]]),
    (["sqrt", ["subtract", U, U]], "0"),
    (["power", "0", "3/2"], "0"),
    # Exponentials.
    (["exp", plus(U, "1")], times(["exp", U], ["exp", "1"])),
    (["tanh", U], ["divide", ["sinh", U], ["cosh", U]]),
    (["power", ["sech", U], "2"], ["subtract", "1", ["power", ["tanh", U], "2"]]),
    (["sigmoid", U], ["divide", plus("1", ["tanh", ["divide", U, "2"]]), "2"]),
    (["expm1", times("2", U)], times(["expm1", U], plus("2", ["expm1", U]))),
    (["exp", ["divide", "1", plus(U, "1")]], ["exp", ["divide", "2", plus("2", U, U)]]),
    # Roots, logarithms, waves.
    (["power", plus(U, "1"), "3/2"], times(plus(U, "1"), ["sqrt", plus("1", U)])),
    (["sqrt", plus("4", times("4", U))], times("2", ["sqrt", plus("1", U)])),
    (["sqrt", times("4", ["exp", U])], times("2", ["exp", ["divide", U, "2"]])),
    (["divide", U, ["power", plus(U, "1"), "1/3"]], ["divide", times(U, ["power", plus(U, "1"), "2/3"]), plus(U, "1")]),
    (["sqrt", "0"], ["sqrt", ["subtract", U, U]]),
    (["sqrt", ["divide", "1", plus("1", U)]], ["sqrt", ["divide", "2", plus("2", U, U)]]),
    (["log", times("2", ["exp", U])], plus(["log", "2"], U)),
    (["log", ["divide", "6", ["pi"]]], ["subtract", plus(["log", "2"], ["log", "3"]), ["log", ["pi"]]]),
    (["log", ["divide", "1", plus("1", U)]], ["log", ["divide", "2", plus("2", U, U)]]),
    (["softplus", ["negate", U]], ["subtract", ["softplus", U], U]),
    (["logcosh", U], ["subtract", ["softplus", times("2", U)], plus(U, ["log", "2"])]),
    (["log1p", U], ["log", plus("1", U)]),
    (["log", "0"], ["log", ["subtract", U, U]]),
    (["erf", ["negate", U]], ["negate", ["erf", U]]),
    (plus(["power", ["cos", U], "2"], ["power", ["sin", U], "2"]), "1"),
    (["cos", ["negate", U]], ["cos", U]),
    (["divide", "1", ["power", ["cos", U], "2"]], plus("1", ["power", ["divide", ["sin", U], ["cos", U]], "2"])),
    (["arctan", "0"], ["negate", ["arctan", "0"]]),
    (["softplus_integral", plus(U, U)], ["softplus_integral", times("2", U)]),
    (["max", U, "1"], ["subtract", plus(U, "1"), ["min", "1", U]]),
    # Vectors.
    (["sum", ["subtract", X, MEAN]], "0"),
    (["variance", X], ["subtract", ["divide", ["dot", X, X], "3"], ["power", ["mean", X], "2"]]),
    (["norm", X, "1"], ["sqrt", plus("1", ["sum", times(X, X)])]),
    (["sum", ["softmax", X]], "1"),
    (["softmax", ["subtract", X, ["mean", X]]], ["softmax", X]),
    (["ghostmax", X], ["divide", ["exp", X], plus("1", ["sum", ["exp", X]])]),
    (["logsumexp", plus(X, "1")], plus("1", ["logsumexp", X])),
    (["ghost_logsumexp", X], ["log", plus("1", ["sum", ["exp", X]])]),
    (["entmax", plus(X, X), "3/2"], ["entmax", times("2", X), "3/2"]),
    (["sum", ["ones", X]], ["size", X]),
    (["sum", ["tanh", X]], ["sum", ["divide", ["sinh", X], ["cosh", X]]]),
    (["multiply", ["array", "v"], X], ["multiply", X, ["array", "w"]]),
    (["array", "c"], times("2", ["ones", X])),
    (["sum", ["array", "c"]], "6"),
    (["matmul", A, ["tanh", X]], ["matmul", A, ["divide", ["sinh", X], ["cosh", X]]]),
    # Kinks: the same but at 0.
    (["power", ["relu", U], "2"], times(U, ["relu", U])),
    (["abs", U], plus(["relu", U], ["relu", ["negate", U]])),
    (["sign", times("3", U)], ["subtract", ["step", U], ["step", ["negate", U]]]),
    (times(["abs", U], ["kink", U]), "0"),
    # Matrices.
    (["matmul", A, X], ["matmul", ["transpose", B], X]),
    (["matmul", ["transpose", S], X], ["matmul", S, X]),
    (["matmul", ["transpose", ["matmul", B, A]], X], ["matmul", ["matmul", B, A], X]),
    (["matmul", S, ["matmul", B, Y]], ["matmul", ["matmul", S, B], Y]),
    (["matmul", A, ["subtract", X, MEAN]], ["subtract", ["matmul", A, X], times(MEAN, ["matmul", A, ["ones", X]])]),
    (["matmul", ZEROS, X], times("0", Y)),
    (["matmul", ["matmul", ["transpose", ZEROS], A], X], times("0", X)),
    (["column_squares", A], ["column_squares", ["transpose", B]]),
    (["column_squares", ZEROS], times("0", X)),
    (["slice", X, "0", "3"], X),
    (["slice", plus(X, X), "1", "3"], times("2", ["slice", X, "1", "3"])),
    (["concatenate", Y, times("2", X)], plus(["concatenate", Y, X], ["concatenate", times("0", Y), X])),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), SAME, ids=str)
def test_one_function_in_two_ways(left: Any, right: Any) -> None:
    assert same(left, right)
    assert not same(plus(left, "1/1000000"), right)


@pytest.mark.parametrize(("left", "right"), SAME, ids=str)
def test_and_the_two_have_one_value(left: Any, right: Any) -> None:
    values: dict[terms.Place, Any] = {("array", name): values_of(held) for name, held in ARRAYS.items()}
    values |= {("state", ""): [ball(Fraction(k, 7)) for k in (4, -9, 3)], ("state", "u"): ball(Fraction(3, 5))}
    values |= {("activation", "y"): [ball(Fraction(2, 3)), ball(5)]}
    first, second = (evaluate(language.read(each, ""), values) for each in (left, right))
    for one, other in zip(*([each] if not isinstance(each, list) else each for each in (first, second)), strict=True):
        assert abs(one - other) < 1e-9 or not (one - other).is_finite()


def three_of_squares(u: Any) -> Any:
    """Return 3·Σ u_i²: of three equal entries it is (Σ u_i)²."""
    return times("3", ["dot", u, u])


MOVING: list[Any] = [
    X,
    ["array", "v"],
    ["sin", X],
    ["divide", "1", plus(X, "1")],
    ["sqrt", plus(X, "1")],
    ["exp", X],
    ["step", X],
    ["softplus_integral", X],
    ["entmax", X, "2"],
    ["matmul", S, X],
    ["matmul", S, ["ones", X]],
    ["concatenate", Y, ["array", "one"]],
    ["column_squares", A],
]
"""Vectors of three entries that differ."""

OTHERS: list[tuple[Any, Any]] = [
    (["sqrt", times(U, U)], U),
    (["power", times(U, U), "1/4"], ["sqrt", U]),
    (["log", times(U, U)], times("2", ["log", U])),
    (["abs", U], U),
    (["step", U], ["step", ["negate", U]]),
    (["relu", U], ["relu", plus(U, "1")]),
    (["erf", U], ["erf", times("2", U)]),
    (["cos", U], ["sin", U]),
    (["matmul", ["transpose", ["array", "N"]], X], ["matmul", N, X]),
    (["matmul", ["transpose", ["matmul", S, N]], X], ["matmul", ["matmul", S, N], X]),
    (["dot", X, X], ["power", ["sum", X], "2"]),
    (["sum", times(X, ["array", "v"])], times(["sum", X], ["array", "v"])),
    (["entmax", X, "3/2"], ["entmax", X, "2"]),
    (["entmax", X, "2"], ["normmax", X, "2"]),
    # As many equal entries as there are: the forms of their entries are alike.
    (["sum", ["entmax", ["ones", Y], "2"]], ["sum", ["entmax", ["ones", X], "2"]]),
    (["concatenate", ["ones", X], times("0", Y)], ["concatenate", ["ones", Y], times("0", X)]),
    (["sum", ["ones", X]], ["sum", ["ones", Y]]),
    (["slice", X, "0", "2"], ["slice", X, "1", "3"]),
    # Variables, arrays, functions and bases are known by what they are.
    (["sum", X], ["sum", Y]),
    (["array", "v"], ["array", "b"]),
    (["softplus_integral", U], ["mish_integral", U]),
    (["divide", "1", plus(U, "1")], ["divide", "1", plus(U, "2")]),
    (["sqrt", plus(U, "1")], ["sqrt", plus(U, "2")]),
    *((three_of_squares(each), ["power", ["sum", each], "2"]) for each in MOVING),
    (["column_squares", S], ["column_squares", N]),
    (["max", U, "1"], ["min", U, "1"]),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), OTHERS, ids=str)
def test_what_differs_has_another_form(left: Any, right: Any) -> None:
    assert not same(left, right)


def test_a_jump_at_every_state_is_like_itself_alone() -> None:
    assert same(["step", "0"], ["step", ["subtract", U, U]])
    assert not same(["step", "0"], ["step", U])


def test_uncertain_matrices_are_known_by_name() -> None:
    """Each stands for many; of symmetric ones the transpose is the matrix itself."""
    for symmetric in (False, True):
        near = {name: Within(Fraction(1), Fraction(0), symmetric) for name in "SN"}
        arrays = {**ARRAYS, "S": Array((3, 3), ARRAYS["S"].entries, near["S"]), "T": ARRAYS["S"]}
        assert same(["matmul", ["transpose", S], X], ["matmul", S, X], arrays) is symmetric
        arrays["N"] = Array((3, 3), ARRAYS["S"].entries, near["N"])
        assert not same(["matmul", S, X], ["matmul", N, X], arrays)
    vague = {**ARRAYS, "c": Array((3,), ARRAYS["c"].entries, Within(Fraction(1), Fraction(0), False))}
    assert not same(["array", "c"], times("2", ["ones", X]), vague)
    zero = {**ARRAYS, "O": Array((2, 3), ARRAYS["O"].entries, Within(Fraction(1), Fraction(0), False))}
    assert not same(["matmul", ZEROS, X], times("0", Y), zero)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (["index", X, "0"], "index has no normal form"),
        (["index", S, "0"], "index has no normal form"),
        (["matmul", ["stack", X, X], X], "a matrix is an array"),
        (["matmul", ["add", A, A], X], "a matrix is an array"),
        (["divide", U, ["subtract", U, U]], "a division by 0"),
        (["power", ["subtract", "1", "1"], "-1"], "a division by 0"),
        (["power", U, "1001"], "exponents are at most 1000"),
        (["power", U, "2001/2"], "exponents are at most 1000"),
        (["power", ["power", "3", "1000"], "1000"], "at most 100000 bits"),
        (["power", plus(U, "1"), "700"], "more than 20000 products"),
        (["logsumexp", U], "not defined for the shapes"),
    ],
    ids=str,
)
def test_what_has_no_normal_form_is_refused(document: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        same(document, document)
