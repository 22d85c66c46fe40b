"""The section of an instantaneous layer that inhibits itself: ρx + c∘g(x) = u, with u its drive and bias.

For piecewise-linear g, slope s and intercept t between two kinks, x = (u - ct)/(ρ + cs) there, and u runs from
ρk + cg(k) at one kink k to the same at the next: relu with ρ = 1 gives g = relu(u)/(1 + c). For others x is what the
equation says; its derivative is (ρ + cH)⁻¹. With ρ = 1 and one c, g(x) is the gradient of the Moreau envelope
e(u) = L(x) + ½c|γ|².
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from hopverify.checker.convexity import has_convex_lagrangian
from hopverify.derivation.calculus import I
from hopverify.derivation.document import SAME, Line, Mark, Section
from hopverify.derivation.network_sections import Network, per_neuron
from hopverify.derivation.translation import X, number
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import Layer, LayerFunction, Model
from hopverify.networks.segments import segments

U = sympy.Symbol("u", real=True)
"""What drives a neuron, its bias included."""
ENVELOPE = Mark("e(u)", "e(u)")


@dataclass(frozen=True)
class Branch:
    """x and g(x) as functions of u between two values of u; None: unbounded."""

    lower: Any
    upper: Any
    state: Any
    activation: Any


def branches(function: LayerFunction, rho: Any, c: Any) -> tuple[Branch, ...] | None:
    """Return the solution of ρx + cg(x) = u piece by piece, None unless g is piecewise linear and non-decreasing."""
    parts = segments(function)
    if parts is None or any(part.slope < 0 for part in parts):
        return None
    found = []
    for part in parts:
        slope, intercept = number(part.slope), number(part.intercept)
        low, high = (
            None if end is None else rho * number(end) + c * number(part.value(end)) for end in (part.lower, part.upper)
        )
        state = (U - c * intercept) / (rho + c * slope)
        found.append(Branch(low, high, sympy.factor(state), sympy.factor(slope * state + intercept)))
    return tuple(found)


def is_settled(model: Model) -> bool:
    """Whether the states of layers that inhibit themselves are, evidently, determined by the others."""
    functions = [model.layers[name].function for name, c in model.inhibition.items() if any(c)]
    return all(has_convex_lagrangian(f) and all(map(is_locally_lipschitz, f.activation)) for f in functions)


def resolvent_sections(network: Network) -> list[Section]:
    """Return a section for each layer that inhibits itself."""
    return [_section(network, network.model.layers[name]) for name, c in network.model.inhibition.items() if any(c)]


def _section(network: Network, layer: Layer) -> Section:
    names, function = network.names, layer.function
    rho, c = rates_of(network, layer)
    x, g, u = (names.vector(letter, layer.name)[I] for letter in "xgu")
    title = f"Layer {layer.name}, which inhibits itself at once"
    lines = [Line(u, (rho * x, Mark(" + ", " + "), c * g), "its drive and bias")]
    found = branches(function, rho, c)
    if not is_settled(network.model):
        said = "L is not evidently convex, or g not continuous: x may not be determined by u, and no more is derived"
        return Section(title, tuple(lines), (said,))
    if found is not None:
        for left, part in ((x, "state"), (g, "activation")):
            shown = [(branch, getattr(branch, part).subs(U, u)) for branch in found]
            lines += [Line(left if k == 0 else SAME, value, _where(branch)) for k, (branch, value) in enumerate(shown)]
        lines += _envelope(network, layer, found, rho, c)
    elif function.elementwise:
        h = network.undefined("h", layer)(x)
        lines.append(Line(_derivative("x", layer), 1 / (rho + c * h)))
        lines.append(Line(_derivative("g", layer), h / (rho + c * h)))
    else:
        inverse = Mark("(ρ + c·H)⁻¹", r"(\rho + c H)^{-1}")
        lines.append(Line(Mark("∂x/∂u", r"\partial x/\partial u"), inverse))
        lines.append(Line(Mark("∂g/∂u", r"\partial g/\partial u"), (Mark("H·", "H "), inverse)))
    return Section(title, tuple(lines), (_note(found is not None),))


def rates_of(network: Network, layer: Layer) -> tuple[Any, Any]:
    """Return ρ and c of a layer: numbers, or symbols with an index where neurons differ."""
    c = network.model.inhibition.get(layer.name, (0,))
    return per_neuron(layer.leak, "rho", network, layer), per_neuron(c, "c", network, layer)


def _derivative(letter: str, layer: Layer) -> Mark:
    return Mark(f"∂{letter}_i/∂u_i", rf"\partial {letter}_i/\partial u_i")


def _where(branch: Branch) -> str:
    if branch.lower is None and branch.upper is None:
        return ""
    if branch.lower is None:
        return f"for u < {branch.upper}"
    return f"for u > {branch.lower}" if branch.upper is None else f"for {branch.lower} < u < {branch.upper}"


def _envelope(network: Network, layer: Layer, found: tuple[Branch, ...], rho: Any, c: Any) -> list[Line]:
    """Return the Moreau envelope L(x) + cg²/2 of one neuron, piece by piece."""
    forms, parts = network.layers[layer.name], segments(layer.function) or ()
    cases = forms.cases
    if rho != 1 or c.has(I) or c == 0 or len(cases) != len(parts) or any(case.potential is None for case in cases):
        return []
    if any((case.lower, case.upper) != (part.lower, part.upper) for case, part in zip(cases, parts, strict=True)):
        return []
    u = sympy.Symbol("u")
    values = [
        sympy.factor((case.potential.subs(X, branch.state) + c * branch.activation**2 / 2).subs(U, u))
        for case, branch in zip(cases, found, strict=True)
    ]
    return [
        Line(ENVELOPE if k == 0 else SAME, value, _where(branch))
        for k, (branch, value) in enumerate(zip(found, values, strict=True))
    ]


def _note(closed: bool) -> str:
    if closed:
        return "as L is convex, x is the one solution of rho*x + c*g(x) = u, given above piece by piece"
    return (
        "the resolvent of c*g: as L is convex, x is the one solution of rho*x + c*g(x) = u; it has no closed form "
        "here, but a derivative, given above"
    )
