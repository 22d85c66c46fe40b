"""The grammar of expressions: our own, small, and bounded. Nothing here evaluates anything.

::

    sum      = product { ("+" | "-") product }
    product  = unary { ("*" | "/" | "@") unary }
    unary    = "-" unary | power
    power    = atom [ ("^" | "**") unary ]          exponent: a rational constant, or arithmetic on parameters
    atom     = number | name [ "(" sum { "," sum } ")" ] | "(" sum ")" ; then { "[" integer "]" }

>>> print(parse("log(cosh(beta*x))/beta"))
log(cosh(beta*x))/beta
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from hopverify.errors import ExpressionError
from hopverify.expr.functions import FUNCTIONS, SUGAR
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, apply, walk
from hopverify.registry import did_you_mean

MAX_TEXT = 20_000
MAX_NODES = 400
MAX_DEPTH = 60
MAX_EXPONENT = 1_000
MAX_DIGITS = 400

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|[-+*/@^()\[\],]))",
    re.ASCII,
)
_MODULES = ("np", "numpy", "jnp", "math", "torch")
_SPACE = " \t\n\r\f\v"


class _Parser:
    """A recursive-descent parser over the tokens of one text."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_TEXT:
            raise ExpressionError(f"the expression has {len(text)} characters; at most {MAX_TEXT} are read", offset=0)
        self.tokens = _tokens(text)
        self.position = self.depth = self.nodes = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.position][0]

    @property
    def text(self) -> str:
        return self.tokens[self.position][1]

    @property
    def offset(self) -> int:
        return self.tokens[self.position][2]

    def advance(self) -> str:
        text = self.text
        self.position += 1
        return text

    def accept(self, *signs: str) -> str | None:
        return self.advance() if self.kind == "sign" and self.text in signs else None

    def expect(self, sign: str) -> None:
        if self.accept(sign) is None:
            found = repr(self.text) if self.text else "the end"
            raise ExpressionError(f"expected {sign!r}, found {found}", offset=self.offset)

    def count(self, node: Expression) -> Expression:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ExpressionError(f"the expression has more than {MAX_NODES} operations", offset=self.offset)
        return node

    def deeper(self, rule: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"the expression is nested deeper than {MAX_DEPTH}", offset=self.offset)
        node = rule()
        self.depth -= 1
        return node

    def sum(self) -> Expression:
        left = self.product()
        while sign := self.accept("+", "-"):
            left = self.count(apply("add" if sign == "+" else "subtract", left, self.product()))
        return left

    def product(self) -> Expression:
        left = self.unary()
        while sign := self.accept("*", "/", "@"):
            offset, right = self.offset, self.unary()
            if sign == "/" and right == Number(Fraction(0)):
                raise ExpressionError("division by zero", offset=offset)
            left = self.count(apply({"*": "multiply", "/": "divide", "@": "matmul"}[sign], left, right))
        return left

    def unary(self) -> Expression:
        if self.accept("-"):
            return self.count(apply("negate", self.deeper(self.unary)))
        return self.power()

    def power(self) -> Expression:
        base = self.atom()
        if not self.accept("^", "**"):
            return base
        offset, exponent = self.offset, self.deeper(self.unary)
        if not _may_be_constant(exponent) or (isinstance(base, Number) and not isinstance(exponent, Number)):
            raise ExpressionError("an exponent must be a rational constant, as in x^3 or x^(1/2)", offset=offset)
        if isinstance(exponent, Number):
            check_exponent(exponent.value, offset)
        if base == Number(Fraction(0)) and isinstance(exponent, Number) and exponent.value < 0:
            raise ExpressionError("division by zero", offset=offset)
        return self.count(apply("power", base, exponent))

    def atom(self) -> Expression:
        node = self.primary()
        while self.accept("["):
            offset, index = self.offset, self.deeper(self.sum)
            if not (isinstance(index, Number) and index.value.denominator == 1 and index.value >= 0):
                raise ExpressionError("an index must be a whole number, counted from 0", offset=offset)
            self.expect("]")
            node = self.count(Apply("index", (node, index)))
        return node

    def primary(self) -> Expression:
        offset, kind = self.offset, self.kind
        if kind == "number":
            return self.count(Number(_rational(self.advance(), offset)))
        if kind == "name":
            name = self.advance()
            return self.count(self.call(name, offset) if self.accept("(") else _constant_or_symbol(name))
        if self.accept("("):
            inner = self.deeper(self.sum)
            self.expect(")")
            return inner
        found = repr(self.text) if self.text else "the end of the expression"
        raise ExpressionError(f"expected a number, a name or '(', found {found}", offset=offset)

    def call(self, name: str, offset: int) -> Expression:
        arguments = [self.deeper(self.sum)]
        while self.accept(","):
            arguments.append(self.deeper(self.sum))
        self.expect(")")
        arities = _arities(name)
        if not arities:
            public = {known.name for known in FUNCTIONS.values() if not known.internal and known.arity > 0}
            advice = did_you_mean(name, list(public | set(SUGAR)))
            raise ExpressionError(f"no function is called {name!r}{advice}", offset=offset)
        if len(arguments) not in arities:
            wanted = " or ".join(map(str, sorted(arities)))
            raise ExpressionError(f"{name} takes {wanted} argument(s), got {len(arguments)}", offset=offset)
        sugar = SUGAR.get(name, {}).get(len(arguments))
        return sugar(*arguments) if sugar else apply(name, *arguments)


