"""Expressions as frozen trees: a number, a symbol, or a function applied to arguments.

Operators are functions like any other (``add``, ``multiply``, ``power`` …), so that the one table in
:mod:`hopverify.expr.functions` answers every question about a node. Values are scalars or NumPy vectors and
broadcast as in NumPy. Numbers are exact rationals.

>>> x = Symbol("x")
>>> print(x * x / 2 - 1)
x*x/2 - 1
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction


class Expression:
    """A node; the operators build larger ones, with the trivial foldings done by :func:`apply`."""

    def __add__(self, other: Expression | int) -> Expression:
        return apply("add", self, lift(other))

    def __radd__(self, other: int) -> Expression:
        return apply("add", lift(other), self)

    def __sub__(self, other: Expression | int) -> Expression:
        return apply("subtract", self, lift(other))

    def __rsub__(self, other: int) -> Expression:
        return apply("subtract", lift(other), self)

    def __mul__(self, other: Expression | int) -> Expression:
        return apply("multiply", self, lift(other))

    def __rmul__(self, other: int) -> Expression:
        return apply("multiply", lift(other), self)

    def __truediv__(self, other: Expression | int) -> Expression:
        return apply("divide", self, lift(other))

    def __neg__(self) -> Expression:
        return apply("negate", self)

    def __pow__(self, exponent: Expression | int | Fraction) -> Expression:
        return apply("power", self, lift(exponent))

    def __str__(self) -> str:
        from hopverify.expr.printing import to_text

        return to_text(self)


@dataclass(frozen=True, repr=False)
class Number(Expression):
    """An exact rational constant."""

    value: Fraction

    def __repr__(self) -> str:
        return f"Number({self.value})"


@dataclass(frozen=True, repr=False)
class Symbol(Expression):
    """A variable, or an array known by name."""

    name: str

    def __repr__(self) -> str:
        return f"Symbol({self.name})"


@dataclass(frozen=True, repr=False)
class Apply(Expression):
    """``function(arguments…)``, the function by its name in the table."""

    function: str
    arguments: tuple[Expression, ...]

    def __post_init__(self) -> None:
        # Arguments know their hashes already, so deep trees never recurse.
        object.__setattr__(self, "_hash", hash((self.function, self.arguments)))

    def __hash__(self) -> int:
        return int(getattr(self, "_hash"))  # noqa: B009

    def __repr__(self) -> str:
        return f"{self.function}({', '.join(map(repr, self.arguments))})"


# A constant power is folded only if its result is not larger than this.
MAX_FOLDED_BITS = 4096

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))


def lift(value: Expression | int | Fraction) -> Expression:
    """Return ``value`` as an expression."""
    return value if isinstance(value, Expression) else Number(Fraction(value))


def apply(function: str, *arguments: Expression) -> Expression:
    """Return the application with constants folded and neutral elements dropped.

    >>> apply("multiply", Number(Fraction(0)), Symbol("x"))
    Number(0)
    """
    fold = _FOLDINGS.get(function)
    folded = fold(*arguments) if fold else None
    return folded if folded is not None else Apply(function, arguments)


def _add(a: Expression, b: Expression) -> Expression | None:
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value + b.value)
    if a == ZERO:
        return b
    return a if b == ZERO else None


def _subtract(a: Expression, b: Expression) -> Expression | None:
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value - b.value)
    if a == ZERO:
        return apply("negate", b)
    return a if b == ZERO else None


def _negate(a: Expression) -> Expression | None:
    if isinstance(a, Number):
        return Number(-a.value)
    return a.arguments[0] if isinstance(a, Apply) and a.function == "negate" else None


def _multiply(a: Expression, b: Expression) -> Expression | None:
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value * b.value)
    if a == ZERO or b == ZERO:
        return ZERO
    if a == ONE:
        return b
    if b == ONE:
        return a
    return _absorbed(a, b) or _absorbed(b, a)


def _absorbed(a: Expression, b: Expression) -> Expression | None:
    """Fold away a factor step(u) where another factor is 0 for u ≤ 0, and write u·step(u) as relu(u).

    This keeps the gradient of relu(u)^k visibly continuous for k > 1.
    """
    if not (isinstance(b, Apply) and b.function == "step"):
        return None
    if a == b.arguments[0]:
        return Apply("relu", b.arguments)
    return a if _has_factor_relu(a, b.arguments[0]) else None


def _has_factor_relu(a: Expression, u: Expression) -> bool:
    while isinstance(a, Apply) and a.function in ("multiply", "divide", "negate", "power"):
        if a.function == "multiply" and _has_factor_relu(a.arguments[1], u):
            return True
        exponent = a.arguments[1] if a.function == "power" else ONE
        if not (isinstance(exponent, Number) and exponent.value > 0):
            return False
        a = a.arguments[0]
    return isinstance(a, Apply) and a.function == "relu" and a.arguments[0] == u


def _divide(a: Expression, b: Expression) -> Expression | None:
    if isinstance(b, Number) and b.value != 0 and isinstance(a, Number):
        return Number(a.value / b.value)
    if b == ONE:
        return a
    return ZERO if a == ZERO and b != ZERO else None


def _dot(a: Expression, b: Expression) -> Expression | None:
    return ZERO if a == ZERO or b == ZERO else None


def _power(a: Expression, b: Expression) -> Expression | None:
    if b == ONE:
        return a
    if b == ZERO:
        return ONE
    if isinstance(a, Number) and isinstance(b, Number) and b.value.denominator == 1 and b.value > 0:
        bits = max(a.value.numerator.bit_length(), a.value.denominator.bit_length())
        if bits * b.value <= MAX_FOLDED_BITS:
            return Number(a.value ** int(b.value))
    return None


_FOLDINGS: dict[str, Callable[..., Expression | None]] = {
    "dot": _dot,
    "add": _add,
    "subtract": _subtract,
    "negate": _negate,
    "multiply": _multiply,
    "divide": _divide,
    "power": _power,
}


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield every distinct node once, arguments before the functions that use them."""
    seen: set[int] = set()
    stack: list[tuple[Expression, bool]] = [(expression, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            if isinstance(node, Apply):
                stack.extend((argument, False) for argument in reversed(node.arguments))


def symbols(expression: Expression) -> frozenset[str]:
    """Return the names that occur free."""
    return frozenset(node.name for node in walk(expression) if isinstance(node, Symbol))


def substitute(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    """Replace symbols by expressions, folding as it goes.

    >>> print(substitute(Symbol("x") + Symbol("a"), {"a": Number(Fraction(0))}))
    x
    """
    done: dict[int, Expression] = {}
    for node in walk(expression):
        if isinstance(node, Symbol):
            done[id(node)] = values.get(node.name, node)
        elif isinstance(node, Apply):
            done[id(node)] = apply(node.function, *(done[id(argument)] for argument in node.arguments))
        else:
            done[id(node)] = node
    return done[id(expression)]
