"""Shapes: the sizes of vectors and matrices in an expression, and whether they fit.

A number stands beside anything. Vectors that stand beside each other have the same size, and a vector beside a matrix
has the size of its rows: an axis of size 1 is never stretched, since a gradient would have to be summed along it.

>>> from hopverify.expr.parser import parse
>>> shape_of(parse("W @ x + b"), {"W": (2, 3), "x": (3,), "b": (2,)})
(2,)
"""

from __future__ import annotations

from collections.abc import Mapping

from hopverify.errors import ExpressionError
from hopverify.expr.functions import FUNCTIONS, Shape
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, walk

Sizes = tuple[int, ...]


def shape_of(expression: Expression, shapes: Mapping[str, Sizes]) -> Sizes:
    """Return the shape of an expression whose ranks fit; raise :class:`ExpressionError` where sizes do not."""
    done: dict[int, Sizes] = {}
    for node in walk(expression):
        if isinstance(node, Apply):
            done[id(node)] = _apply(node, [done[id(argument)] for argument in node.arguments])
        else:
            done[id(node)] = shapes[node.name] if isinstance(node, Symbol) else ()
    return done[id(expression)]


def _apply(node: Apply, shapes: list[Sizes]) -> Sizes:
    name, shape = node.function, FUNCTIONS[node.function].shape
    if name == "matmul":
        return _product(node, *shapes)
    if name in ("index", "unit"):
        _check_place(node, shapes[0][0])
        return shapes[0][1:] if name == "index" else shapes[0]
    if name == "transpose":
        return shapes[0][::-1]
    widest: Sizes = ()
    for own in shapes:
        widest = _beside(node, widest, own)
    return () if shape is Shape.REDUCTION else widest


def _beside(node: Apply, a: Sizes, b: Sizes) -> Sizes:
    if not len(a) or not len(b) or a[-len(b) :] == b[-len(a) :]:
        return max(a, b, key=len)
    raise ExpressionError(f"sizes do not fit in {node}: {_text(a)} beside {_text(b)}")


def _product(node: Apply, a: Sizes, b: Sizes) -> Sizes:
    if a[1] != b[0]:
        raise ExpressionError(f"sizes do not fit in {node}: {_text(a)} times {_text(b)}")
    return (a[0], *b[1:])


def _check_place(node: Apply, length: int) -> None:
    place = node.arguments[1]
    if not (isinstance(place, Number) and place.value < length):
        raise ExpressionError(f"in {node} the index is out of range for {length} entries (counted from 0)")


def _text(sizes: Sizes) -> str:
    return " × ".join(map(str, sizes)) if len(sizes) > 1 else f"{sizes[0]}"
