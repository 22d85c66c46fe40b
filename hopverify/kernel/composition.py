"""Composition: what the structure of a term tells of it as a function of a variable, from the bottom up.

A composition of locally Lipschitz functions is locally Lipschitz, of analytic ones analytic. Sums of convex functions
are convex; a convex rising function of a convex one is convex; any convex function of an affine one is (Boyd &
Vandenberghe 2004, §3.2; Grant, Boyd & Ye 2006). Of a vector or matrix each entry has the property. What the rules do
not see is not told. docs/claims.md has them in words.

>>> from hopverify.kernel import language
>>> term = language.read(["divide", ["logsumexp", ["multiply", "4", ["state"]]], "4"], "")
>>> found = judge(term, {("state", ""): (3,)})
>>> found.convex, found.lipschitz, found.analytic, found.strict
(True, True, True, False)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hopverify.kernel import language, terms
from hopverify.kernel import ranges as of_ranges
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.properties import JUMPING, KINKED, TABLE, Properties, of_power
from hopverify.kernel.ranges import ANY, Range, side
from hopverify.kernel.terms import Apply, Number, Place, Shape, Term, Variable

STILL, ALIKE, STEADY = range(3)
"""How entries answer when t is added to each entry of the variable: not at all; each grows by the same multiple of t;
each by a multiple of its own."""


@dataclass(frozen=True)
class Known:
    """What is known of a node. The properties are those of every entry; False and None say that nothing is known.

    ``lipschitz``: defined at all values of the variable, and locally Lipschitz. ``injective``: the variable times
    constants other than 0, and something constant added. ``separate``: each entry a strictly convex function of the
    variable's entry in the same place. ``squares``: a sum of squares of functions whose absolute
    values are convex. ``log_convex``: positive, with a convex logarithm. ``degree``: of a polynomial.
    """

    range: Range
    moving: bool = True
    lipschitz: bool = True
    analytic: bool = True
    convex: bool = False
    concave: bool = False
    strict: bool = False
    injective: bool = False
    separate: bool = False
    squares: bool = False
    log_convex: bool = False
    degree: int | None = None
    shift: int | None = None

    @property
    def affine(self) -> bool:
        """Whether the entries are affine functions."""
        return self.convex and self.concave

    @property
    def magnitude(self) -> bool:
        """Whether the absolute value of each entry is convex."""
        positive, negative = self.range.nonnegative, self.range.nonpositive
        return self.affine or (self.convex and positive) or (self.concave and negative)


def judge(term: Term, places: Mapping[Place, Shape], given: Mapping[Place, Range] | None = None) -> Known:
    """Return what is known of a term; arrays are constants, every other place is a variable.

    ``places`` has the shapes, ``given`` the ranges of variables and arrays that are known.
    """
    given = given or {}
    shapes = language.shapes(term, places, "composition")
    known: dict[int, Known] = {}
    for node in terms.walk(term):
        if isinstance(node, Number):
            known[id(node)] = _constant(of_ranges.of_number(node.value))
        elif not isinstance(node, Variable):
            arguments = [known[id(each)] for each in node.arguments]
            known[id(node)] = _applied(node, arguments, [shapes[id(each)] for each in node.arguments])
        elif node.place[0] == "array":
            known[id(node)] = _constant(given.get(node.place, ANY))
        else:
            own = given.get(node.place, ANY)
            known[id(node)] = Known(own, convex=True, concave=True, injective=True, degree=1, shift=ALIKE)
    return known[id(term)]


def _constant(own: Range, lipschitz: bool = True, analytic: bool = True) -> Known:
    return Known(
        own,
        moving=False,
        lipschitz=lipschitz,
        analytic=analytic,
        convex=True,
        concave=True,
        squares=own.nonnegative,
        log_convex=own.positive,
        degree=0,
        shift=STILL,
    )


_OF_SHAPE = ("ones", "unit", "size")
"""Functions of an argument's shape alone."""


def _applied(node: Apply, given: list[Known], shapes: list[Shape]) -> Known:
    own = of_ranges.of_function(node, [each.range for each in given])
    lipschitz, analytic = _regularity(node, given)
    lipschitz = lipschitz and all(each.lipschitz for each in given)
    analytic = analytic and all(each.analytic for each in given)
    if node.function in _OF_SHAPE or not any(each.moving for each in given):
        return _constant(own, lipschitz, analytic)
    found = _BENDS.get(node.function, _composed)(node, given)
    degree, shift = _degree(node, given), _shift(node, given, shapes)
    return replace(found, range=own, lipschitz=lipschitz, analytic=analytic, degree=degree, shift=shift)


