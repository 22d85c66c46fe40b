"""Gradients of terms, by reverse accumulation: ∂f/∂v for a number f and a variable v, a term of the shape of v.

Where a function has a kink or jumps, its derivative is written with ``step``, ``sign`` and ``kink``, whose values there
are sets (docs/core.md).

>>> state = ("state", "")
>>> print(language.write(gradient(language.read(["sum", ["power", ["state"], "2"]], ""), state, {state: (3,)})))
['multiply', ['ones', ['state']], ['multiply', '2', ['state']]]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from hopverify.kernel import language, terms
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.terms import Apply, Number, Place, Shape, Term, Variable

Rule = Callable[[Apply, int, Term], Term]
"""From a function's node, the position of an argument and the node's adjoint to what the argument's adjoint gets."""

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))


def number(value: int | Fraction) -> Number:
    """Return a constant."""
    return Number(Fraction(value))


def apply(function: str, *arguments: Term) -> Term:
    """Return a function of terms; constants are folded, and 0 and 1 dropped where they do nothing."""
    u, *rest = arguments
    if function == "negate" and isinstance(u, Number):
        return Number(-u.value)
    if len(rest) == 1 and isinstance(u, Number) and isinstance(rest[0], Number) and function in _FOLDED:
        return Number(_FOLDED[function](u.value, rest[0].value))
    if function == "add" and ZERO in arguments:
        return rest[0] if u == ZERO else u
    if function == "multiply" and ONE in arguments:
        return rest[0] if u == ONE else u
    if function == "power" and rest[0] == ONE:
        return u
    return Apply(function, arguments)


_FOLDED = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
}

# f'(u) of functions of one number, as terms in ["state"], which stands for u.
_U = ["state"]
_SLOPES = {
    "negate": "-1",
    "exp": ["exp", _U],
    "expm1": ["exp", _U],
    "log": ["divide", "1", _U],
    "log1p": ["divide", "1", ["add", "1", _U]],
    "sqrt": ["divide", "1", ["multiply", "2", ["sqrt", _U]]],
    "sin": ["cos", _U],
    "cos": ["negate", ["sin", _U]],
    "sinh": ["cosh", _U],
    "cosh": ["sinh", _U],
    "tanh": ["power", ["sech", _U], "2"],
    "sech": ["negate", ["multiply", ["sech", _U], ["tanh", _U]]],
    "logcosh": ["tanh", _U],
    "sigmoid": ["multiply", ["sigmoid", _U], ["sigmoid", ["negate", _U]]],
    "softplus": ["sigmoid", _U],
    "softplus_integral": ["softplus", _U],
    "mish_integral": ["multiply", _U, ["tanh", ["softplus", _U]]],
    "arctan": ["divide", "1", ["add", "1", ["power", _U, "2"]]],
    "erf": ["divide", ["multiply", "2", ["exp", ["negate", ["power", _U, "2"]]]], ["sqrt", ["pi"]]],
    "relu": ["step", _U],
    "abs": ["sign", _U],
    "sign": ["multiply", "2", ["kink", _U]],
    "step": ["kink", _U],
    "kink": ["kink", _U],
}
SLOPES: Mapping[str, Term] = {name: language.read(document, name) for name, document in _SLOPES.items()}


def gradient(term: Term, variable: Place, places: Mapping[Place, Shape]) -> Term:
    """Return the gradient of a number with respect to a variable."""
    shapes = language.shapes(term, places, "gradient")
    order = list(terms.walk(term))
    moving: set[int] = set()
    for node in order:
        inside = isinstance(node, Apply) and any(id(each) in moving for each in node.arguments)
        if inside or (isinstance(node, Variable) and node.place == variable):
            moving.add(id(node))
    # The adjoint of a node has the shape of its value.
    adjoints: dict[int, Term] = {id(term): ONE}
    total: Term | None = None
    for node in reversed(order):
        if id(node) not in moving or id(node) not in adjoints:
            continue
        adjoint = adjoints[id(node)]
        if isinstance(node, Variable):
            total = adjoint if total is None else apply("add", total, adjoint)
            continue
        assert isinstance(node, Apply)
        for position, argument in enumerate(node.arguments):
            pulled = _pull(node, position, adjoint, shapes) if id(argument) in moving else None
            if pulled is not None:
                held = adjoints.get(id(argument))
                adjoints[id(argument)] = pulled if held is None else apply("add", held, pulled)
    return apply("multiply", ZERO, Variable(variable)) if total is None else total


