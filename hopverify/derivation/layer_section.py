"""The section of one layer: L, g = ∂L/∂x, H = ∂g/∂x, the null space of H, and the layer's own energy."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy

from hopverify.derivation.calculus import SIZE, STATE, I, J, K, Total
from hopverify.derivation.document import SAME, Line, Mark, Section
from hopverify.derivation.elementwise import Case, tidy
from hopverify.derivation.functions import relu
from hopverify.derivation.kernel import structure_of
from hopverify.derivation.layer_forms import LayerForms
from hopverify.derivation.thresholds import THRESHOLD
from hopverify.derivation.translation import X, number
from hopverify.derivation.whole import WholeForms, layer_energy
from hopverify.expr.pieces import End
from hopverify.networks import Layer

G_OF_X, H_OF_X = Mark("g(x)", "g(x)"), Mark("h(x) = g'(x)", "h(x) = g'(x)")
L_OF_X = Mark("L(x)", "L(x)")
G_I = Mark("g_i = ∂L/∂x_i", r"g_i = \partial L/\partial x_i")
H_IJ = Mark("H_ij = ∂g_i/∂x_j", r"H_{ij} = \partial g_i/\partial x_j")
OWN = Mark("x·g - L", r"x \cdot g - L")
Note = str | tuple[Any, ...]
DELTA = sympy.KroneckerDelta(I, J)


def layer_section(forms: LayerForms) -> Section:
    """Return the section of a layer."""
    if forms.missing:
        return Section(title_of(forms.layer), (), (f"no closed form is derived: {forms.missing}",))
    lines = _whole(forms.whole) if forms.whole is not None else _elementwise(forms.cases)
    values = [Line(symbol, number(value)) for symbol, value in forms.parameters.values.items()]
    return Section(title_of(forms.layer), (*lines, *values), (*kernel_notes(forms), *_remarks(forms)))


def title_of(layer: Layer) -> str:
    """Return what a reader must know of a layer, in one line."""
    function = layer.function
    kind = function.name or "own expression"
    role = "Lagrangian" if function.potential is not None else "activation"
    time = "instantaneous (tau = 0)" if layer.instantaneous else f"tau = {_numbers(layer.tau)}"
    return f"Layer {layer.name}: n = {layer.size}, {role} {kind}, {time}, leak {_numbers(layer.leak)}"


def _numbers(values: tuple[Fraction, ...]) -> str:
    if len(set(values)) == 1:
        return str(values[0])
    shown = ", ".join(map(str, values[:6]))
    return f"({shown}{', ...' if len(values) > 6 else ''})"


def _elementwise(cases: tuple[Case, ...]) -> list[Line]:
    lines = []
    for left, name in ((L_OF_X, "potential"), (G_OF_X, "activation"), (H_OF_X, "slope")):
        for position, case in enumerate(cases):
            value = getattr(case, name)
            if value is not None:
                lines.append(Line(left if position == 0 else SAME, value, _where(case)))
    lines.append(Line(H_IJ, (Mark("h(x_i)·", "h(x_i)\\,"), DELTA)))
    if cases[0].potential is not None and not any(case.potential.has(sympy.Integral) for case in cases):
        for position, case in enumerate(cases):
            own = tidy(X * case.activation - case.potential)
            lines.append(Line(OWN if position == 0 else SAME, own, _where(case)))
    return lines


def _where(case: Case) -> str:
    if case.lower is None and case.upper is None:
        return ""
    if case.lower is None:
        return f"for x < {case.upper}"
    return f"for x > {case.lower}" if case.upper is None else f"for {case.lower} < x < {case.upper}"


def _whole(whole: WholeForms) -> list[Line]:
    lines = [] if whole.potential is None else [Line(L_OF_X, whole.potential)]
    own = layer_energy(whole) if whole.potential is not None and whole.closed else None
    left = G_I if whole.potential is not None else Mark("g_i", "g_i")
    lines += [Line(left, whole.activation), Line(H_IJ, whole.hessian)]
    if own is not None:
        lines.append(Line(OWN, own))
    if whole.threshold is not None:
        body = relu(whole.threshold.scale * STATE[K] - THRESHOLD) ** whole.threshold.exponent
        lines.append(Line(Mark("1", "1"), sympy.Sum(body, (K, 1, SIZE)), "defines t"))
    return lines + definitions(whole, [line.right for line in lines])


def definitions(whole: WholeForms, formulas: list[Any]) -> list[Line]:
    """Return the definitions of the names that occur in the formulas, and of those in their definitions."""
    used: set[Any] = set()
    for formula in formulas:
        used |= _names(formula)
    lines = []
    for named in reversed(whole.calculus.order):
        name = named.symbol if isinstance(named, Total) else named.base
        if name in used:
            used |= _names(named.definition)
            lines.append(Line(name if isinstance(named, Total) else named.base[K], named.definition))
    return lines[::-1]


def _names(formula: Any) -> set[Any]:
    return set(formula.free_symbols) | {atom.base for atom in formula.atoms(sympy.Indexed)}


def kernel_notes(forms: LayerForms) -> tuple[Note, ...]:
    """Return the null space of H in words."""
    if forms.layer.function.potential is None:
        return ("H is the Jacobian of a bare activation: no Lagrangian, hence no energy, belongs to it",)
    if forms.whole is not None:
        return (_whole_kernel(forms.whole),)
    assert forms.flat is not None
    flat, notes = forms.flat, list[Note]()
    if flat.dead:
        intervals = " or ".join(_interval(low, high) for low, high in flat.dead)
        notes.append(f"null space of H: the coordinates i with x_i in {intervals} (dead neurons)")
    if flat.isolated is None:
        notes.append("whether h vanishes elsewhere is not decided")
    elif flat.zeros:
        notes.append(("h vanishes at isolated states only: x = ", *_listed(flat.zeros)))
    elif flat.isolated:
        notes.append("h vanishes at isolated states at most")
    elif not flat.dead:
        notes.append("null space of H: {0} at every state, as h(x) is nowhere 0")
    return tuple(notes)


def _interval(low: End, high: End) -> str:
    return f"({'-infinity' if low is None else low}, {'infinity' if high is None else high})"


def _jumps(before: Case, after: Case) -> bool:
    """Whether h has different limits from the two sides of a kink."""
    assert after.lower is not None
    at = number(after.lower)
    return bool(sympy.simplify(before.slope.subs(X, at) - after.slope.subs(X, at)) != 0)


def _listed(values: tuple[Any, ...]) -> list[Any]:
    """Return values with commas between them."""
    return [part for position, value in enumerate(values) for part in ((", ", value) if position else (value,))]


def _whole_kernel(whole: WholeForms) -> Note:
    vectors, exact = whole.kernel.vectors, whole.kernel.exact
    spanned = ["the vector of ones" if vector == 1 else vector for vector in vectors]
    if not exact:
        return _partial_kernel(whole, spanned)
    where: list[Any] = [", at every state"]
    if whole.threshold is not None:
        where = [" within the support, and by every coordinate outside it"]
    roots = [total.symbol for total in whole.calculus.totals.values() if _may_vanish(total, whole.hessian)]
    where += [" with ", *_listed(tuple(roots)), " > 0"] if roots else []
    shown = ("spanned by ", *_listed(tuple(spanned))) if vectors else ("{0}",)
    return ("null space of H: ", *shown, *where, ", for every n")


def _may_vanish(total: Total, hessian: Any) -> bool:
    """Whether a norm in H may be 0 for some state."""
    return total.root == 2 and not total.offset.is_positive and bool(hessian.has(total.symbol))


def _partial_kernel(whole: WholeForms, spanned: list[Any]) -> Note:
    """Return what is known when the whole null space is not derived."""
    structure = structure_of(whole.hessian)
    if structure is not None and not structure.vectors:
        return ("null space of H: the coordinates i with ", structure.diagonal, " = 0")
    if not spanned:
        return "null space of H: not derived"
    return ("null space of H: contains ", *_listed(tuple(spanned)), ", for every n; whether more is not derived")


def _remarks(forms: LayerForms) -> tuple[Note, ...]:
    notes: list[Note] = []
    jumps = [after.lower for before, after in pairwise(forms.cases) if _jumps(before, after)]
    if jumps:
        notes.append(f"h has no value at x = {', '.join(map(str, jumps))}, where it jumps")
    if forms.whole is not None and not forms.whole.closed:
        notes.append(
            "L has no elementary closed form; g is stated as in the catalogue and H follows by differentiating it"
        )
    return tuple(notes)