# ---------------------------------------------------------------------------------------------------------- regularity

_ENTIRE = (
    *("add", "subtract", "multiply", "pi", "sum", "mean", "variance", "dot", "size", "softmax", "logsumexp"),
    *("ghostmax", "ghost_logsumexp", "ones", "unit", "matmul", "transpose", "index", "slice", "stack", "concatenate"),
    *("column_squares", "contract", "convolve", "convolve_back"),
)
"""Functions that are defined, and analytic, for all arguments."""

_THRESHOLDS = ("entmax", "normmax", "entmax_conjugate", "normmax_conjugate")


def _regularity(node: Apply, given: list[Known]) -> tuple[bool, bool]:
    """Return whether the function is locally Lipschitz, and analytic, on the ranges of its arguments."""
    name, u = node.function, given[0].range if given else ANY
    if name in _ENTIRE:
        return True, True
    if name in KINKED:
        return name not in JUMPING or u.nonzero, u.nonzero
    if name in TABLE:
        inside = TABLE[name].above is None or _lies_above(u, TABLE[name].above)
        return inside or (name == "sqrt" and u.nonnegative and not given[0].moving), inside
    if name in ("max", "min"):
        return True, False
    if name == "divide":
        return given[1].range.nonzero, given[1].range.nonzero
    if name == "norm":
        offset = given[1]
        return offset.range.positive or (offset.range.nonnegative and not offset.moving), offset.range.positive
    if name == "power":
        return _of_power(node, u)
    if name in _THRESHOLDS:
        # 1/(parameter - 1) ≥ 1 is the exponent of a threshold's positive part.
        return 1 < terms.constant(node.arguments[1]) <= 2, False
    masked = name in ("masked_softmax", "masked_logsumexp") and not given[0].moving
    return masked, masked


def _lies_above(u: Range, bound: int | None) -> bool:
    return bool(u.low[0] > bound) or bool(u.low[0] == bound and u.low[1])


def _of_power(node: Apply, u: Range) -> tuple[bool, bool]:
    exponent = terms.constant(node.arguments[1])
    if exponent.denominator == 1:
        holds = exponent >= 0 or u.nonzero
        return holds, holds
    return u.positive or (exponent >= 1 and u.nonnegative), u.positive


# ----------------------------------------------------------------------------------------------------------- curvature


def _flipped(a: Known) -> Known:
    return Known(ANY, convex=a.concave, concave=a.convex, injective=a.injective)


def _bent(u: Known, known: Properties) -> Known:
    """Return what is known of f(u): f bends one way on the range of u, and u is affine, or bends so that f keeps it."""
    slope, bend = side(known.slope, u.range), side(known.bend, u.range)
    ways = {"+": (u.convex, u.concave), "-": (u.concave, u.convex)}.get(slope, (False, False))
    convex, concave = (u.affine or way for way in ways)
    return Known(ANY, convex=bend == "+" and convex, concave=bend == "-" and concave)


def _composed(node: Apply, given: list[Known]) -> Known:
    """Functions of the table, and those of vectors that are convex and rising in each entry."""
    name, u = node.function, given[0]
    if name in TABLE:
        return _bent(u, TABLE[name])
    rising = name in ("logsumexp", "entmax_conjugate", "normmax_conjugate")
    return Known(ANY, convex=rising and u.convex)


def _sum(a: Known, b: Known) -> Known:
    convex, concave = a.convex and b.convex, a.concave and b.concave
    return Known(
        ANY,
        convex=convex,
        concave=concave,
        strict=convex and (a.strict or b.strict),
        injective=(a.injective and not b.moving) or (b.injective and not a.moving),
        squares=a.squares and b.squares,
        log_convex=a.log_convex and b.log_convex,
    )


