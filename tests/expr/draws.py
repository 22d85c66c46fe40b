"""Strategies for expressions, driven by the table of functions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from hopverify.errors import ExpressionError
from hopverify.expr.differentiate import rank
from hopverify.expr.functions import FUNCTIONS, Shape
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, apply

X = Symbol("x")

UNARY = sorted(
    name
    for name, function in FUNCTIONS.items()
    if function.shape is Shape.ELEMENTWISE and function.arity == 1 and not function.internal
)
# Functions whose derivative exists as a function: everything but jumps.
CONTINUOUS = [name for name in UNARY if FUNCTIONS[name].lipschitz]

numbers = st.fractions(-5, 5, max_denominator=12)
small_numbers = numbers.map(Number)
exponents = st.sampled_from([Fraction(2), Fraction(3), Fraction(-1), Fraction(-2), Fraction(1, 2), Fraction(3, 2)])


def of_one_number(names: list[str], leaves: int = 6) -> st.SearchStrategy[Expression]:
    """Return expressions in x, elementwise, from the functions named."""

    def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        return st.one_of(
            st.builds(apply, st.sampled_from(names), inner),
            st.builds(apply, st.sampled_from(["add", "subtract", "multiply", "divide", "max", "min"]), inner, inner),
            st.builds(lambda base, exponent: apply("power", base, Number(exponent)), inner, exponents),
            st.builds(lambda u: apply("negate", u), inner),
        )

    return st.recursive(st.one_of(st.just(X), small_numbers), larger, max_leaves=leaves)


def _vector(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Return vectors built from vectors."""
    operators = st.sampled_from(["add", "subtract", "multiply"])
    return st.one_of(
        st.builds(apply, st.sampled_from(["tanh", "softplus", "relu", "sin", "sigmoid", "abs"]), inner),
        st.builds(apply, st.sampled_from(["softmax", "ghostmax"]), inner),
        st.builds(apply, operators, inner, inner),
        st.builds(apply, operators, inner, small_numbers),
        st.builds(lambda v: Apply("matmul", (Symbol("A"), v)), inner),
        st.builds(lambda name, u, v: apply("multiply", apply(name, u), v), st.sampled_from(REDUCTIONS), inner, inner),
        st.builds(lambda u, v: apply("add", v, apply("dot", u, v)), inner, inner),
        st.builds(lambda name, u, v: apply("dot", v, apply(name, u)) * v, st.sampled_from(REDUCTIONS), inner, inner),
    )


REDUCTIONS = ["sum", "mean", "variance", "logsumexp", "ghost_logsumexp"]


def _scalar(vectors: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(apply, st.sampled_from(REDUCTIONS), vectors),
        st.builds(lambda u, v: apply("dot", u, v), vectors, vectors),
        st.builds(lambda u, e: Apply("norm", (u, Number(e))), vectors, st.sampled_from([Fraction(1), Fraction(1, 9)])),
        st.builds(
            lambda name, u, p: Apply(name, (u, Number(p))),
            st.sampled_from(["entmax_conjugate", "normmax_conjugate"]),
            vectors,
            st.sampled_from([Fraction(2), Fraction(3, 2)]),
        ),
        st.builds(lambda u: Apply("index", (u, Number(Fraction(1)))), vectors),
    )


RANKS = {"x": 1, "A": 2}


def _fits(expression: Expression) -> bool:
    """Return whether ranks fit: a vector times 0 is folded to the number 0, of which no sum can be taken."""
    try:
        return rank(expression, RANKS) == 0
    except ExpressionError:
        return False


potentials_of_a_layer = _scalar(st.recursive(st.just(X), _vector, max_leaves=4)).filter(_fits)
"""Scalars that depend on the state vector x and a square matrix A."""
