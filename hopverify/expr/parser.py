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
from fractions import Fraction

from hopverify.errors import ExpressionError
from hopverify.expr.functions import FUNCTIONS, SUGAR
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, apply, walk
from hopverify.registry import did_you_mean

MAX_TEXT = 20_000
MAX_NODES = 400
MAX_DEPTH = 100
MAX_EXPONENT = 1_000
MAX_DIGITS = 400

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|[-+*/@^()\[\],]))"
)


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

    def sum(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"parentheses are nested deeper than {MAX_DEPTH}", offset=self.offset)
        left = self.product()
        while sign := self.accept("+", "-"):
            left = self.count(apply("add" if sign == "+" else "subtract", left, self.product()))
        self.depth -= 1
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
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"signs are nested deeper than {MAX_DEPTH}", offset=self.offset)
        node = self.count(apply("negate", self.unary())) if self.accept("-") else self.power()
        self.depth -= 1
        return node

    def power(self) -> Expression:
        base = self.atom()
        if not self.accept("^", "**"):
            return base
        offset, exponent = self.offset, self.unary()
        if not _may_be_constant(exponent) or (isinstance(base, Number) and not isinstance(exponent, Number)):
            raise ExpressionError("an exponent must be a rational constant, as in x^3 or x^(1/2)", offset=offset)
        if isinstance(exponent, Number):
            check_exponent(exponent.value, offset)
        return self.count(apply("power", base, exponent))

    def atom(self) -> Expression:
        node = self.primary()
        while self.accept("["):
            offset, index = self.offset, self.sum()
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
            inner = self.sum()
            self.expect(")")
            return inner
        found = repr(self.text) if self.text else "the end of the expression"
        raise ExpressionError(f"expected a number, a name or '(', found {found}", offset=offset)

    def call(self, name: str, offset: int) -> Expression:
        arguments = [self.sum()]
        while self.accept(","):
            arguments.append(self.sum())
        self.expect(")")
        if name in SUGAR and len(arguments) in SUGAR[name]:
            return SUGAR[name][len(arguments)](*arguments)
        function = FUNCTIONS.get(name)
        if function is None or function.internal:
            public = [known.name for known in FUNCTIONS.values() if not known.internal] + list(SUGAR)
            raise ExpressionError(f"no function is called {name!r}{did_you_mean(name, public)}", offset=offset)
        if len(arguments) != function.arity:
            raise ExpressionError(f"{name} takes {function.arity} argument(s), got {len(arguments)}", offset=offset)
        return apply(name, *arguments)


def _may_be_constant(exponent: Expression) -> bool:
    """Return whether the exponent is arithmetic on numbers and names, such as n - 1; the names may be parameters."""
    arithmetic = ("add", "subtract", "multiply", "divide", "negate")
    return all(not isinstance(node, Apply) or node.function in arithmetic for node in walk(exponent))


def check_exponents(expression: Expression) -> None:
    """Refuse an expression, its parameters filled in, in which an exponent is not a constant within range."""
    for node in walk(expression):
        if isinstance(node, Apply) and node.function == "power":
            exponent = node.arguments[1]
            if not isinstance(exponent, Number):
                raise ExpressionError(f"the exponent {exponent} is not a rational constant")
            check_exponent(exponent.value)


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
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            start = position + len(stripped[position:]) - len(stripped[position:].lstrip())
            raise ExpressionError(f"the character {stripped[start]!r} has no meaning here", offset=start)
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
