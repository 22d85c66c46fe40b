"""The section of an instantaneous layer that inhibits itself: ρx + c∘g(x) = u, with u its drive and bias.

For piecewise-linear g, slope s and intercept t between two kinks, x = (u - ct)/(ρ + cs) there, and u runs from
ρk + cg(k) at one kink k to the same at the next: relu with ρ = 1 gives g = relu(u)/(1 + c). For others x is what the
equation says; its derivative is (ρ + cH)⁻¹. With ρ = 1 and one c, g(x) is the gradient of the Moreau envelope
e(u) = L(x) + ½c|γ|².
"""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.checker.convexity import has_convex_lagrangian
from hopverify.derivation.document import SAME, Line, Mark, Section
from hopverify.derivation.formula import ONE, ZERO, Formula, Number, Symbol, expanded, formula, substituted
from hopverify.derivation.layer_section import between
from hopverify.derivation.names import I
from hopverify.derivation.network_sections import Network, per_neuron
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import Layer, LayerFunction, Model
from hopverify.networks.segments import segments

U = Symbol("u")
"""What drives a neuron, its bias included."""
ENVELOPE = Mark("e(u)", "e(u)")


@dataclass(frozen=True)
class Branch:
    """x and g(x) as functions of u between two values of u; None: unbounded."""

    lower: Formula | None
    upper: Formula | None
    state: Formula
    activation: Formula


def branches(function: LayerFunction, rho: Formula, c: Formula) -> tuple[Branch, ...] | None:
    """Return the solution of ρx + cg(x) = u piece by piece, None unless g is piecewise linear and non-decreasing."""
    parts = segments(function)
    if parts is None or any(part.slope < 0 for part in parts):
        return None
    found = []
    for part in parts:
        slope, intercept = formula(part.slope), formula(part.intercept)
        low, high = (None if end is None else rho * end + c * part.value(end) for end in (part.lower, part.upper))
        share = rho + c * slope
        # x = (u - ct)/(ρ + cs), hence g = sx + t = (su + ρt)/(ρ + cs).
        state, activation = U - c * intercept, slope * U + rho * intercept
        found.append(Branch(low, high, _over(state, share), _over(activation, share)))
    return tuple(found)


def _over(value: Formula, share: Formula) -> Formula:
    return expanded(value / share) if isinstance(share, Number) else value / share


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
            shown = [(branch, substituted(getattr(branch, part), {"u": u})) for branch in found]
            lines += [
                Line(left if k == 0 else SAME, value, between(branch, "u")) for k, (branch, value) in enumerate(shown)
            ]
        lines += _envelope(network, layer, found, rho, c)
    elif function.elementwise:
        h = network.called("h", layer, x)
        lines.append(Line(_derivative("x", layer), ONE / (rho + c * h)))
        lines.append(Line(_derivative("g", layer), h / (rho + c * h)))
    else:
        inverse = Mark("(ρ + c·H)⁻¹", r"(\rho + c H)^{-1}")
        lines.append(Line(Mark("∂x/∂u", r"\partial x/\partial u"), inverse))
        lines.append(Line(Mark("∂g/∂u", r"\partial g/\partial u"), (Mark("H·", "H "), inverse)))
    return Section(title, tuple(lines), (_note(found is not None),))


def rates_of(network: Network, layer: Layer) -> tuple[Formula, Formula]:
    """Return ρ and c of a layer: numbers, or symbols with an index where neurons differ."""
    c = network.model.inhibition.get(layer.name, (0,))
    return per_neuron(layer.leak, "rho", network, layer), per_neuron(c, "c", network, layer)


def _derivative(letter: str, layer: Layer) -> Mark:
    return Mark(f"∂{letter}_i/∂u_i", rf"\partial {letter}_i/\partial u_i")


def _envelope(network: Network, layer: Layer, found: tuple[Branch, ...], rho: Formula, c: Formula) -> list[Line]:
    """Return the Moreau envelope L(x) + cg²/2 of one neuron, piece by piece."""
    forms, parts = network.layers[layer.name], segments(layer.function) or ()
    cases = forms.cases
    if rho != ONE or c.has(I) or c == ZERO or len(cases) != len(parts) or any(case.potential is None for case in cases):
        return []
    ends = [tuple(None if end is None else formula(end) for end in (part.lower, part.upper)) for part in parts]
    if [(case.lower, case.upper) for case in cases] != ends:
        return []
    values = [
        expanded(substituted(case.potential, {"x": branch.state}) + c * branch.activation**2 / 2)
        for case, branch in zip(cases, found, strict=True)
        if case.potential is not None
    ]
    return [
        Line(ENVELOPE if k == 0 else SAME, value, between(branch, "u"))
        for k, (branch, value) in enumerate(zip(found, values, strict=True))
    ]


def _note(closed: bool) -> str:
    if closed:
        return "as L is convex, x is the one solution of rho*x + c*g(x) = u, given above piece by piece"
    return (
        "the resolvent of c*g: as L is convex, x is the one solution of rho*x + c*g(x) = u; it has no closed form "
        "here, but a derivative, given above"
    )
