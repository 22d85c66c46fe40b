"""Reads exported files back, as proofs/Networks.v and proofs/Functions.v define them, without hopverify's code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

Numbers = list[Any]
Matrix = Callable[[int, int], Fraction]

DEFINITION = re.compile(
    r"^Definition (\w+)(?: \(u : (?:R|vec)\))? : [\w ]+ :=\s(.*?)\.$(?=\n\n)", re.MULTILINE | re.DOTALL
)
THEOREM = re.compile(r"^Theorem (\w+) : (.*?)\.\nProof\.", re.MULTILINE | re.DOTALL)
TOKEN = re.compile(r"\s*([A-Za-z_]\w*|\d+|[-+*/^()])")


@dataclass(frozen=True)
class Block:
    into: int
    factor: Fraction
    matrix: Matrix
    source: int


class CoqText:
    """The definitions of a file by name, and its theorems."""

    def __init__(self, text: str) -> None:
        self.definitions = dict(DEFINITION.findall(text))
        self.theorems = dict(THEOREM.findall(text))

    def numbers(self, name: str) -> Numbers:
        """Return a list of rationals, or of lists of them."""
        held = self.definitions[name].strip()
        whole = re.fullmatch(r"over (\d+)\s+(.*)%Z", held, re.DOTALL)
        if whole is not None:
            rows = json.loads(whole[2].replace(";", ","))
            return [[Fraction(entry, int(whole[1])) for entry in row] for row in rows]
        text = re.sub(r"(-?\d+)(?: # (\d+))?", lambda found: f'"{found[1]}/{found[2] or 1}"', held)
        return fractions(json.loads(text.removesuffix("%Q").replace(";", ",")))

    def function(self, name: str) -> Callable[[arb], arb]:
        return Expression(self.definitions[name]).value

    def of_states(self, name: str) -> Callable[[list[arb]], arb]:
        """Return a function of all states of a layer: the logarithm of the sum of exponentials, scaled."""
        number = r"\(?(\d+(?: / \d+)?)\)?"
        form = rf"logsumexp (\d+) (?:u|\(fun i => {number} \* u i\))(?: / {number})?"
        found = re.fullmatch(form, self.definitions[name])
        assert found is not None, self.definitions[name]
        size, beta, over = (
            int(found[1]),
            *(ball(Fraction((each or "1").replace(" ", ""))) for each in found.groups()[1:]),
        )
        return lambda x: sum(((beta * x[i]).exp() for i in range(size)), arb(0)).log() / over

    def layer(self, name: str) -> dict[str, str]:
        """Return the fields of a layer, as they stand there."""
        return dict(re.findall(r"(\w+) := (\w+)", self.definitions[name]))

    def synapse(self, name: str) -> tuple[Block, list[Block]]:
        """Return the energy of a synapse and its drive."""
        found = re.fullmatch(
            r"\s*Synapse \((.*?)\)\s+(\[.*\]|\(minus_gradient .*\))", self.definitions[name], re.DOTALL
        )
        assert found is not None
        form = self.block(found[1])
        if found[2].startswith("["):
            return form, [self.block(each) for each in found[2][1:-1].split(";")]
        assert found[2] == f"(minus_gradient ({found[1]}))"
        W = form.matrix
        back = Block(form.source, -form.factor, lambda i, j: W(j, i), form.into)
        return form, [Block(form.into, -form.factor, W, form.source), back]

    def block(self, text: str) -> Block:
        found = re.fullmatch(r"\s*Block (\d+) \((-?\d+)(?: # (\d+))?\) \((.*)\) (\d+)\s*", text)
        assert found is not None, text
        return Block(int(found[1]), Fraction(int(found[2]), int(found[3] or 1)), self.matrix(found[4]), int(found[5]))

    def matrix(self, text: str) -> Matrix:
        kind, rest = text.split(" ", 1)
        if kind in ("transpose", "hollow"):
            inner = self.matrix(rest[1:-1])
            return (
                (lambda i, j: inner(j, i))
                if kind == "transpose"
                else lambda i, j: Fraction(0) if i == j else inner(i, j)
            )
        held = self.numbers(rest)
        if kind == "rows":
            return lambda i, j: held[i][j]
        if kind == "diagonal":
            return lambda i, j: held[i] if i == j else Fraction(0)
        assert kind == "gram", kind
        return lambda i, j: sum((row[i] * row[j] for row in held), Fraction(0))


def fractions(value: Any) -> Any:
    return [fractions(each) for each in value] if isinstance(value, list) else Fraction(value)


def ball(value: Fraction) -> arb:
    return arb(value.numerator) / value.denominator


def relu(u: arb) -> arb:
    return Rmax(u, arb(0))


def Rmax(u: arb, v: arb) -> arb:
    return u if u >= v else v


FUNCTIONS: dict[str, Callable[..., arb]] = {
    "relu": relu,
    "Rmax": Rmax,
    "Rmin": lambda u, v: v if u >= v else u,
    "Rabs": abs,
    "exp": lambda u: u.exp(),
    "expm1": lambda u: u.exp() - 1,
    "cosh": lambda u: u.cosh(),
    "sinh": lambda u: u.sinh(),
    "tanh": lambda u: u.tanh(),
    "logcosh": lambda u: u.cosh().log(),
    "softplus": lambda u: (1 + u.exp()).log(),
    "sigmoid": lambda u: 1 / (1 + (-u).exp()),
}
TWO = {"Rmax", "Rmin"}


class Expression:
    """A function of u, by the precedences of Coq's reals: application, power, product, sum; a sign binds like a sum."""

    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s", "", text)

    def value(self, u: arb) -> arb:
        self.rest, self.u = [*self.tokens], u
        found = self.sum()
        assert not self.rest
        return found

    def take(self, *wanted: str) -> str | None:
        return self.rest.pop(0) if self.rest and self.rest[0] in wanted else None

    def sum(self) -> arb:
        found = -self.product() if self.take("-") else self.product()
        while sign := self.take("+", "-"):
            found = found + self.product() if sign == "+" else found - self.product()
        return found

    def product(self) -> arb:
        found = self.power()
        while sign := self.take("*", "/"):
            found = found * self.power() if sign == "*" else found / self.power()
        return found

    def power(self) -> arb:
        base = self.application()
        return base ** int(self.rest.pop(0)) if self.take("^") else base

    def application(self) -> arb:
        if self.rest[0] in FUNCTIONS:
            name = self.rest.pop(0)
            return FUNCTIONS[name](*(self.atom() for _ in range(2 if name in TWO else 1)))
        return self.atom()

    def atom(self) -> arb:
        token = self.rest.pop(0)
        if token == "(":
            found = self.sum()
            assert self.take(")")
            return found
        return self.u if token == "u" else arb(int(token))


def value(form: Block, gamma: Sequence[Sequence[arb]]) -> arb:
    """Return S."""
    left = gamma[form.into]
    return sum((a * b for a, b in zip(left, pushed(form, gamma), strict=True)), arb(0))


def pushed(block: Block, gamma: Sequence[Sequence[arb]]) -> list[arb]:
    """Return what a block adds to each neuron of its layer."""
    right, count = gamma[block.source], len(gamma[block.into])
    return [
        sum((ball(block.factor * block.matrix(i, j)) * b for j, b in enumerate(right)), arb(0)) for i in range(count)
    ]
