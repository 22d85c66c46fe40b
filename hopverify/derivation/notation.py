"""What the notations of formulas share: the order of terms and factors, parentheses, and long decimals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction

from hopverify.derivation.formula import (
    ONE,
    Formula,
    Node,
    Number,
    Symbol,
    is_below,
    multiply,
    numerator_and_denominator,
    split,
)

LONG = 12
"""Rationals with more digits are written as decimals where they are some."""
HALF = Number(Fraction(1, 2))
SUM, PRODUCT, POWER, ATOM = range(1, 5)
"""How tightly a printed formula binds."""


class Printer(ABC):
    """What both notations share: the order of terms, and which parts stand in parentheses."""

    times, minus = "·", "-"
    left, right = "(", ")"

    def printed(self, value: Formula) -> tuple[str, int]:
        """Return the text and how tightly it binds."""
        if isinstance(value, Symbol):
            return self.symbol(value.name), ATOM
        if isinstance(value, Number) and value.value.denominator == 1:
            return str(value.value).replace("-", self.minus), ATOM if value.value >= 0 else SUM
        if not isinstance(value, Node) or value.head == "*" or is_below(value):
            return self.product(value)
        if value.head == "+":
            return self.sum(value), SUM
        if value.head == "^":
            return self.raised(*value.parts)
        if value.head in ("Sum", "Integral"):
            return self.total(value), PRODUCT
        if value.head == "[]":
            return self.component(value), ATOM
        if value.head == "exp":
            return self.exponential(value.parts[0]), POWER
        return self.function(value.head, [self.printed(part)[0] for part in value.parts]), ATOM

    def sum(self, value: Node) -> str:
        """Return the terms, those with a minus sign last, and numbers after others."""
        terms = sorted(value.parts, key=lambda term: (term.is_negative, isinstance(term, Number)))
        shown = [self.printed(term)[0] for term in terms]
        return shown[0] + "".join(
            f" - {term.removeprefix(self.minus)}" if term.startswith("-") else f" + {term}" for term in shown[1:]
        )

    def product(self, value: Formula) -> tuple[str, int]:
        coefficient, factors = split(value)
        sign = self.minus if coefficient < 0 else ""
        long = as_decimal(abs(coefficient))
        if long is not None:
            coefficient = Fraction(1)
        over, under = numerator_and_denominator(multiply(Number(coefficient), *factors))
        if long is not None:
            over = [Symbol(long), *(part for part in over if part != ONE)]
        shown, level = self.fraction(over, under)
        if sign and level == SUM:
            shown = f"{self.left}{shown}{self.right}"
        return f"{sign}{shown}", SUM if sign else level

    def wrapped(self, value: Formula, level: int) -> str:
        """Return the text in parentheses if it binds less tightly than it has to."""
        shown, own = self.printed(value)
        return shown if own >= level else f"{self.left}{shown}{self.right}"

    def factors(self, factors: list[Formula]) -> str:
        if len(factors) == 1:
            return self.printed(factors[0])[0]
        return self.times.join(self.wrapped(factor, PRODUCT) for factor in factors)

    @abstractmethod
    def symbol(self, name: str) -> str:
        """Return a name."""

    @abstractmethod
    def fraction(self, over: list[Formula], under: list[Formula]) -> tuple[str, int]:
        """Return a product, over another one if that has factors."""

    @abstractmethod
    def raised(self, base: Formula, exponent: Formula) -> tuple[str, int]:
        """Return a power that does not stand below a bar."""

    @abstractmethod
    def exponential(self, argument: Formula) -> str:
        """Return a power of e."""

    @abstractmethod
    def total(self, value: Node) -> str:
        """Return a sum over indices, or an integral."""

    @abstractmethod
    def component(self, value: Node) -> str:
        """Return a component of an array."""

    @abstractmethod
    def function(self, name: str, arguments: list[str]) -> str:
        """Return a function of its arguments."""


def as_decimal(value: Fraction) -> str | None:
    """Return a long positive fraction as a decimal, cut where that is long; None for those that are no decimals."""
    if value.denominator == 1 or len(f"{value.numerator}{value.denominator}") <= LONG:
        return None
    places = next((k for k in range(400) if (10**k * value).denominator == 1), None)
    if places is None:
        return f"({value.numerator}/{value.denominator})"
    digits = f"{value.numerator * 10**places // value.denominator:0{places + 1}d}"
    shown = f"{digits[:-places]}.{digits[-places:]}"
    return shown if len(shown) <= LONG else f"{shown[:LONG]}…"
