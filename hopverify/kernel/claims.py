"""Claims: the statements about a core that the kernel decides, as JSON objects (docs/claims.md).

A claim says all that a reader is shown, in exact numbers. Many claims have an opposite: no core has both. Where an
array of a core is known up to a spread, a claim is about every core that is meant, its opposite about some of them.

>>> str(read({"claim": "convex", "layer": "x"}, "here"))
'the Lagrangian of layer x is convex'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hopverify.kernel.json_values import canonical
from hopverify.kernel.numbers import need, shown


@dataclass(frozen=True)
class Form:
    """The fields of a claim beside its name, and its sentence, in which fields stand in braces."""

    fields: tuple[str, ...]
    sentence: str
    opposite: str | None = None
    optional: tuple[str, ...] = ()


FORMS: Mapping[str, Form] = {
    "symmetric": Form(("matrix",), "{matrix} is a symmetric matrix", "not symmetric"),
    "not symmetric": Form(
        ("matrix", "pair", "values", "unequal_pairs"),
        "{matrix} is not symmetric: its entries at {pair} and mirrored are {values}",
        "symmetric",
        ("symmetrisable", "symmetriser", "cycle"),
    ),
    "compatible times": Form(
        ("layer", "because"),
        "the time constants T of layer {layer} keep vᵀTH(x)v ≥ 0 wherever H(x) ⪰ 0: {because}",
        "incompatible times",
    ),
    "incompatible times": Form(
        ("layer", "state", "direction", "curvature"),
        "the Lagrangian of layer {layer} is convex, but at x = {state} and v = {direction}, vᵀTH(x)v ≤ {curvature} < 0",
        "compatible times",
    ),
    "convex": Form(("layer",), "the Lagrangian of layer {layer} is convex", "not convex"),
    "not convex": Form(
        ("layer", "state", "direction", "curvature"),
        "the Lagrangian of layer {layer} is not convex: at x = {state} and d = {direction}, dᵀH(x)d ≤ {curvature} < 0",
        "convex",
    ),
    "Lipschitz activation": Form(("layer",), "the activation of layer {layer} is locally Lipschitz"),
    "Lipschitz drive": Form(("synapse",), "the drive of synapse {synapse} is locally Lipschitz"),
    "gradient of L": Form(("layer",), "the activation of layer {layer} is the gradient of its Lagrangian"),
    "gradient activation": Form(
        ("layer", "because"), "the activation of layer {layer} is a gradient: {because}", "no gradient activation"
    ),
    "no gradient activation": Form(
        ("layer", "state", "i", "j", "apart"),
        "the activation of layer {layer} is no gradient: at x = {state}, |∂g_i/∂x_j - ∂g_j/∂x_i| ≥ {apart} > 0 for "
        "i = {i}, j = {j}",
        "gradient activation",
    ),
    "gradient drive": Form(
        ("synapse",), "the drive of synapse {synapse} is minus the gradient of its energy", "no gradient drive"
    ),
    "no gradient drive": Form(
        ("synapse", "layer", "index", "activations", "apart"),
        "the drive of synapse {synapse} is not minus the gradient of its energy: at the activations {activations} they "
        "differ by at least {apart} > 0 at neuron {index} of layer {layer}",
        "gradient drive",
    ),
    "derived energy": Form(
        (), "the energy is the one derived from the dynamics, every bias counted", "another energy", ("factor",)
    ),
    "another energy": Form(
        ("because",), "the energy is not the one derived from the dynamics: {because}", "derived energy", ("states",)
    ),
    "constant on no segment": Form(
        ("layer", "kind"),
        "the activation of layer {layer} is constant on no segment of states: it is {kind}",
        "constant on a segment",
        ("at",),
    ),
    "constant on a segment": Form(
        ("layer", "kind"),
        "the activation of layer {layer} is constant on a segment of states: it is {kind}",
        "constant on no segment",
        ("intervals", "unbounded", "neuron_states", "states"),
    ),
    "stability": Form(
        ("equilibria", "all"),
        "of each listed equilibrium it is shown whether it is stable, or told to be undecided",
        optional=("region",),
    ),
    "undetermined states": Form(
        ("equilibria", "all"),
        "of each listed equilibrium it is told what its activation, and so the energy, leaves open",
        optional=("region",),
    ),
    "flat regions": Form(
        ("equilibria", "all", "in_basins"),
        "the flat region around each listed equilibrium is told, and whether all of it lies in the basin",
        optional=("region",),
    ),
    "stored patterns": Form(
        ("memory", "errors", "at_least", "patterns"),
        "at least {at_least} patterns of {memory}, or all of them, are stored: each has an asymptotically stable "
        "equilibrium of its own, with at most {errors} wrong signs",
        "too few stored patterns",
    ),
    "retrieved patterns": Form(
        ("memory", "errors", "flips", "at_least", "patterns"),
        "at least {at_least} patterns of {memory}, or all of them, are retrieved: each lies in the basin of an "
        "asymptotically stable equilibrium of its own, with at most {errors} wrong signs, even if any {flips} neurons "
        "are moved anywhere",
        "too few stored patterns",
        ("basin",),
    ),
    "too few stored patterns": Form(
        ("memory", "errors", "at_least", "equilibria", "most"),
        "of all {equilibria} equilibria those that may be stable are the own ones of at most {most} patterns of "
        "{memory}, which are fewer than {at_least}, and not all",
        "stored patterns",
    ),
    "descent": Form((), "dE/dt ≤ 0 along the flow, from every state", "ascent"),
    "ascent": Form(
        ("state", "rate"),
        "the energy rises: dE/dt ≥ {rate} > 0 at {state}",
        "descent",
        ("step", "rise"),
    ),
    "altered descent": Form(
        (),
        "the energy V of the altered system falls along the flow, wherever the state moves",
        "no altered metric",
        ("metric",),
    ),
    "altered flatness": Form(
        (), "the energy V of the altered system is critical at the equilibria only", "no altered metric", ("metric",)
    ),
    "no altered metric": Form(
        ("because",),
        "the altered system has no such energy: {because}",
        "altered descent",
        ("pair", "values", "direction", "value"),
    ),
    "same equilibria": Form(
        (), "the equilibria are those of the original, one to one", optional=("factors", "eliminated")
    ),
    "reduced equilibria": Form((), "the equilibria are those of the network without the slow layer, one to one"),
    "same stability": Form(
        (), "where the activations are differentiable, an equilibrium is linearly stable in both networks, or neither"
    ),
    "weakly convex": Form(
        ("layer", "modulus"), "the Lagrangian L of layer {layer} makes L + ½·{modulus}·|x|² convex"
    ),
    "step descent": Form(
        ("energy", "up_to"),
        "no Euler step x + hẋ up to h = {up_to} (null: of any length) raises {energy}, from any state",
        optional=("alpha", "longer"),
    ),
    "step ascent": Form(
        ("energy", "state"),
        "an Euler step x + hẋ no longer than stated, or every short enough one, raises {energy} from {state}",
        optional=("within", "step", "rise", "rate"),
    ),
    "local step descent": Form(
        ("energy", "up_to", "region", "below"),
        "no Euler step x + hẋ up to h = {up_to} (null: of any length) raises {energy} from a state in {region} (null: "
        "any) with {energy} ≤ {below}; or, where this is null, one that ends in the region",
        optional=("alpha", "longer"),
    ),
    "local step ascent": Form(
        ("energy", "state", "region", "below"),
        "an Euler step x + hẋ no longer than stated, or every short enough one, raises {energy} from {state}, in "
        "{region} (null: anywhere) with {energy} ≤ {below}; or, where this is null, and ends in the region",
        optional=("within", "step", "rise", "rate"),
    ),
    "equilibria": Form(
        ("region", "equilibria"),
        "every equilibrium in {region} is one of {equilibria}, each of which is one, and no two are the same",
    ),
    "some equilibria": Form(("equilibria",), "each of {equilibria} is an equilibrium, and no two are the same"),
    "bounded solutions": Form((), "every solution is bounded", "unbounded solutions", ("box",)),
    "global stability": Form(
        (), "there is exactly one equilibrium, and every solution converges to it", "no global stability", ("x",)
    ),
    "no global stability": Form(
        (), "no equilibrium attracts every solution", "global stability", ("equilibria",)
    ),
    "at most one equilibrium": Form((), "there is at most one equilibrium"),
    "unbounded solutions": Form(
        (),
        "some solution is unbounded",
        "bounded solutions",
        ("layer", "neuron", "drive", "drift", "rate", "ray", "coefficient"),
    ),
    "energy bounded below": Form(
        ("lower_bound", "confines"),
        "the energy is at least {lower_bound} at all states",
        "energy unbounded below",
    ),
    "energy unbounded below": Form(
        ("ray", "degree", "coefficient"),
        "the energy has no lower bound: at t·{ray} it grows like {coefficient}·t^{degree}",
        "energy bounded below",
    ),
    "no ghost regions": Form((), "each flat region on which ∇E = 0 holds an equilibrium", "ghost regions"),
    "ghost regions": Form(
        (),
        "the energy has ghost regions: flat, with ∇E = 0, and without an equilibrium",
        "no ghost regions",
        ("ghosts", "count", "neurons", "segment", "target", "activation"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """A statement about a core: its name and its fields, JSON values."""

    name: str
    fields: Mapping[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.fields[field]

    def says(self, name: str, **fields: Any) -> bool:
        """Return whether the claim has this name and, among others, these fields."""
        held = {field: self.fields.get(field) for field in fields}
        return self.name == name and canonical(held) == canonical(fields)

    def __str__(self) -> str:
        return FORMS[self.name].sentence.format_map({field: _text(value) for field, value in self.fields.items()})


def read(document: Any, where: str) -> Claim:
    """Return the claim that a JSON value states."""
    need(isinstance(document, dict), where, f"expected an object, got {shown(document)}")
    name = document.get("claim")
    need(isinstance(name, str) and name in FORMS, where, f"no claim is called {shown(name)}")
    form, fields = FORMS[name], {key: value for key, value in document.items() if key != "claim"}
    missing, extra = set(form.fields) - set(fields), set(fields) - {*form.fields, *form.optional}
    need(not missing, where, f"the claim {name!r} lacks {shown(sorted(missing))}")
    need(not extra, where, f"the claim {name!r} has no {shown(sorted(extra))}")
    return Claim(name, fields)


def _text(value: Any) -> str:
    """Return a field as a sentence shows it; a name with a line break, or what else cannot be seen, with escapes."""
    if isinstance(value, list) and len(value) == 2 and value[0] == "array":
        value = value[1]
    return value if isinstance(value, str) and value.isprintable() else canonical(value)
