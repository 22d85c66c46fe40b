"""derive(model): energy, vector field, Hessians, their null spaces and dE/dt, in closed form, for people.

    T ẋ = -∂S/∂g + b - ρ∘x,   E = Σ_l [ρ_l (x_l·g_l - L_l) - b_l·g_l] + Σ S(g),   dE/dt = -ẋᵀ T H ẋ   (T1, T2)

with ρ the leak. The last identity is stated only where it holds: the energy is the derived one, every bias is counted,
and every synapse's drive is minus the gradient of its energy. SymPy derived g and H of the catalogue's L, and -∂S/∂g of
each kind of synapse, when this version was made. It derives those of a user's own expressions here. The kernel, which
differentiates L itself, is asked whether it accepts g and H; what it does not accept is compared with automatic
differentiation in ball arithmetic before anything is returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hopverify.derivation.acceptance import accepted
from hopverify.derivation.altered_crosscheck import check_altered, check_resolvent
from hopverify.derivation.altered_section import altered_sections, obstacles
from hopverify.derivation.crosscheck import check_layer, check_rate
from hopverify.derivation.document import Section
from hopverify.derivation.formula import Symbol
from hopverify.derivation.layer_forms import LayerForms, layer_forms
from hopverify.derivation.layer_section import DELTA, layer_section
from hopverify.derivation.network_sections import Network, dynamics_section, energy_sections, rate_section
from hopverify.derivation.resolvent_section import is_settled, resolvent_sections
from hopverify.derivation.spin_sections import spin_sections
from hopverify.networks import Model, SpinModel, altered_system
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback

BOTH = ("g", "H")
ORIGIN = "Origin of the formulas"
"""The title of the section that says what was derived, accepted and compared."""


@dataclass(frozen=True, eq=False)
class Derivation:
    """What is derived of a model. ``obstacles`` are the reasons why dE/dt = -ẋᵀTHẋ is not claimed; none: it holds.

    ``accepted`` says of each layer which of ``g`` and ``H`` the kernel accepted. ``layer_points`` and ``rate_points``
    count the states at which other g and H, and dE/dt, were compared with automatic differentiation in ball arithmetic;
    ``altered_points`` do so for self-inhibition and altered systems.
    """

    name: str
    layers: Mapping[str, LayerForms]
    sections: tuple[Section, ...]
    obstacles: tuple[str, ...]
    accepted: Mapping[str, tuple[str, ...]]
    layer_points: Mapping[str, int]
    rate_points: int
    altered_points: Mapping[str, int]

    def to_text(self) -> str:
        """Return the derivation for a terminal."""
        return "\n\n".join([f"Derivation of {self.name}", *(section.to_text() for section in self.sections)])

    def to_latex(self) -> str:
        """Return the derivation as a LaTeX fragment: paragraphs with ``align*`` (package amsmath)."""
        return "\n\n".join(section.to_latex() for section in self.sections)

    def __str__(self) -> str:
        return self.to_text()


def derive(model: Model | SpinModel) -> Derivation:
    """Return the derivation; raise :class:`~hopverify.derivation.crosscheck.Disagreement` if a comparison fails."""
    if isinstance(model, SpinModel):
        return Derivation(model.name, {}, spin_sections(model), (), {}, {}, 0, {})
    layers = {name: layer_forms(layer) for name, layer in model.layers.items()}
    network = Network(model, layers)
    known = {name: accepted(forms) for name, forms in layers.items()}
    points = {name: check_layer(forms) for name, forms in layers.items() if known[name] != BOTH}
    rate_points = check_rate(model) if not network.obstacles and is_settled(model) else 0
    altered = altered_points(model)
    sections = (
        *(layer_section(forms) for forms in layers.values()),
        dynamics_section(network),
        *resolvent_sections(network),
        *energy_sections(network),
        rate_section(network),
        *altered_sections(network),
        _legend(model, layers),
        _origin(layers, known, points, rate_points, altered),
    )
    return Derivation(model.name, layers, sections, network.obstacles, known, points, rate_points, altered)


def altered_points(model: Model) -> dict[str, int]:
    """Compare what is derived of self-inhibition and of an altered system; return the points by what is compared."""
    inhibited = ((model.layers[name], c) for name, c in model.inhibition.items() if any(c) and is_settled(model))
    found = {f"x of layer {layer.name}, in closed form": check_resolvent(layer, c) for layer, c in inhibited}
    system = altered_system(model)
    if not isinstance(system, str) and not obstacles(system):
        found["V and its gradient"] = check_altered(system)
    return {what: count for what, count in found.items() if count}


def _legend(model: Model, layers: Mapping[str, LayerForms]) -> Section:
    """Say what the letters stand for."""
    notes: list[str | tuple[Any, ...]] = [
        "x states, g activations, L Lagrangians, H Hessians, b biases, n numbers of neurons",
        (DELTA, " is 1 for i = j and 0 otherwise; components are counted from 1 to n"),
    ]
    if any(forms.has_conjugate for forms in layers.values()):
        notes.append("L* convex conjugates: x*g - L as a function of y = g(x)")
    if any(isinstance(synapse, FeedforwardFeedback) for synapse in model.synapses.values()):
        notes.append("A feed-forward, B feedback weights; V the energy of the altered system, P its metric")
    if any(any(c) for c in model.inhibition.values()):
        notes.append("u drive and bias, c self-inhibition of an instantaneous layer")
    if len(model.layers) > 1:
        notes.append("what stands after an underscore is the name of the layer or the synapse")
    if any(len(set(layer.tau)) > 1 for layer in model.layers.values()):
        notes.append((Symbol("tau"), " time constants, T the diagonal matrix of them"))
    if any(len(set(layer.leak)) > 1 for layer in model.layers.values()):
        notes.append((Symbol("rho"), " leaks"))
    return Section("Symbols", (), tuple(notes))


def _origin(
    layers: Mapping[str, LayerForms],
    known: Mapping[str, tuple[str, ...]],
    points: Mapping[str, int],
    rate_points: int,
    altered: Mapping[str, int],
) -> Section:
    """Say what SymPy derived and the kernel accepted, and what was compared with numbers, at how many states."""
    notes = []
    for parts in (BOTH, BOTH[:1]):
        if names := [name for name in layers if known[name] == parts]:
            notes.append(f"{' and '.join(parts)} of {_listed(names)}: derived by SymPy, accepted by the kernel")
    for name, count in points.items():
        if not layers[name].missing:
            others = [part for part in _derived(layers[name]) if part not in known[name]]
            compared = f"compared with automatic differentiation at {count} point{'s' * (count > 1)}"
            what = f"{' and '.join(others)} of layer {name}"
            notes.append(
                f"{what}: derived by SymPy, not decided by the kernel, {compared if count else 'compared at no point'}"
            )
    if rate_points:
        notes.append(f"dE/dt: cross-checked in ball arithmetic at {rate_points} points")
    notes += [f"{what}: cross-checked with the model at {count} points" for what, count in altered.items()]
    return Section(ORIGIN, (), tuple(notes))


def _derived(forms: LayerForms) -> tuple[str, ...]:
    """Return which of g and H SymPy derived: the activation may be given, by the spec or by the catalogue."""
    is_given = forms.layer.function.potential is None or (forms.whole is not None and not forms.whole.closed)
    return ("H",) if is_given else BOTH


def _listed(names: Sequence[str]) -> str:
    return f"layer {names[0]}" if len(names) == 1 else f"layers {', '.join(names[:-1])} and {names[-1]}"
