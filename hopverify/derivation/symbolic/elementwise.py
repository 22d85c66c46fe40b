"""Elementwise Lagrangians: L, g = L' and h = g' of one neuron, piece by piece between the kinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy

from hopverify.derivation.forms import other_forms
from hopverify.derivation.formula import NoFormula
from hopverify.derivation.symbolic.conjugates import conjugate
from hopverify.derivation.symbolic.conversion import formula_of
from hopverify.derivation.symbolic.functions import KINKED, folded, larger, modulus, relu, sign, smaller, step
from hopverify.derivation.symbolic.translation import X, number, to_sympy
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.nodes import ZERO, Expression
from hopverify.expr.parser import parse
from hopverify.expr.pieces import Piece, pieces_or_whole
from hopverify.expr.rational import identical
from hopverify.expr.regularity import is_analytic
from hopverify.expr.signs import POSITIVE, signs
from hopverify.networks import LayerFunction

MAX_OPERATIONS = 80
MAX_DEGREE = 12
LONGEST_END = 40
"""An interval of y with more characters is not worth reading (that of selu), nor is L* there."""
Record = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """L, g and h as functions of x on an open interval; ``potential`` is None for a bare activation."""

    lower: Any
    upper: Any
    potential: Any
    activation: Any
    slope: Any


def elementwise_record(
    function: LayerFunction,
    expression: Expression,
    symbols: Mapping[str, Any],
    *,
    convex: Mapping[str, Any] | None = None,
    simplify: bool = True,
) -> Record:
    """Return what is derived of one neuron from ``expression``: L or, for a bare activation, g; and L*.

    ``symbols`` says what the parameters in it stand for; ``function`` has numbers for them, which tell the order of
    the kinks and where h vanishes; ``convex`` has the symbols with which L is convex: without it there is no L*.
    Without ``simplify`` SymPy does nothing whose time has no bound: g and h are as differentiation leaves them.
    """
    tidied = tidy if simplify else plain
    swapped = None if convex is None else {symbols[name]: convex[name] for name in symbols}
    at = {symbols[name]: number(value) for name, value in function.parameters.items() if name in symbols}
    cases = tuple(
        _case(piece, tidied, is_potential=function.potential is not None)
        for piece in cut(to_sympy(expression, symbols), at)
    )
    return {
        "cases": [_written(case, tidied, swapped) for case in cases],
        **_flatness(function, cases, at),
        "jumps": [
            [_text(after.lower), _text(jump)]
            for before, after in pairwise(cases)
            if (jump := _jump(before, after) if simplify else _certain_jump(before, after)) != 0
        ],
    }


def _jump(before: Case, after: Case) -> Any:
    """Return by how much h falls at a kink; a power of 0 is 0, as exponents that may be 0 have their own record."""
    change = sympy.simplify((before.slope - after.slope).subs(X, after.lower))
    return change.replace(lambda part: part.is_Pow and part.base == 0, lambda part: sympy.S.Zero)


def _certain_jump(before: Case, after: Case) -> Any:
    """Return by how much h falls at a kink; 0 unless a ball without 0 shows that it does."""
    change = folded((before.slope - after.slope).subs(X, after.lower))
    try:
        with precision():
            ball = evaluate(parse(str(formula_of(change))), {}, BALLS)
    except HopverifyError:
        return sympy.S.Zero
    return change if ball > 0 or ball < 0 else sympy.S.Zero


def _text(value: Any) -> str | None:
    return None if value is None else str(formula_of(value))


def _written(case: Case, tidied: Callable[[Any], Any], swapped: Mapping[Any, Any] | None) -> Record:
    own = None
    if case.potential is not None and not case.potential.has(sympy.Integral):
        products = (X * term for term in sympy.Add.make_args(case.activation))
        own = tidied(sympy.Add(*products, *(-term for term in sympy.Add.make_args(case.potential))))
    parts = {"from": case.lower, "to": case.upper, "L": case.potential, "g": case.activation, "h": case.slope}
    record: Record = {name: _text(part) for name, part in (*parts.items(), ("x*g - L", own)) if part is not None}
    found = None
    if swapped is not None and own is not None:
        given = (own, case.activation, case.lower, case.upper)
        found = conjugate(*(None if each is None else each.xreplace(swapped) for each in given))
    if found is not None:
        value, *ends = map(_text, found)
        record |= {"L*": value, "y": ends} if max(len(end or "") for end in ends) <= LONGEST_END else {}
    return record


def _case(piece: tuple[Any, Any, Any], tidied: Callable[[Any], Any], *, is_potential: bool) -> Case:
    lower, upper, value = piece
    if not is_potential:
        return Case(lower, upper, None, tidied(value), tidied(value.diff(X)))
    activation = tidied(value.diff(X))
    return Case(lower, upper, tidied(value), activation, tidied(activation.diff(X)))


def cut(value: Any, at: Mapping[Any, Any]) -> list[tuple[Any, Any, Any]]:
    """Return (lower, upper, form) from left to right, without kinks; one whole piece where a kink is not located.

    relu, abs, step, max and their kin of an affine argument are replaced by what they are on each side of its root;
    ``at`` has numbers for the parameters, which tell the order of the roots.
    """
    todo, done = [(None, None, value)], []
    while todo:
        lower, upper, form = todo.pop()
        kink = next((node for node in sympy.postorder_traversal(form) if isinstance(node, KINKED)), None)
        if kink is None:
            done.append((lower, upper, form))
            continue
        argument = kink.args[0] - kink.args[1] if len(kink.args) == 2 else kink.args[0]
        if not argument.is_polynomial(X) or sympy.degree(argument, X) > 1:
            return [(None, None, value)]
        slope, offset = argument.coeff(X, 1), argument.coeff(X, 0)
        root = -offset / slope if slope != 0 else None
        if root is None or not _lies_between(root, lower, upper, at):
            side = argument.subs(X, _inside(lower, upper, at)).subs(at)
            todo.append((lower, upper, form.xreplace({kink: _branch(kink, side > 0)})))
            continue
        up = bool(slope.subs(at) > 0)
        todo.append((root, upper, form.xreplace({kink: _branch(kink, up)})))
        todo.append((lower, root, form.xreplace({kink: _branch(kink, not up)})))
    return done


def _lies_between(root: Any, lower: Any, upper: Any, at: Mapping[Any, Any]) -> bool:
    above = lower is None or bool(lower.subs(at) < root.subs(at))
    return above and (upper is None or bool(root.subs(at) < upper.subs(at)))


def _inside(lower: Any, upper: Any, at: Mapping[Any, Any]) -> Any:
    if lower is None:
        return sympy.S.Zero if upper is None else upper.subs(at) - 1
    return lower.subs(at) + 1 if upper is None else (lower + upper).subs(at) / 2


def _branch(kink: Any, positive: Any) -> Any:
    """Return what a function is where its argument, or the difference of its arguments, has a sign."""
    if isinstance(kink, larger | smaller):
        return kink.args[0 if bool(positive) == isinstance(kink, larger) else 1]
    u = kink.args[0]
    values = {relu: (u, 0), step: (1, 0), sign: (1, -1), modulus: (u, -u)}[kink.func]
    return sympy.sympify(values[0 if positive else 1])


def tidy(value: Any) -> Any:
    """Return the shortest of a few equal forms."""
    value = folded(sympy.expand_func(value))
    forms = [value]
    if value.count_ops() <= MAX_OPERATIONS and not value.has(sympy.Integral):
        forms += [sympy.simplify(value), sympy.factor(value), sympy.expand(value)]
    return min((_with_sech(form) for form in forms), key=lambda form: (form.count_ops(), len(str(form))))


def plain(value: Any) -> Any:
    """Return a form with tanh and sech for quotients of sinh and cosh."""

    def divide(product: Any) -> Any:
        powers = product.as_powers_dict()
        for factor in list(powers):
            below = sympy.cosh(factor.args[0]) if isinstance(factor, sympy.sinh) else None
            if below in powers and powers[factor] == 1 and powers[below] == -1:
                powers[factor] = powers[below] = 0
                powers[sympy.tanh(factor.args[0])] += 1
        return sympy.Mul(*(base**exponent for base, exponent in powers.items()))

    value = folded(value)
    return _with_sech(value.replace(lambda node: node.is_Mul and node.has(sympy.cosh), divide))


def _with_sech(value: Any) -> Any:
    """Write 1 - tanh² and 1/cosh² as sech²."""
    u, k = sympy.Wild("u"), sympy.Wild("k", properties=[lambda k: k.is_positive])
    value = value.replace(1 - sympy.tanh(u) ** 2, sympy.sech(u) ** 2)
    value = value.replace(k - k * sympy.tanh(u) ** 2, k * sympy.sech(u) ** 2)
    return value.replace(sympy.cosh(u) ** -2, sympy.sech(u) ** 2)


def _flatness(function: LayerFunction, cases: tuple[Case, ...], at: Mapping[Any, Any]) -> Record:
    """Return where h = 0: on the intervals ``dead``, and beyond them at ``isolated`` points (None: not decided)."""
    assert function.slope is not None
    dead = [[_text(case.lower), _text(case.upper)] for case in cases if case.slope == 0]
    zeros = list(_zero_kinks(cases, at))
    isolated = bool(zeros)
    for piece in pieces_or_whole(function.slope):
        if _is_dead(piece) or _is_positive(piece.expression):
            continue
        roots = _zeros(piece)
        if roots is None and not _has_isolated_zeros(piece):
            return {"dead": dead, "isolated": None, "zeros": []}
        isolated = isolated or roots is None or bool(roots)
        zeros += roots or []
    return {"dead": dead, "isolated": isolated, "zeros": [_text(zero) for zero in dict.fromkeys(zeros)]}


def _zero_kinks(cases: tuple[Case, ...], at: Mapping[Any, Any]) -> Iterator[Any]:
    """Yield the kinks at which h tends to 0 from both sides without being 0 on either."""
    for before, after in pairwise(cases):
        limits = [case.slope.subs(at).subs(X, after.lower.subs(at)) for case in (before, after)]
        if limits == [0, 0] and before.slope != 0 and after.slope != 0:
            yield after.lower


def _is_dead(piece: Piece) -> bool:
    return bool(identical(piece.expression, ZERO))


def _is_positive(slope: Expression) -> bool:
    """Whether signs show h > 0, on h as it stands or on an identical form of it."""
    if signs(slope, {}) == POSITIVE:
        return True
    return any(signs(form, {}) == POSITIVE and identical(slope, form) for form in other_forms(slope))


def _has_isolated_zeros(piece: Piece) -> bool:
    """Whether h is analytic and certainly not 0 at one of a few points."""
    if not is_analytic(piece.expression):
        return False
    point = piece.inside()
    ends = (point - 1 if piece.lower is None else piece.lower, point + 1 if piece.upper is None else piece.upper)
    with precision():
        points = [point, *((2 * point + end) / 3 for end in ends)]
        values = [evaluate(piece.expression, {"x": BALLS.number(at)}, BALLS) for at in points]
        return any(value > 0 or value < 0 for value in values)


def _zeros(piece: Piece) -> list[Any] | None:
    """Return the zeros of a polynomial slope inside a piece, exactly; None for other slopes."""
    try:
        value = to_sympy(piece.expression)
    except NoFormula:
        return None
    if not value.is_polynomial(X) or value == 0 or sympy.degree(value, X) > MAX_DEGREE:
        return None
    above = -sympy.oo if piece.lower is None else number(piece.lower)
    below = sympy.oo if piece.upper is None else number(piece.upper)
    try:
        roots = sympy.real_roots(value) if value.has(X) else []
    except NotImplementedError:
        # Of polynomials with roots among their coefficients.
        return None
    return [root for root in dict.fromkeys(roots) if above < root < below]