def _scaled(a: Known, factor: Range) -> Known:
    """Return c·a for a constant c; where c is a vector, entry by entry."""
    injective = a.injective and factor.nonzero
    if factor.nonnegative:
        positive = factor.positive
        return Known(
            ANY,
            convex=a.convex,
            concave=a.concave,
            strict=a.strict and positive,
            injective=injective,
            separate=a.separate and positive,
            squares=a.squares,
            log_convex=a.log_convex and positive,
        )
    if factor.nonpositive:
        return replace(_flipped(a), injective=injective)
    return Known(ANY, convex=a.affine, concave=a.affine, injective=injective)


def _squared(a: Known) -> Known:
    return Known(ANY, convex=a.magnitude, separate=a.injective, squares=a.magnitude)


def _product(node: Apply, given: list[Known]) -> Known:
    a, b = given
    if not a.moving or not b.moving:
        return _scaled(*((b, a.range) if not a.moving else (a, b.range)))
    if node.arguments[0] == node.arguments[1]:
        return _squared(a)
    return Known(ANY, log_convex=a.log_convex and b.log_convex)


def _dot(node: Apply, given: list[Known]) -> Known:
    """Σ u_i v_i: a square, strictly convex for an injective u, or a sum with constant factors."""
    found = _product(node, given)
    strict = node.arguments[0] == node.arguments[1] and given[0].injective
    return replace(found, injective=False, separate=False, strict=strict)


def _quotient(node: Apply, given: list[Known]) -> Known:
    a, b = given
    if b.moving or not b.range.nonzero:
        return Known(ANY)
    return _scaled(a, b.range)


def _power(node: Apply, given: list[Known]) -> Known:
    (u, _), exponent = given, terms.constant(node.arguments[1])
    if exponent == 1:
        return u
    if exponent == 2:
        return _squared(u)
    found = _bent(u, of_power(exponent))
    return replace(found, log_convex=u.log_convex and exponent >= 0)


def _linear(node: Apply, given: list[Known]) -> Known:
    """Sums, means, and parts of a vector or matrix."""
    u = given[0]
    strict = u.separate and node.function in ("sum", "mean")
    return Known(
        ANY, convex=u.convex, concave=u.concave, strict=strict, squares=u.squares, log_convex=u.log_convex
    )


def _gathered(node: Apply, given: list[Known]) -> Known:
    return Known(ANY, convex=all(u.convex for u in given), concave=all(u.concave for u in given))


def _chosen(node: Apply, given: list[Known]) -> Known:
    largest = node.function == "max"
    convex, concave = (all(each) for each in ([u.convex for u in given], [u.concave for u in given]))
    return Known(ANY, convex=largest and convex, concave=not largest and concave)


def _norm(node: Apply, given: list[Known]) -> Known:
    """√(|u|² + e): the Euclidean norm of the entries of u and of what e is the sum of squares of."""
    u, offset = given
    convex = u.magnitude and offset.squares
    return Known(ANY, convex=convex, strict=convex and u.injective and not offset.moving and offset.range.positive)


def _ghost(node: Apply, given: list[Known]) -> Known:
    """The Hessian of log(1 + Σ e^u) is diag p - ppᵀ ≻ 0, as Σ p < 1."""
    (u,) = given
    return Known(ANY, convex=u.convex, strict=u.injective)


def _matrix_product(node: Apply, given: list[Known]) -> Known:
    a, b = given
    if a.moving:
        return Known(ANY)
    found = _scaled(b, a.range)
    return Known(ANY, convex=found.convex, concave=found.concave)


def _root(node: Apply, given: list[Known]) -> Known:
    (u,) = given
    return Known(ANY, convex=True) if u.squares else _bent(u, TABLE["sqrt"])


def _log(node: Apply, given: list[Known]) -> Known:
    (u,) = given
    return Known(ANY, convex=True) if u.log_convex else _bent(u, TABLE["log"])


def _exponential(node: Apply, given: list[Known]) -> Known:
    """e^u with a convex u, and cosh u with an affine one, have convex logarithms (Boyd & Vandenberghe, §3.5.2)."""
    (u,) = given
    return replace(_bent(u, TABLE[node.function]), log_convex=u.convex if node.function == "exp" else u.affine)


