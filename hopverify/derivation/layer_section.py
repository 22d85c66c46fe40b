"""The section of one layer: L, g = ∂L/∂x, H = ∂g/∂x, the null space of H, and the layer's own energy."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hopverify.derivation.document import SAME, Line, Mark, Section
from hopverify.derivation.formula import ONE, ZERO, Number, Symbol, call
from hopverify.derivation.layer_forms import Case, Elementwise, End, LayerForms, Whole
from hopverify.derivation.names import I, J
from hopverify.networks import Layer

G_OF_X, H_OF_X = Mark("g(x)", "g(x)"), Mark("h(x) = g'(x)", "h(x) = g'(x)")
L_OF_X = Mark("L(x)", "L(x)")
G_I = Mark("g_i = ∂L/∂x_i", r"g_i = \partial L/\partial x_i")
H_IJ = Mark("H_ij = ∂g_i/∂x_j", r"H_{ij} = \partial g_i/\partial x_j")
OWN = Mark("x·g - L", r"x \cdot g - L")
CONJUGATE = Mark("L*(y)", "L^{*}(y)")
Note = str | tuple[Any, ...]
DELTA = call("KroneckerDelta", I, J)


def layer_section(forms: LayerForms) -> Section:
    """Return the section of a layer."""
    if forms.missing:
        return Section(title_of(forms.layer), (), (f"no closed form is derived: {forms.missing}",))
    lines = _whole(forms.whole) if forms.whole is not None else _elementwise(forms.cases)
    values = [Line(Symbol(name), Number(value)) for name, value in forms.values.items()]
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
        lines += _by_cases(left, name, cases)
    lines += [Line(H_IJ, (Mark("h(x_i)·", "h(x_i)\\,"), DELTA)), *_by_cases(OWN, "own", cases)]
    found = [case.conjugate for case in cases if case.conjugate is not None]
    return lines + [
        Line(SAME if place else CONJUGATE, each.value, between(each, "y")) for place, each in enumerate(found)
    ]


def _by_cases(left: Mark, name: str, cases: tuple[Case, ...]) -> list[Line]:
    shown = [(getattr(case, name), case) for case in cases if getattr(case, name) is not None]
    return [Line(SAME if place else left, value, between(case, "x")) for place, (value, case) in enumerate(shown)]


def between(case: Any, letter: str) -> str:
    """Return the interval of a case in words: ``for 0 < x < 1``; nothing where it is the whole line."""
    if case.lower is None and case.upper is None:
        return ""
    if case.lower is None:
        return f"for {letter} < {case.upper}"
    return f"for {letter} > {case.lower}" if case.upper is None else f"for {case.lower} < {letter} < {case.upper}"


def _whole(whole: Whole) -> list[Line]:
    lines = [] if whole.potential is None else [Line(L_OF_X, whole.potential)]
    left = G_I if whole.potential is not None else Mark("g_i", "g_i")
    lines += [Line(left, whole.activation), Line(H_IJ, whole.hessian)]
    if whole.own is not None:
        lines.append(Line(OWN, whole.own))
    if whole.conjugate is not None:
        lines.append(Line(CONJUGATE, whole.conjugate))
        lines += [Line(right, left, "for y = g(x)") for left, right in whole.values]
    if whole.equation is not None:
        lines.append(Line(Mark("1", "1"), whole.equation, "defines t"))
    return [*lines, *(Line(name, value) for name, value in whole.definitions)]


def kernel_notes(forms: LayerForms) -> tuple[Note, ...]:
    """Return the null space of H in words."""
    if forms.layer.function.potential is None:
        return ("H is the Jacobian of a bare activation: no Lagrangian, hence no energy, belongs to it",)
    if forms.whole is not None:
        return (_whole_kernel(forms.whole),)
    assert forms.elementwise is not None
    return tuple(_flatness(forms.elementwise))


def _flatness(flat: Elementwise) -> list[Note]:
    notes = list[Note]()
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
    return notes


def _interval(low: End, high: End) -> str:
    return f"({'-infinity' if low is None else low}, {'infinity' if high is None else high})"


def _listed(values: tuple[Any, ...]) -> list[Any]:
    """Return values with commas between them."""
    return [part for position, value in enumerate(values) for part in ((", ", value) if position else (value,))]


def _whole_kernel(whole: Whole) -> Note:
    spanned = tuple("the vector of ones" if vector == ONE else vector for vector in whole.kernel)
    if whole.hessian == ZERO:
        return "null space of H: everything, as H = 0 at every state"
    if not whole.exact:
        return _partial_kernel(whole, spanned)
    where: list[Any] = [", at every state"]
    if whole.equation is not None:
        where = [" within the support, and by every coordinate outside it"]
    where += [" with ", *_listed(whole.positive), " > 0"] if whole.positive else []
    shown = ("spanned by ", *_listed(spanned)) if spanned else ("{0}",)
    return ("null space of H: ", *shown, *where, ", for every n")


def _partial_kernel(whole: Whole, spanned: tuple[Any, ...]) -> Note:
    """Return what is known when the whole null space is not derived."""
    if whole.diagonal is not None:
        return ("null space of H: the coordinates i with ", whole.diagonal, " = 0")
    if not spanned:
        return "null space of H: not derived"
    return ("null space of H: contains ", *_listed(spanned), ", for every n; whether more is not derived")


def _remarks(forms: LayerForms) -> tuple[Note, ...]:
    notes: list[Note] = []
    if forms.elementwise is not None and forms.elementwise.jumps:
        notes.append(f"h has no value at x = {', '.join(map(str, forms.elementwise.jumps))}, where it jumps")
    if forms.whole is not None and not forms.whole.closed:
        notes.append(
            "L has no elementary closed form; g is stated as in the catalogue and H follows by differentiating it"
        )
    return tuple(notes)
