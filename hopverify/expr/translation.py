"""What happens to an expression when the same number is added to every component of x.

Each node is INVARIANT (no change), UNIFORM (every component grows by one constant multiple of that number), or
unknown. If a potential L is UNIFORM or INVARIANT, L(x + t·1) = L(x) + c·t for all x and t, so ∇L does not change along
the vector of ones: the energy is flat along it. logsumexp, entmax's and normmax's potentials have this property.
"""

from __future__ import annotations

from enum import Enum

from hopverify.expr.functions import FUNCTIONS, Shape
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, walk
from hopverify.expr.signs import POSITIVE, signs


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


def is_flat_only_along_ones(potential: Expression, variable: str = "x") -> bool:
    """Return whether ∇²L has, by structure, exactly the multiples of 1 as its null space, at every state.

    That is so for c·logsumexp(k·x) (its Hessian is ck²(diag p - ppᵀ) with p > 0) and for c·√(|x - mean x|² + ε), ε > 0
    (√(|y|² + ε) has a positive definite Hessian, and y = x - mean x the null space R·1), plus affine terms. All of c, k
    and ε are constants; c, k ≠ 0. On each straight line across R·1 such an L, or -L, is strictly convex, so that two
    states share an activation exactly if they differ by a multiple of 1.
    """
    core = _without_affine(potential, variable)
    if not isinstance(core, Apply):
        return False
    if core.function == "logsumexp":
        return _without_factors(core.arguments[0], variable) == Symbol(variable)
    x = Symbol(variable)
    centred = Apply("subtract", (x, Apply("mean", (x,))))
    if core.function != "norm" or core.arguments[0] != centred:
        return False
    offset = core.arguments[1]
    return _is_scalar_constant(offset) and signs(offset, {}) == POSITIVE


def is_threshold_potential(potential: Expression, variable: str = "x") -> bool:
    """Return whether L is, by structure, a potential of sparsemax, entmax or normmax: c·Ω*(k·x), c ≠ 0, k > 0.

    States then share an activation c·k·p exactly if they agree on the support of p but for a multiple t of 1, and lie,
    outside the support, at most t above its threshold: that is the subdifferential of Ω at p.
    """
    core = _without_factors(potential, variable)
    if not isinstance(core, Apply) or core.function not in ("entmax_conjugate", "normmax_conjugate"):
        return False
    argument = core.arguments[0]
    bare = _without_factors(argument, variable) == Symbol(variable)
    return bare and signs(argument, {variable: POSITIVE}) == POSITIVE


def _without_affine(node: Expression, variable: str) -> Expression:
    """Return what is left of a potential without added constants, ⟨x, c⟩, and factors other than 0."""
    node = _without_factors(node, variable)
    if isinstance(node, Apply) and node.function in ("add", "subtract"):
        for part, other in (node.arguments, node.arguments[::-1]):
            if _is_affine(other, variable):
                return _without_affine(part, variable)
    return node


def _is_affine(node: Expression, variable: str) -> bool:
    if not any(inner == Symbol(variable) for inner in walk(node)):
        return True
    if not isinstance(node, Apply) or node.function != "dot":
        return False
    x = Symbol(variable)
    return any(a == x and b != x and isinstance(b, (Symbol, Number)) for a, b in (node.arguments, node.arguments[::-1]))


def _without_factors(node: Expression, variable: str) -> Expression:
    """Return the factor of a product or quotient that holds the state, if the others are scalars other than 0."""
    while isinstance(node, Apply) and node.function in ("multiply", "divide", "negate"):
        if node.function == "negate":
            node = node.arguments[0]
            continue
        left, right = node.arguments
        if _is_scalar_constant(right) and 0 not in signs(right, {}):
            node = left
        elif node.function == "multiply" and _is_scalar_constant(left) and 0 not in signs(left, {}):
            node = right
        else:
            break
    return node
