"""Symbolic gradients by reverse accumulation over the table of functions.

``gradient(L, "x")`` returns dL/dx with the shape of x: elementwise for a function of one neuron's state, a vector
for a function of a whole layer's. Ranks (0 scalar, 1 vector, 2 matrix) decide where an adjoint must be summed
because a scalar was broadcast.

>>> from hopverify.expr.parser import parse
>>> print(gradient(parse("logcosh(3*x)/3"), "x", {"x": 0}))
1/3*tanh(3*x)*3
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from hopverify.errors import ExpressionError
from hopverify.expr.functions import FUNCTIONS, Shape
from hopverify.expr.nodes import ONE, ZERO, Apply, Expression, Symbol, apply, substitute, walk


def ranks_of(expression: Expression, symbols: Mapping[str, int]) -> dict[int, int]:
    """Return the rank of every node, keyed by ``id``; raise :class:`ExpressionError` where ranks do not fit."""
    ranks: dict[int, int] = {}
    for node in walk(expression):
        if isinstance(node, Symbol):
            if node.name not in symbols:
                raise ExpressionError(f"no variable is called {node.name!r}; known: {', '.join(sorted(symbols))}")
            ranks[id(node)] = symbols[node.name]
        elif isinstance(node, Apply):
            ranks[id(node)] = _rank(node, [ranks[id(argument)] for argument in node.arguments])
        else:
            ranks[id(node)] = 0
    return ranks


def rank(expression: Expression, symbols: Mapping[str, int]) -> int:
    """Return 0 for a scalar, 1 for a vector, 2 for a matrix."""
    return ranks_of(expression, symbols)[id(expression)]


def _rank(node: Apply, ranks: list[int]) -> int:
    function = FUNCTIONS[node.function]
    if function.shape is Shape.ELEMENTWISE:
        return max(ranks, default=0)
    if function.shape in (Shape.REDUCTION, Shape.VECTOR):
        if ranks[0] != 1:
            raise ExpressionError(f"{node.function} needs a vector, as in {node.function}(x) of a whole layer")
        largest = {"dot": 1}.get(node.function, 0)
        if any(other > largest for other in ranks[1:]):
            raise ExpressionError(f"the second argument of {node.function} must be a {('number', 'vector')[largest]}")
        return 0 if function.shape is Shape.REDUCTION else 1
    if node.function == "matmul":
        if ranks[0] != 2 or ranks[1] not in (1, 2):
            raise ExpressionError("A @ x needs a matrix on the left and a vector on the right")
        return ranks[1]
    if node.function == "index":
        if ranks[0] == 0:
            raise ExpressionError("only a vector or a matrix can be indexed")
        return ranks[0] - 1
    needed, kind = (2, "matrix") if node.function == "transpose" else (1, "vector")
    if ranks[0] != needed:
        raise ExpressionError(f"{node.function} needs a {kind}")
    return needed


@cache
def derivative_of(function: str) -> Expression:
    """Return f'(u) as an expression in the symbol ``u``."""
    from hopverify.expr.parser import parse

    text = FUNCTIONS[function].derivative
    if text is None:
        raise ExpressionError(f"{function} has no derivative in the table")
    return parse(text)


def gradient(expression: Expression, variable: str, symbols: Mapping[str, int]) -> Expression:
    """Return the derivative with respect to ``variable``; a vector expression counts as elementwise.

    Where the result does not depend on the variable it may have lower rank; evaluation broadcasts it.
    """
    ranks = ranks_of(expression, symbols)
    order = list(walk(expression))
    moving: set[int] = set()
    for node in order:
        if node == Symbol(variable) or any(id(argument) in moving for argument in getattr(node, "arguments", ())):
            moving.add(id(node))
            if ranks[id(node)] > 1:
                raise ExpressionError("a matrix must not depend on the state, as A * x and x @ A would")
    adjoints: dict[int, Expression] = {id(expression): ONE}
    total: Expression = ZERO
    for node in reversed(order):
        adjoint = adjoints.get(id(node), ZERO)
        if adjoint == ZERO:
            continue
        if isinstance(node, Symbol) and node.name == variable:
            total = total + adjoint
        if not isinstance(node, Apply):
            continue
        if node.function == "matmul" and rank(adjoint, symbols) < ranks[id(node)]:
            adjoint = adjoint * Apply("ones", (node,))
        broadcasts = FUNCTIONS[node.function].shape is Shape.ELEMENTWISE or node.function == "dot"
        widest = max((ranks[id(argument)] for argument in node.arguments), default=0)
        for position, argument in enumerate(node.arguments):
            if id(argument) not in moving:
                continue
            contribution = _pull_back(node, position, adjoint)
            if broadcasts and ranks[id(argument)] < widest and contribution != ZERO:
                contribution = _summed(contribution, node.arguments[1 - position], symbols)
            adjoints[id(argument)] = adjoints.get(id(argument), ZERO) + contribution
    return total