_OF_ARRAYS = ("masked_softmax", "masked_logsumexp", "contract", "convolve", "convolve_back")
"""Functions whose first argument is meant to be an array: what they are as functions of it has no rule here."""


def _pull(node: Apply, position: int, adjoint: Term, shapes: Mapping[int, Shape]) -> Term | None:
    """Return what an argument's adjoint gets from the node's; None where the value does not depend on it."""
    name, argument = node.function, node.arguments[position]
    if max(len(shapes[id(each)]) for each in (node, argument)) > 2:
        raise Rejected("gradient: a value with more than two axes moves")
    if position == 0 and name in _OF_ARRAYS:
        raise Rejected(f"gradient: the derivative of {name} with respect to its array is not known")
    if name == "relu" and _has_factor(adjoint, node):
        return adjoint
    if name in SLOPES:
        return apply("multiply", adjoint, terms.substituted(SLOPES[name], {terms.STATE: argument}))
    if name in _BINARY:
        pulled = _BINARY[name](node, position, adjoint)
        return _reduced(pulled, shapes[id(node)], shapes[id(argument)])
    if name == "matmul":
        return _of_matmul(node, position, adjoint, len(shapes[id(node)]))
    if name == "index" and len(shapes[id(argument)]) == 2:
        column = apply("index", apply("transpose", argument), ZERO)
        return _outer(apply("unit", column, node.arguments[1]), adjoint)
    if name == "concatenate":
        start = sum(shapes[id(each)][0] for each in node.arguments[:position])
        return apply("slice", adjoint, number(start), number(start + shapes[id(argument)][0]))
    if name == "slice":
        return _padded(node, adjoint, shapes[id(argument)][0])
    if name in ("ones", "unit", "size"):
        return None
    if name not in _RULES:
        raise Rejected(f"gradient: the derivative of {name} is not in the table")
    return _RULES[name](node, position, adjoint)


def _has_factor(product: Term, node: Apply) -> bool:
    """Whether a product has a factor that is a node, or a power of it > 0: it is 0 where the node is."""
    if product is node:
        return True
    if not isinstance(product, Apply) or product.function not in ("multiply", "power"):
        return False
    left, right = product.arguments
    if product.function == "power":
        return left is node and isinstance(right, Number) and right.value > 0
    return _has_factor(left, node) or _has_factor(right, node)


def _reduced(adjoint: Term, wide: Shape, narrow: Shape) -> Term:
    """Return the adjoint of a value that stood beside a wider one: summed over what it was repeated along."""
    if len(wide) == 2 and len(narrow) < 2:
        column = apply("index", apply("transpose", adjoint), ZERO)
        adjoint, wide = apply("matmul", apply("transpose", adjoint), apply("ones", column)), wide[1:]
    return apply("sum", adjoint) if len(wide) > len(narrow) else adjoint


def _alike(u: Term) -> Term:
    """Return a term of the shape of u: what u is a power or square, a sum with, or a multiple by, numbers of."""
    while isinstance(u, Apply) and u.function in ("power", "negate", "add", "subtract", "multiply"):
        others = [each for each in u.arguments if not isinstance(each, Number)]
        least = terms.constant(u.arguments[1]) if u.function == "power" else 0
        if any(each != others[0] for each in others) or least < 0 or least != int(least):
            break
        u = others[0]
    return u


def _outer(column: Term, row: Term) -> Term:
    return apply("matmul", apply("transpose", apply("stack", column)), apply("stack", row))


def _of_matmul(node: Apply, position: int, adjoint: Term, axes: int) -> Term:
    left, right = node.arguments
    if position == 1:
        return apply("matmul", apply("transpose", left), adjoint)
    return apply("matmul", adjoint, apply("transpose", right)) if axes == 2 else _outer(adjoint, right)


def _padded(node: Apply, adjoint: Term, size: int) -> Term:
    """Return a vector that is 0 outside the slice."""
    vector, start, stop = node.arguments
    ends = ((number(0), start), (stop, number(size)))
    before, after = (
        [] if low == high else [apply("multiply", ZERO, apply("slice", vector, low, high))] for low, high in ends
    )
    return apply("concatenate", *before, adjoint, *after)