_BENDS: Mapping[str, Callable[[Apply, list[Known]], Known]] = {
    "negate": lambda node, given: _flipped(given[0]),
    "add": lambda node, given: _sum(*given),
    "subtract": lambda node, given: _sum(given[0], _flipped(given[1])),
    "multiply": _product,
    "divide": _quotient,
    "power": _power,
    "exp": _exponential,
    "cosh": _exponential,
    "sqrt": _root,
    "log": _log,
    "max": _chosen,
    "min": _chosen,
    "dot": _dot,
    "norm": _norm,
    "variance": lambda node, given: Known(ANY, convex=given[0].affine, squares=given[0].affine),
    "ghost_logsumexp": _ghost,
    "matmul": _matrix_product,
    "stack": _gathered,
    "concatenate": _gathered,
    **dict.fromkeys(("sum", "mean", "index", "slice", "transpose"), _linear),
}


# ------------------------------------------------------------------------------------------- degrees, and uniform shifts


def _degree(node: Apply, given: list[Known]) -> int | None:
    """Return a bound of a polynomial's degree."""
    degrees = [each.degree for each in given]
    name, known = node.function, [each for each in degrees if each is not None]
    if len(known) < len(degrees):
        return None
    if name in ("add", "subtract", "negate", "sum", "mean", "index", "slice", "transpose", "stack", "concatenate"):
        return max(known)
    if name in ("multiply", "dot", "matmul", "contract"):
        return sum(known)
    if name == "divide":
        return known[0] if not given[1].moving and given[1].range.nonzero else None
    if name in ("variance", "column_squares"):
        return 2 * known[0]
    exponent = terms.constant(node.arguments[1]) if name == "power" else None
    whole = exponent is not None and exponent.denominator == 1 and exponent >= 0
    return known[0] * int(exponent) if whole and exponent is not None else None


def _shift(node: Apply, given: list[Known], shapes: list[Shape]) -> int | None:
    """Return how a function of moving arguments answers when the same number is added to all entries of the variable."""
    name, known = node.function, [each.shift for each in given if each.shift is not None]
    if len(known) < len(given):
        return None
    if not any(known):
        return STILL
    if name in ("variance", "softmax", "entmax", "normmax") and known[0] == ALIKE:
        return STILL
    if name in ("logsumexp", "entmax_conjugate", "normmax_conjugate"):
        return ALIKE if known[0] == ALIKE else None
    if name in ("sum", "mean"):
        return ALIKE
    if name in ("negate", "index", "slice", "transpose"):
        return ALIKE if name == "index" and len(shapes[0]) == 1 else known[0]
    if name in ("add", "subtract"):
        return STILL if _is_centred(node) and known[0] == ALIKE else max(known)
    if name in ("stack", "concatenate"):
        return STEADY
    return _scaled_shift(node, given, shapes)


def _is_centred(node: Apply) -> bool:
    """Whether a node is u - mean(u)."""
    left, right = node.arguments
    return node.function == "subtract" and right == Apply("mean", (left,))


def _scaled_shift(node: Apply, given: list[Known], shapes: list[Shape]) -> int | None:
    """A growth times a constant number stays what it is; times other constants, each entry has its own."""
    constant = [not each.moving for each in given]
    if node.function in ("dot", "matmul") and (constant[0] or (node.function == "dot" and constant[1])):
        return ALIKE if node.function == "dot" else STEADY
    if node.function == "divide" and constant[1] or node.function == "multiply" and any(constant):
        place = 1 if constant[1] else 0
        return given[1 - place].shift if shapes[place] == () else STEADY
    return None


# ------------------------------------------------------------------------------------------------------ terms of a core


def of_state(core: Core, layer: Layer, term: Term, on: Range = ANY) -> Known:
    """Return what is known of a term in the state of a layer, or of one neuron in a range."""
    own: Shape = () if layer.elementwise else (layer.size,)
    return _judge(core, term, {("state", ""): own}, {("state", ""): on})


def of_activations(core: Core, term: Term) -> Known:
    """Return what is known of a term in the activations."""
    return _judge(core, term, {}, {})


def _judge(core: Core, term: Term, places: Mapping[Place, Shape], given: Mapping[Place, Range]) -> Known:
    used = {node.place for node in terms.walk(term) if isinstance(node, Variable) and node.place[0] == "array"}
    arrays = {place: of_ranges.of_array(core.arrays[place[1]]) for place in used if place[1] in core.arrays}
    return judge(term, {**core.places, **places}, {**arrays, **given})