def _summed(contribution: Expression, like: Expression, symbols: Mapping[str, int]) -> Expression:
    """Return the sum over the entries of the vector ``like``, to which a scalar had been broadcast."""
    if rank(contribution, symbols) == 0:
        return contribution * Apply("size", (like,))
    return Apply("sum", (contribution,))


def _pull_back(node: Apply, position: int, adjoint: Expression) -> Expression:
    """Return the adjoint of one argument, given the node's own."""
    rule = _RULES.get(node.function)
    if rule is not None:
        return rule(node, position, adjoint)
    argument = node.arguments[0]
    return adjoint * substitute(derivative_of(node.function), {"u": argument})


def _of_power(node: Apply, position: int, adjoint: Expression) -> Expression:
    base, exponent = node.arguments
    if position == 1:
        raise ExpressionError("an exponent must not depend on the state")
    return adjoint * exponent * apply("power", base, exponent - 1)


def _of_selection(first: bool) -> Callable[[Apply, int, Expression], Expression]:
    def rule(node: Apply, position: int, adjoint: Expression) -> Expression:
        mine, other = node.arguments[position], node.arguments[1 - position]
        difference = mine - other if first else other - mine
        return adjoint * Apply("step", (difference,))

    return rule


def _of_norm(node: Apply, position: int, adjoint: Expression) -> Expression:
    return adjoint * node.arguments[0] / node if position == 0 else adjoint / (2 * node)


def _of_mean(node: Apply, position: int, adjoint: Expression) -> Expression:
    return adjoint / Apply("size", node.arguments)


def _of_variance(node: Apply, position: int, adjoint: Expression) -> Expression:
    (u,) = node.arguments
    return adjoint * 2 * (u - Apply("mean", (u,))) / Apply("size", (u,))


def _of_matmul(node: Apply, position: int, adjoint: Expression) -> Expression:
    return Apply("matmul", (Apply("transpose", (node.arguments[0],)), adjoint))


def _of_index(node: Apply, position: int, adjoint: Expression) -> Expression:
    return adjoint * Apply("unit", node.arguments)


def _to(vector: str) -> Callable[[Apply, int, Expression], Expression]:
    """Return the rule of a potential whose gradient is the function ``vector`` of the same arguments."""
    return lambda node, position, adjoint: adjoint * Apply(vector, node.arguments)


def _none(name: str) -> Callable[[Apply, int, Expression], Expression]:
    def rule(node: Apply, position: int, adjoint: Expression) -> Expression:
        raise ExpressionError(f"the symbolic derivative of {name} is not in the table; use the potential it comes from")

    return rule


def _of_softmax(node: Apply, position: int, adjoint: Expression) -> Expression:
    return node * (adjoint - Apply("sum", (adjoint * node,)))


_RULES: dict[str, Callable[[Apply, int, Expression], Expression]] = {
    "add": lambda node, position, adjoint: adjoint,
    "subtract": lambda node, position, adjoint: adjoint if position == 0 else -adjoint,
    "negate": lambda node, position, adjoint: -adjoint,
    "multiply": lambda node, position, adjoint: adjoint * node.arguments[1 - position],
    "divide": lambda node, position, adjoint: (
        adjoint / node.arguments[1] if position == 0 else -(adjoint * node / node.arguments[1])
    ),
    "power": _of_power,
    "max": _of_selection(True),
    "min": _of_selection(False),
    "sum": lambda node, position, adjoint: adjoint,
    "mean": _of_mean,
    "variance": _of_variance,
    "norm": _of_norm,
    "dot": lambda node, position, adjoint: adjoint * node.arguments[1 - position],
    "size": lambda node, position, adjoint: ZERO,
    "transpose": _none("transpose"),
    "unit": lambda node, position, adjoint: ZERO,
    "ones": lambda node, position, adjoint: ZERO,
    "matmul": _of_matmul,
    "index": _of_index,
    "logsumexp": _to("softmax"),
    "ghost_logsumexp": _to("ghostmax"),
    "entmax_conjugate": _to("entmax"),
    "normmax_conjugate": _to("normmax"),
    "softmax": _of_softmax,
    "ghostmax": _of_softmax,
    "entmax": _none("entmax"),
    "normmax": _none("normmax"),
}