def _of_quotient(node: Apply, position: int, adjoint: Term) -> Term:
    divided = apply("divide", adjoint, node.arguments[1])
    return divided if position == 0 else apply("negate", apply("multiply", divided, node))


def _of_power(node: Apply, position: int, adjoint: Term) -> Term:
    base, exponent = node.arguments
    lowered = apply("power", base, apply("subtract", exponent, ONE))
    return apply("multiply", adjoint, apply("multiply", exponent, lowered))


def _of_choice(node: Apply, position: int, adjoint: Term) -> Term:
    """max(u, v) moves with u where u > v, min(u, v) where u < v."""
    own, other = node.arguments[position], node.arguments[1 - position]
    ahead = apply("subtract", *((own, other) if node.function == "max" else (other, own)))
    return apply("multiply", adjoint, apply("step", ahead))


_BINARY: Mapping[str, Rule] = {
    "add": lambda node, position, adjoint: adjoint,
    "subtract": lambda node, position, adjoint: adjoint if position == 0 else apply("negate", adjoint),
    "multiply": lambda node, position, adjoint: apply("multiply", adjoint, node.arguments[1 - position]),
    "divide": _of_quotient,
    "power": _of_power,
    "max": _of_choice,
    "min": _of_choice,
}


def _of_mean(alike: Term, adjoint: Term) -> Term:
    return apply("multiply", apply("ones", alike), apply("divide", adjoint, apply("size", alike)))


def _of_variance(node: Apply, position: int, adjoint: Term) -> Term:
    (u,) = node.arguments
    centred = apply("subtract", u, apply("mean", u))
    return apply("multiply", apply("divide", apply("multiply", adjoint, number(2)), apply("size", u)), centred)


def _of_norm(node: Apply, position: int, adjoint: Term) -> Term:
    share = apply("divide", adjoint, node)
    half = number(Fraction(1, 2))
    return apply("multiply", share, node.arguments[0] if position == 0 else half)


def _of_softmax(node: Apply, position: int, adjoint: Term) -> Term:
    return apply("multiply", node, apply("subtract", adjoint, apply("sum", apply("multiply", adjoint, node))))


def _of_masked(node: Apply, position: int, adjoint: Term) -> Term:
    shares = apply("transpose", apply("masked_softmax", *node.arguments))
    return apply("transpose", apply("multiply", shares, adjoint))


def _of_contract(node: Apply, position: int, adjoint: Term) -> Term:
    """The adjoint takes the place of the axis that was left, and the argument's axis is left."""
    tensor, left, *vectors = node.arguments
    kept, place = terms.whole(left), position - 2
    axis = place + (place >= kept)
    rest = [each for k, each in enumerate(vectors) if k != place]
    rest.insert(kept - (kept > axis), adjoint)
    return apply("contract", tensor, number(axis), *rest)


def _to(vector: str) -> Rule:
    """Return the rule of a potential whose gradient is a function of the same arguments."""
    return lambda node, position, adjoint: apply("multiply", adjoint, apply(vector, *node.arguments))


def _by(function: str) -> Rule:
    return lambda node, position, adjoint: apply(function, node.arguments[0], adjoint, *node.arguments[2:])


_RULES: Mapping[str, Rule] = {
    "sum": lambda node, position, adjoint: apply("multiply", apply("ones", _alike(node.arguments[0])), adjoint),
    "mean": lambda node, position, adjoint: _of_mean(_alike(node.arguments[0]), adjoint),
    "variance": _of_variance,
    "norm": _of_norm,
    "dot": lambda node, position, adjoint: apply("multiply", adjoint, node.arguments[1 - position]),
    "index": lambda node, position, adjoint: apply("multiply", apply("unit", *node.arguments), adjoint),
    "transpose": lambda node, position, adjoint: apply("transpose", adjoint),
    "stack": lambda node, position, adjoint: apply("index", adjoint, number(position)),
    "logsumexp": _to("softmax"),
    "ghost_logsumexp": _to("ghostmax"),
    "entmax_conjugate": _to("entmax"),
    "normmax_conjugate": _to("normmax"),
    "softmax": _of_softmax,
    "ghostmax": _of_softmax,
    "masked_logsumexp": _of_masked,
    "contract": _of_contract,
    "convolve": _by("convolve_back"),
    "convolve_back": _by("convolve"),
}
