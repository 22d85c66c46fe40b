"""Terms at random, and what they are rewritten to, rightly or wrongly: what has one normal form has one value."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from hopverify.kernel import identity, language, terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.evaluate import evaluate, values_of
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.numbers import Rejected

X, Y = ["state"], ["activation", "y"]
PLACES: dict[terms.Place, terms.Shape] = {("state", ""): (3,), ("activation", "y"): (2,)}
ENTRIES = {"A": [1, 2, 3, 4, 5, 6], "B": [1, 4, 2, 5, 3, 6], "S": [1, 2, 3, 2, 0, 5, 3, 5, 7], "v": [1, -2, 5]}
SHAPES: dict[str, terms.Shape] = {"A": (2, 3), "B": (3, 2), "S": (3, 3), "v": (3,)}
ARRAYS = {name: Array(SHAPES[name], list(map(Fraction, entries))) for name, entries in ENTRIES.items()}
OF_ONE = ("exp", "tanh", "sigmoid", "softplus", "relu", "abs", "sin", "cos", "logcosh", "step", "log", "sqrt", "negate")


def vector(random: Random, depth: int) -> Any:
    """Return a vector of three numbers."""
    if depth == 0:
        return random.choice([X, X, ["array", "v"], ["matmul", ["array", "B"], Y]])
    kind, u = random.randrange(8), vector(random, depth - 1)
    if kind < 3:
        return [random.choice(OF_ONE), u]
    if kind < 5:
        return [random.choice(["add", "subtract", "multiply", "divide", "max", "min"]), u, vector(random, depth - 1)]
    if kind == 5:
        return ["power", u, random.choice(["2", "3", "-1", "1/2", "3/2"])]
    if kind == 6:
        return ["multiply", u, [random.choice(["sum", "mean", "variance", "logsumexp"]), vector(random, depth - 1)]]
    matrix = random.choice([["array", "S"], ["transpose", ["array", "S"]], ["matmul", ["array", "B"], ["array", "A"]]])
    return random.choice([["softmax", u], ["matmul", matrix, u], ["concatenate", ["slice", u, "0", "1"], Y]])


def places_of(term: Any) -> Iterator[tuple[int, ...]]:
    """Yield where functions stand."""
    if isinstance(term, list) and term[0] not in ("state", "activation", "array"):
        yield ()
        for k, each in enumerate(term[1:], start=1):
            yield from ((k, *rest) for rest in places_of(each))


def put(term: Any, place: tuple[int, ...], change: Any) -> Any:
    """Return a term with a change made at a place."""
    if not place:
        return change(term)
    first, *rest = place
    return [put(each, tuple(rest), change) if k == first else each for k, each in enumerate(term)]


CHANGES = (
    lambda u: ["divide", ["add", u, u], "2"],
    lambda u: ["divide", "1", ["divide", "1", u]],
    lambda u: ["subtract", ["relu", u], ["relu", ["negate", u]]],
    lambda u: ["multiply", u, ["divide", u, u]],
    lambda u: ["log", ["exp", u]],
    lambda u: ["exp", ["log", u]],
    lambda u: ["sqrt", ["multiply", u, u]],
    lambda u: ["multiply", ["sqrt", u], ["sqrt", u]],
    lambda u: ["max", u, ["negate", u]],
    lambda u: ["multiply", u, ["step", u]],
    lambda u: ["add", u, ["multiply", ["step", u], ["subtract", "1", ["step", u]]]],
    lambda u: ["subtract", ["multiply", "2", u], ["abs", u]],
    lambda u: [u[0], *u[:0:-1]] if u[0] in ("add", "multiply", "max", "subtract", "divide") else u,
    lambda u: ["matmul", ["transpose", u[1]], u[2]] if u[0] == "matmul" else u,
)


@pytest.mark.parametrize("seed", range(300))
def test_one_form_is_one_value(seed: int) -> None:
    random = Random(seed)
    left = vector(random, random.choice([1, 2, 3]))
    right = left
    for _ in range(random.choice([1, 2])):
        right = put(right, random.choice(list(places_of(right)) or [()]), random.choice(CHANGES))
    terms_of = [language.read(each, "") for each in (left, right)]
    places = PLACES | {("array", name): shape for name, shape in SHAPES.items()}
    try:
        if not identity.same(*terms_of, places, ARRAYS):
            return
    except Rejected:
        return
    values: dict[terms.Place, Any] = {("array", name): values_of(held) for name, held in ARRAYS.items()}
    with precision(256):
        for _ in range(4):
            values["state", ""] = [ball(Fraction(random.randint(-3000, 3000), 1009)) for _ in range(3)]
            values["activation", "y"] = [ball(Fraction(random.randint(-3000, 3000), 1009)) for _ in range(2)]
            for one, other in zip(*(evaluate(each, values) for each in terms_of), strict=True):
                # Off kinks: the steps of what is 0 in balls are no numbers of one value.
                assert (one - other).contains(0) or not (one.is_finite() and other.is_finite())
