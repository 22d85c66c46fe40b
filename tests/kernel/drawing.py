"""Terms of the core language, drawn at random as JSON, so that many of them have kinks, ends of domains and jumps."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

X = ["state"]
NUMBERS = ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "1/3", "-3/2")
EXPONENTS = ("2", "3", "-1", "-2", "1/2", "3/2", "0", "1", "4", "-1/2", "5/2")
POINTS = tuple(map(Fraction, (*NUMBERS, "-7/5", "10", "-10", "1/1000", "-1/1000")))

# Functions of one number, the ones with kinks and those with domains more often.
ONE = {
    **dict.fromkeys(("relu", "abs"), 5),
    **dict.fromkeys(("negate", "exp", "log", "sqrt", "step", "sign"), 3),
    **dict.fromkeys(("expm1", "log1p", "cosh", "sinh", "tanh", "logcosh", "sigmoid", "softplus", "arctan"), 2),
    **dict.fromkeys(("sin", "cos", "sech", "erf"), 1),
}
TWO = {"add": 4, "subtract": 3, "multiply": 4, "divide": 2, "max": 2, "min": 1}
OF_VECTORS = ("sum", "sum", "mean", "variance", "logsumexp", "ghost_logsumexp")


def _one(r: Random, weights: dict[str, int]) -> str:
    return r.choices(list(weights), list(weights.values()))[0]


def number(r: Random, depth: int, size: int = 0, variable: Any = X) -> Any:
    """Return a number, in a variable that is a number, or a vector of so many entries."""
    if depth <= 0 or r.random() < 0.12:
        if r.random() < 0.3:
            return r.choice(NUMBERS)
        return r.choice([["index", variable, str(r.randrange(size))], ["sum", variable]]) if size else variable
    way = r.random()
    inner = number(r, depth - 1, size, variable)
    if way < 0.35:
        return [_one(r, ONE), inner]
    if way < 0.65:
        return [_one(r, TWO), *r.sample([inner, number(r, depth - 1, size, variable)], 2)]
    if way < 0.75:
        return [r.choice(["multiply", "subtract", "max"]), inner, inner]
    if way < 0.87 or not size:
        return ["power", inner, r.choice(EXPONENTS)]
    u = vector(r, depth - 1, size, variable)
    return r.choice(
        [
            *([name, u] for name in OF_VECTORS),
            ["norm", u, r.choice(["0", "1", inner])],
            ["dot", u, r.choice([u, vector(r, depth - 1, size, variable)])],
            [r.choice(["entmax_conjugate", "normmax_conjugate"]), u, r.choice(["2", "3/2", "3"])],
            ["index", u, str(r.randrange(size))],
        ]
    )


def vector(r: Random, depth: int, size: int, variable: Any = X) -> Any:
    """Return a vector of so many entries, in a variable that is one."""
    if depth <= 0 or r.random() < 0.25:
        return variable
    way, u = r.random(), vector(r, depth - 1, size, variable)
    if way < 0.3:
        return [_one(r, ONE), u]
    if way < 0.65:
        other = r.choice([vector(r, depth - 1, size, variable), number(r, depth - 1, size, variable)])
        return [_one(r, TWO), *r.sample([u, other], 2)]
    if way < 0.75:
        return ["power", u, r.choice(EXPONENTS)]
    if way < 0.9:
        shares = r.choice(["softmax", "ghostmax", "ones", "entmax", "normmax"])
        return [shares, u, r.choice(["2", "3/2", "3"])] if shares in _CONSTANT else [shares, u]
    return r.choice(
        [["stack", *(number(r, depth - 1, size, variable) for _ in range(size))], ["subtract", u, ["mean", u]]]
    )


def rewritten(r: Random, term: Any) -> Any:
    """Return a term in which one part is written in another way: for some, one that does not always hold."""
    if isinstance(term, str) or term[0] == "state":
        return r.choice([["exp", ["log", term]], ["power", ["power", term, "2"], "1/2"], ["divide", term, "1"]])
    places = [k for k in range(1, len(term)) if not (k == 2 and term[0] in _CONSTANT)]
    ways = [way for name, way in _WAYS if name in (term[0], "")]
    if places and r.random() < 0.5:
        k = r.choice(places)
        return [*term[:k], rewritten(r, term[k]), *term[k + 1 :]]
    return (
        r.choice(ways)(*term[1:]) if term[0] in {name for name, _ in _WAYS} else ["power", ["power", term, "3"], "1/3"]
    )


_CONSTANT = ("power", "index", "entmax", "normmax", "entmax_conjugate", "normmax_conjugate", "norm")

_WAYS: list[tuple[str, Any]] = [
    ("power", lambda u, c: ["power", ["power", u, "2"], str(Fraction(c) / 2)]),
    ("power", lambda u, c: ["multiply", ["power", u, str(Fraction(c) - 1)], u]),
    ("power", lambda u, c: ["power", ["negate", u], c]),
    ("power", lambda u, c: ["divide", "1", ["power", u, str(-Fraction(c))]]),
    ("multiply", lambda u, v: ["exp", ["add", ["log", u], ["log", v]]]),
    ("multiply", lambda u, v: ["sqrt", ["multiply", ["power", u, "2"], ["power", v, "2"]]]),
    ("multiply", lambda u, v: ["divide", u, ["divide", "1", v]]),
    ("divide", lambda u, v: ["divide", ["negate", u], ["negate", v]]),
    ("add", lambda u, v: ["divide", ["subtract", ["power", u, "2"], ["power", v, "2"]], ["subtract", u, v]]),
    ("max", lambda u, v: ["negate", ["min", ["negate", u], ["negate", v]]]),
    ("max", lambda u, v: ["divide", ["add", ["add", u, v], ["abs", ["subtract", u, v]]], "2"]),
    ("max", lambda u, v: ["min", u, v]),
    ("relu", lambda u: ["multiply", u, ["step", u]]),
    ("relu", lambda u: ["divide", ["relu", ["multiply", u, "-2"]], "-2"]),
    ("relu", lambda u: ["divide", ["add", u, ["abs", u]], "2"]),
    ("abs", lambda u: ["sqrt", ["power", u, "2"]]),
    ("abs", lambda u: u),
    ("sign", lambda u: ["divide", u, ["abs", u]]),
    ("sign", lambda u: ["power", ["sign", u], "3"]),
    ("step", lambda u: ["subtract", "1", ["step", ["negate", u]]]),
    ("step", lambda u: ["power", ["step", u], "1/2"]),
    ("log", lambda u: ["divide", ["log", ["power", u, "2"]], "2"]),
    ("log", lambda u: ["subtract", ["log", ["multiply", u, "2"]], ["log", "2"]]),
    ("log", lambda u: ["add", ["log", ["multiply", u, "-2"]], ["log", "-1/2"]]),
    ("exp", lambda u: ["power", ["exp", ["divide", u, "2"]], "2"]),
    ("exp", lambda u: ["add", ["sinh", u], ["cosh", u]]),
    ("cos", lambda u: ["sqrt", ["subtract", "1", ["power", ["sin", u], "2"]]]),
    ("tanh", lambda u: ["sqrt", ["subtract", "1", ["power", ["sech", u], "2"]]]),
    ("tanh", lambda u: ["subtract", ["multiply", "2", ["sigmoid", ["multiply", "2", u]]], "1"]),
    ("logcosh", lambda u: ["subtract", ["softplus", ["multiply", "2", u]], ["add", u, ["log", "2"]]]),
    ("logsumexp", lambda u: ["add", ["logsumexp", ["subtract", u, "1"]], "1"]),
    ("norm", lambda u, e: ["sqrt", ["add", ["dot", u, u], e]]),
    ("variance", lambda u: ["subtract", ["mean", ["power", u, "2"]], ["power", ["mean", u], "2"]]),
]
"""Other ways to write functions, from their arguments."""
