"""What happens to an expression when the same number is added to every component of x.

Each node is INVARIANT (no change), UNIFORM (every component grows by one constant multiple of that number), or
unknown. If a potential L is UNIFORM or INVARIANT, L(x + t·1) = L(x) + c·t for all x and t, so ∇L does not change along
the vector of ones: the energy is flat along it. logsumexp, entmax's and normmax's potentials have this property.
"""

from __future__ import annotations

from enum import Enum

from hopverify.expr.functions import FUNCTIONS, Shape
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, walk


class Response(Enum):
    """How a node answers a uniform shift of the state."""

    INVARIANT = "invariant"
    UNIFORM = "uniform"


_EQUIVARIANT = {"logsumexp", "entmax_conjugate", "normmax_conjugate", "mean"}
_INVARIANT_OF_UNIFORM = {"variance", "softmax", "entmax", "normmax", "size"}


def response_to_shift(expression: Expression, variable: str) -> Response | None:
    """Return the response of a function of the layer's state, or None where the rules do not tell."""
    done: dict[int, Response | None] = {}
    for node in walk(expression):
        if isinstance(node, Symbol) and node.name == variable:
            done[id(node)] = Response.UNIFORM
        elif not isinstance(node, Apply):
            done[id(node)] = Response.INVARIANT
        else:
            done[id(node)] = _apply(node, [done[id(argument)] for argument in node.arguments])
    return done[id(expression)]


def _apply(node: Apply, arguments: list[Response | None]) -> Response | None:
    if all(argument is Response.INVARIANT for argument in arguments):
        return Response.INVARIANT
    if None in arguments:
        return None
    name = node.function
    if name in _INVARIANT_OF_UNIFORM:
        return Response.INVARIANT
    if name in _EQUIVARIANT or name in ("negate", "sum", "index"):
        return Response.UNIFORM
    if name == "subtract" and all(argument is Response.UNIFORM for argument in arguments):
        return _cancelled(node)
    if name in ("add", "subtract") and Response.INVARIANT in arguments:
        return Response.UNIFORM
    if name == "add":
        return Response.UNIFORM
    return _scaled(node, arguments)


def _cancelled(node: Apply) -> Response:
    """u - mean(u) does not change; any other difference of uniform responses is uniform."""
    left, right = node.arguments
    centred = isinstance(right, Apply) and right.function == "mean" and right.arguments[0] == left
    return Response.INVARIANT if centred else Response.UNIFORM


def _scaled(node: Apply, arguments: list[Response | None]) -> Response | None:
    """A uniform response times a constant *scalar* is uniform; dot(constant, x) as well, by Σ constant."""
    uniform = arguments.index(Response.UNIFORM)
    if node.function == "dot":
        return Response.UNIFORM if arguments.count(Response.UNIFORM) == 1 and _is_constant(node, 1 - uniform) else None
    if node.function == "divide" and uniform == 0 and _is_scalar_constant(node.arguments[1]):
        return Response.UNIFORM
    one = arguments.count(Response.UNIFORM) == 1
    if node.function == "multiply" and one and _is_scalar_constant(node.arguments[1 - uniform]):
        return Response.UNIFORM
    return None


def _is_constant(node: Apply, position: int) -> bool:
    return isinstance(node.arguments[position], (Symbol, Number))


def _is_scalar_constant(node: Expression) -> bool:
    """Return whether a node is built from numbers and the size of the layer alone."""
    return all(not isinstance(inner, Symbol) or _only_inside_size(node) for inner in walk(node)) and all(
        not isinstance(inner, Apply)
        or FUNCTIONS[inner.function].shape in (Shape.ELEMENTWISE, Shape.SPECIAL)
        or inner.function == "size"
        for inner in walk(node)
    )


def _only_inside_size(node: Expression) -> bool:
    """Return whether symbols occur in the arguments of ``size`` only."""
    if isinstance(node, Symbol):
        return False
    if isinstance(node, Apply) and node.function != "size":
        return all(_only_inside_size(argument) for argument in node.arguments)
    return True
