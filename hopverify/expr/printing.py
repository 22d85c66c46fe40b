"""Expressions as text that the parser reads back to the same value."""

from __future__ import annotations

from hopverify.errors import ExpressionError
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, walk

_BINARY = {"add": (" + ", 1), "subtract": (" - ", 1), "multiply": ("*", 2), "divide": ("/", 2), "matmul": ("@", 2)}
_ATOM = 5

# Derivatives share subexpressions; written out, each occurrence is repeated, and the text may grow exponentially.
MAX_PRINTED = 1_000_000


def to_text(expression: Expression) -> str:
    """Return infix text with as few parentheses as the grammar needs."""
    done: dict[int, tuple[str, int]] = {}
    for node in walk(expression):
        text, level = _print(node, [done[id(argument)] for argument in getattr(node, "arguments", ())])
        if len(text) > MAX_PRINTED:
            raise ExpressionError(f"the expression is too long to be written out (over {MAX_PRINTED} characters)")
        done[id(node)] = text, level
    return done[id(expression)][0]


def _print(node: Expression, arguments: list[tuple[str, int]]) -> tuple[str, int]:
    """Return the text of a node and how tightly it binds."""
    if isinstance(node, Number):
        text = str(node.value)
        return text, (_ATOM if text.isdigit() else 2 if "-" not in text else 1)
    if isinstance(node, Symbol):
        return node.name, _ATOM
    assert isinstance(node, Apply)
    return _print_apply(node.function, arguments)


def _print_apply(function: str, arguments: list[tuple[str, int]]) -> tuple[str, int]:
    if function in _BINARY:
        sign, level = _BINARY[function]
        return f"{_wrap(arguments[0], level)}{sign}{_wrap(arguments[1], level + 1)}", level
    if function == "negate":
        return f"-{_wrap(arguments[0], 3)}", 1
    if function == "power":
        return f"{_wrap(arguments[0], _ATOM)}^{_wrap(arguments[1], _ATOM)}", 4
    if function == "index":
        return f"{_wrap(arguments[0], _ATOM)}[{arguments[1][0]}]", _ATOM
    if not arguments:
        return function, _ATOM
    return f"{function}({', '.join(text for text, _ in arguments)})", _ATOM


def _wrap(printed: tuple[str, int], level: int) -> str:
    text, own = printed
    return text if own >= level else f"({text})"
