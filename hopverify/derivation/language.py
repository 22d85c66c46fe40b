"""Formulas as text: the expression language of specs, with components ``W[i, j]`` and sums ``Sum(body, (i, 1, n))``.

>>> print(read("-Sum(W[i, j]*g[i]*g[j], (i, 1, n), (j, 1, n))/2"))
-Sum(W[i, j]*g[i]*g[j], (i, 1, n), (j, 1, n))/2
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction

from hopverify.derivation.formula import (
    ONE,
    ZERO,
    Formula,
    Node,
    Number,
    Symbol,
    call,
    formula,
    is_below,
    numerator_and_denominator,
)
from hopverify.expr.nodes import Apply, Expression, walk
from hopverify.expr.nodes import Number as Constant


def read(text: str) -> Formula:
    """Return the formula that ``text`` spells."""
    return _read(ast.parse(text, mode="eval").body)


def _read(node: ast.expr) -> Formula:
    match node:
        case ast.Constant(value=int(value)):
            return formula(value)
        case ast.Name(id=name):
            return Symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_read(operand)
        case ast.BinOp(left=left, op=operator, right=right):
            return _OPERATORS[type(operator)](_read(left), _read(right))
        case ast.Subscript(value=array, slice=ast.Tuple(elts=indices)):
            return _read(array)[tuple(map(_read, indices))]
        case ast.Subscript(value=array, slice=index):
            return _read(array)[_read(index)]
        case ast.Call(func=ast.Name(id="Sum" | "Integral" as head), args=[body, *limits]):
            ends = [each for limit in limits if isinstance(limit, ast.Tuple) for each in limit.elts]
            return Node(head, tuple(map(_read, (body, *ends))))
        case ast.Call(func=ast.Name(id="sqrt"), args=[argument]):
            return _read(argument) ** Fraction(1, 2)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return call(name, *map(_read, arguments))
    raise ValueError(f"no formula: {ast.unparse(node)}")


_OPERATORS: dict[type, Callable[[Formula, Formula], Formula]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


def of_expression(expression: Expression, names: Mapping[str, Formula]) -> Formula:
    """Return an expression of one number as a formula, its symbols as ``names`` says."""
    done: dict[int, Formula] = {}
    for node in walk(expression):
        if isinstance(node, Constant):
            done[id(node)] = Number(node.value)
        elif isinstance(node, Apply):
            parts = [done[id(argument)] for argument in node.arguments]
            build = _OF_EXPRESSIONS.get(node.function)
            done[id(node)] = build(*parts) if build else call(node.function, *parts)
        else:
            done[id(node)] = names[getattr(node, "name")]  # noqa: B009
    return done[id(expression)]


_OF_EXPRESSIONS: dict[str, Callable[..., Formula]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "negate": lambda a: -a,
    "sqrt": lambda a: a ** Fraction(1, 2),
    "expm1": lambda a: call("exp", a) - 1,
    "log1p": lambda a: call("log", a + 1),
    "logcosh": lambda a: call("log", call("cosh", a)),
    "softplus": lambda a: call("log", call("exp", a) + 1),
    "sigmoid": lambda a: ONE / (call("exp", -a) + 1),
    "softplus_integral": lambda a: -call("polylog", formula(2), -call("exp", a)),
    "kink": lambda a: ZERO,
    "pi": lambda: Symbol("pi"),
}


def written(value: Formula) -> str:
    """Return the text that :func:`read` reads."""
    return _written(value)[0]


def _written(value: Formula) -> tuple[str, int]:
    """Return the text, and how tightly it binds: 1 a sum, 2 a product, 3 a power, 4 an atom."""
    if isinstance(value, Symbol):
        return value.name, 4
    if isinstance(value, Number) and value.value.denominator == 1:
        return str(value.value), 4 if value.value >= 0 else 1
    if not isinstance(value, Node) or value.head == "*" or (value.head == "^" and is_below(value)):
        sign, (above, below) = "-" if value.is_negative else "", numerator_and_denominator(value)
        under = [_wrapped(part, 3) for part in below]
        over = "*".join(_wrapped(part, 2 + (place > 0)) for place, part in enumerate(above))
        shown = f"/{under[0]}" if len(under) == 1 else f"/({'*'.join(under)})" if under else ""
        return f"{sign}{over}{shown}", 1 if sign else 2
    shown_parts = [_written(part)[0] for part in value.parts]
    if value.head == "+":
        first, *others = [_wrapped(part, 1) for part in value.parts]
        return first + "".join(f" - {part[1:]}" if part[0] == "-" else f" + {part}" for part in others), 1
    if value.head == "^":
        base, exponent = value.parts
        if exponent == Number(Fraction(1, 2)):
            return f"sqrt({shown_parts[0]})", 4
        return f"{_wrapped(base, 4)}**{_wrapped(exponent, 4)}", 3
    if value.head == "[]":
        return f"{shown_parts[0]}[{', '.join(shown_parts[1:])}]", 4
    if value.head in ("Sum", "Integral"):
        body, *ends = shown_parts
        limits = (", ".join(ends[at : at + 3]) for at in range(0, len(ends), 3))
        return f"{value.head}({', '.join([body, *(f'({limit})' for limit in limits)])})", 4
    return f"{value.head}({', '.join(shown_parts)})", 4


def _wrapped(part: Formula, level: int) -> str:
    shown, own = _written(part)
    return shown if own >= level else f"({shown})"
