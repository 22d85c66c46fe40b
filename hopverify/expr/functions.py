"""The one table of functions: what the grammar knows and what every analysis asks.

Each entry answers a fixed list of small questions about one function; the rules elsewhere (differentiation,
signs, curvature, regularity, intervals) consume the answers. How a function is *evaluated* stands with the
number systems (:mod:`hopverify.expr.floats`, :mod:`~hopverify.expr.balls`, :mod:`~hopverify.expr.intervals`).

Special functions of the table:

- ``logcosh(x) = log(cosh(x))``, ``sech(x) = 1/cosh(x)``, ``sigmoid(x) = 1/(1 + e^-x)``, ``softplus(x) = log(1 + e^x)``;
- ``softplus_integral(x) = ∫_{-∞}^x softplus = -Li₂(-e^x)`` (DLMF 25.12.2);
- ``mish_integral(x) = ∫_0^x t·tanh(softplus(t)) dt``;
- ``step(x) = 1`` for x > 0, ``0`` for x < 0, set-valued at 0; ``kink`` is its derivative: 0 except at 0;
- ``norm(x, e) = sqrt(Σ x_i² + e)``; ``variance(x) = Σ (x_i - mean(x))²/n``; ``size(x) = n``;
- ``unit(x, i)`` is the unit vector with entry i, and ``ones(x)`` the vector of ones, of the size of x;
- ``ghost_logsumexp(x) = log(1 + Σ e^{x_i})`` and ``ghostmax`` its gradient;
- ``entmax(x, a)`` and its potential ``entmax_conjugate`` (Peters, Niculae & Martins 2019, arXiv:1905.05702; a = 2 is
  sparsemax), ``normmax(x, c)`` and ``normmax_conjugate`` (Blondel, Martins & Niculae 2020, arXiv:1901.02324).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from hopverify.expr.nodes import Apply, Expression, Number, apply


class Shape(Enum):
    """How a function treats vectors."""

    ELEMENTWISE = "elementwise"
    REDUCTION = "vector to scalar"
    VECTOR = "vector to vector"
    SPECIAL = "indexing and products"


class Trend(Enum):
    """Monotonicity of a function of one number; EVEN_* are even functions monotone in |u|."""

    INCREASING = "increasing"
    DECREASING = "decreasing"
    EVEN_INCREASING = "even, increasing in |u|"
    EVEN_DECREASING = "even, decreasing in |u|"


class Bend(Enum):
    """Curvature of a function on its domain."""

    CONVEX = "convex"
    CONCAVE = "concave"
    AFFINE = "affine"


class Domain(Enum):
    """Where a function is real, and where it is locally Lipschitz."""

    ALL = "all reals"
    NONNEGATIVE = "u >= 0, Lipschitz only for u > 0"
    POSITIVE = "u > 0"
    ABOVE_MINUS_ONE = "u > -1"


@dataclass(frozen=True)
class Function:
    """One function and what is known of it.

    ``derivative`` is the text of f'(u), or None where there is a special rule or none. ``signs`` tells the possible
    signs of the value for an argument of any sign ("+", "0+", "-0+"), or "odd" where f(u) has the sign of u.
    """

    name: str
    arity: int = 1
    shape: Shape = Shape.ELEMENTWISE
    derivative: str | None = None
    signs: str = "-0+"
    trend: Trend | None = None
    bend: Bend | None = None
    domain: Domain = Domain.ALL
    lipschitz: bool = True
    analytic: bool = True
    internal: bool = False


_UP, _DOWN = Trend.INCREASING, Trend.DECREASING
_CONVEX, _CONCAVE, _AFFINE = Bend.CONVEX, Bend.CONCAVE, Bend.AFFINE

_ELEMENTWISE = (
    Function("exp", derivative="exp(u)", signs="+", trend=_UP, bend=_CONVEX),
    Function("expm1", derivative="exp(u)", signs="odd", trend=_UP, bend=_CONVEX),
    Function("log", derivative="1/u", trend=_UP, bend=_CONCAVE, domain=Domain.POSITIVE),
    Function("log1p", derivative="1/(1 + u)", signs="odd", trend=_UP, bend=_CONCAVE, domain=Domain.ABOVE_MINUS_ONE),
    Function("sqrt", derivative="1/(2*sqrt(u))", signs="root", trend=_UP, bend=_CONCAVE, domain=Domain.NONNEGATIVE),
    Function("sin", derivative="cos(u)"),
    Function("cos", derivative="-sin(u)"),
    Function("sinh", derivative="cosh(u)", signs="odd", trend=_UP),
    Function("cosh", derivative="sinh(u)", signs="+", trend=Trend.EVEN_INCREASING, bend=_CONVEX),
    Function("tanh", derivative="sech(u)^2", signs="odd", trend=_UP),
    Function("sech", derivative="-sech(u)*tanh(u)", signs="+", trend=Trend.EVEN_DECREASING),
    Function("logcosh", derivative="tanh(u)", signs="0+", trend=Trend.EVEN_INCREASING, bend=_CONVEX),
    Function("sigmoid", derivative="sigmoid(u)*sigmoid(-u)", signs="+", trend=_UP),
    Function("softplus", derivative="sigmoid(u)", signs="+", trend=_UP, bend=_CONVEX),
    Function("softplus_integral", derivative="softplus(u)", signs="+", trend=_UP, bend=_CONVEX),
    Function("mish_integral", derivative="u*tanh(softplus(u))", signs="0+", analytic=True),
    Function("arctan", derivative="1/(1 + u^2)", signs="odd", trend=_UP),
    Function("erf", derivative="2*exp(-u^2)/sqrt(pi)", signs="odd", trend=_UP),
    Function("relu", derivative="step(u)", signs="relu", trend=_UP, bend=_CONVEX, analytic=False),
    Function("abs", derivative="sign(u)", signs="abs", trend=Trend.EVEN_INCREASING, bend=_CONVEX, analytic=False),
    Function("sign", derivative="2*kink(u)", signs="odd", trend=_UP, lipschitz=False, analytic=False),
    Function("step", derivative="kink(u)", signs="relu", trend=_UP, lipschitz=False, analytic=False),
    Function("kink", derivative="kink(u)", lipschitz=False, analytic=False),
    Function("negate", internal=True, bend=_AFFINE, trend=_DOWN),
)

_BINARY = (
    Function("add", arity=2, internal=True),
    Function("subtract", arity=2, internal=True),
    Function("multiply", arity=2, internal=True),
    Function("divide", arity=2, internal=True),
    Function("power", arity=2, internal=True),
    Function("max", arity=2, analytic=False),
    Function("min", arity=2, analytic=False),
)

_REDUCTIONS = (
    Function("sum", shape=Shape.REDUCTION, bend=_AFFINE, trend=_UP),
    Function("mean", shape=Shape.REDUCTION, bend=_AFFINE, trend=_UP),
    Function("variance", shape=Shape.REDUCTION, signs="0+", bend=_CONVEX),
    Function("norm", arity=2, shape=Shape.REDUCTION, signs="0+", bend=_CONVEX, analytic=False),
    Function("dot", arity=2, shape=Shape.REDUCTION),
    Function("size", shape=Shape.REDUCTION, signs="+"),
    Function("logsumexp", shape=Shape.REDUCTION, bend=_CONVEX, trend=_UP),
    Function("ghost_logsumexp", shape=Shape.REDUCTION, signs="+", bend=_CONVEX, trend=_UP),
    Function("entmax_conjugate", arity=2, shape=Shape.REDUCTION, bend=_CONVEX, trend=_UP, analytic=False),
    Function("normmax_conjugate", arity=2, shape=Shape.REDUCTION, bend=_CONVEX, trend=_UP, analytic=False),
)

_VECTORS = (
    Function("softmax", shape=Shape.VECTOR, signs="+"),
    Function("ghostmax", shape=Shape.VECTOR, signs="+"),
    Function("entmax", arity=2, shape=Shape.VECTOR, signs="0+", analytic=False),
    Function("normmax", arity=2, shape=Shape.VECTOR, signs="0+", analytic=False),
)

_SPECIAL = (
    Function("matmul", arity=2, shape=Shape.SPECIAL),
    Function("transpose", shape=Shape.SPECIAL),
    Function("index", arity=2, shape=Shape.SPECIAL, internal=True),
    Function("unit", arity=2, shape=Shape.SPECIAL, signs="0+"),
    Function("ones", shape=Shape.SPECIAL, signs="+"),
    Function("pi", arity=0, signs="+"),
)

FUNCTIONS: dict[str, Function] = {
    function.name: function for function in (*_ELEMENTWISE, *_BINARY, *_REDUCTIONS, *_VECTORS, *_SPECIAL)
}


def _clip(u: Expression, low: Expression, high: Expression) -> Expression:
    return apply("min", apply("max", u, low), high)


def _number(value: int) -> Number:
    return Number(Fraction(value))


# What the grammar accepts beside the table, and what it stands for: name -> number of arguments -> builder.
SUGAR: dict[str, dict[int, Callable[..., Expression]]] = {
    "clip": {3: _clip},
    "log": {2: lambda u, base: apply("divide", Apply("log", (u,)), Apply("log", (base,)))},
    "norm": {1: lambda u: Apply("norm", (u, _number(0)))},
    "sparsemax": {1: lambda u: Apply("entmax", (u, _number(2)))},
    "sparsemax_conjugate": {1: lambda u: Apply("entmax_conjugate", (u, _number(2)))},
    "square": {1: lambda u: apply("power", u, _number(2))},
}