def _arities(name: str) -> set[int]:
    """Return the numbers of arguments that a name may be called with; none for an unknown name."""
    function = FUNCTIONS.get(name)
    table = {function.arity} if function is not None and not function.internal else set()
    return table | set(SUGAR.get(name, {}))


def _may_be_constant(exponent: Expression) -> bool:
    """Return whether the exponent is arithmetic on numbers and names, such as n - 1; the names may be parameters."""
    arithmetic = ("add", "subtract", "multiply", "divide", "negate")
    return all(not isinstance(node, Apply) or node.function in arithmetic for node in walk(exponent))


def check_exponents(expression: Expression) -> None:
    """Refuse an expression, its parameters filled in, in which an exponent is not a constant within range.

    The same is asked of the other constants that a function cannot do without: entmax and normmax are defined for
    parameters above 1, and a unit vector has its entry at a whole number.
    """
    for node in walk(expression):
        if not isinstance(node, Apply) or node.function not in ("power", "unit", *_ABOVE_ONE):
            continue
        constant = node.arguments[1]
        if not isinstance(constant, Number):
            said = "exponent" if node.function == "power" else f"second argument of {node.function},"
            raise ExpressionError(f"the {said} {constant} is not a rational constant")
        if node.function == "power":
            check_exponent(constant.value)
        elif node.function == "unit" and (constant.value < 0 or constant.value.denominator != 1):
            raise ExpressionError("the place of a unit vector must be a whole number, counted from 0")
        elif node.function in _ABOVE_ONE and constant.value <= 1:
            raise ExpressionError(f"{node.function} is defined for a parameter above 1, not for {constant.value}")


_ABOVE_ONE = ("entmax", "entmax_conjugate", "normmax", "normmax_conjugate")


def check_exponent(value: Fraction, offset: int | None = None) -> None:
    """Refuse exponents so large that a power of them could not be computed."""
    if abs(value) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
        raise ExpressionError(f"the exponent {value} is out of range (at most {MAX_EXPONENT})", offset=offset)


def _constant_or_symbol(name: str) -> Expression:
    known = FUNCTIONS.get(name)
    return Apply(name, ()) if known is not None and known.arity == 0 else Symbol(name)


def _rational(text: str, offset: int) -> Fraction:
    mantissa, _, exponent = text.lower().partition("e")
    if len(text) > MAX_DIGITS or abs(int(exponent or 0)) > MAX_DIGITS:
        raise ExpressionError(f"a number may have at most {MAX_DIGITS} digits", offset=offset)
    return Fraction(mantissa.removesuffix(".")) * Fraction(10) ** int(exponent or 0)


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens, position = [], 0
    stripped = text.rstrip(_SPACE)
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            start = len(stripped) - len(stripped[position:].lstrip(_SPACE))
            bare = "; functions have no module here: relu(x), exp(x)" if stripped[:start].endswith(_MODULES) else ""
            raise ExpressionError(f"the character {stripped[start]!r} has no meaning here{bare}", offset=start)
        kind = match.lastgroup or "sign"
        tokens.append((kind, match[kind], match.start(kind)))
        position = match.end()
    return [*tokens, ("end", "", len(stripped))]


def parse(text: str) -> Expression:
    """Return the expression that ``text`` spells; raise :class:`ExpressionError` with the offset otherwise."""
    parser = _Parser(text)
    node = parser.sum()
    if parser.kind != "end":
        raise ExpressionError(f"expected an operator, found {parser.text!r}", offset=parser.offset)
    return node
