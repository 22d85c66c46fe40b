"""Basin cells (T9, M4): each pattern is retrieved, from a box of states that lies in the basin of its own equilibrium.

Concerns elementwise layers with symmetric weights, of thousands of neurons: a cell costs one product with W and one
verified factorisation. A cell may be half-infinite where a neuron is dead or saturated. Smaller networks may have any
weights, and layers that act as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checks import Check, Claim, ParameterError, at_instantaneous_values, where_definiteness_decides
from hopverify.checks._stored import ERRORS, SPREAD, at_least_field, errors_of, labels_of, wanted
from hopverify.networks import Layer, Memory, Model
from hopverify.networks.linear import MAX_NEURONS, MAX_WITH_WHOLE_LAYERS, obstacles
from hopverify.networks.structured import StructuredNetwork, structured_network
from hopverify.obligations import BasinCells
from hopverify.registry import did_you_mean
from hopverify.spec import Field, FieldKind

KNOWN = ("softmax", "ghostmax", "sparsemax", "entmax", "layernorm", "spherical")
"""Layers that act as a whole and are known to be as steep as some number at most."""

_STATEMENT = "patterns are retrieved from cells of states, each in the basin of the pattern's own equilibrium"


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    named = values["memory"]
    if named is not None and named not in model.memories:
        raise ParameterError("memory", f"no memory is called {named!r}{did_you_mean(named, list(model.memories))}")
    chosen = [memory for name, memory in model.memories.items() if named in (None, name)]
    if not chosen:
        return [Claim(model.name, _STATEMENT, inapplicable="the model has no memories: name states under `memories`")]
    network, said = structured_network(model), _outside(model)
    if said is not None:
        return [Claim(memory.name, _STATEMENT, inapplicable=said) for memory in chosen]
    return [_claim(model, network, memory, values) for memory in chosen]


def _outside(model: Model) -> str | None:
    """Return why the theorem does not concern the model, or None."""
    network, layers = structured_network(model), model.layers.values()
    if any(rate == 0 for layer in layers for rate in layer.leak):
        return "needs a positive leak"
    if model.inhibition:
        return f"layer {', '.join(model.inhibition)} is instantaneous, and inhibits itself"
    unknown = [layer.name for layer in layers if not layer.function.elementwise and not _is_known(layer)]
    if unknown:
        return f"layer {', '.join(unknown)} is not elementwise, and none of {', '.join(KNOWN)} with one time constant"
    if network is not None and network.is_symmetric and all(layer.function.elementwise for layer in layers):
        return None
    held = obstacles(model)
    return f"beyond elementwise layers with symmetric weights: {held[0]}" if held else None


def _is_known(layer: Layer) -> bool:
    return layer.function.name in KNOWN and layer.uniform_tau


def _claim(model: Model, network: StructuredNetwork | None, memory: Memory, values: Mapping[str, Any]) -> Claim:
    layer = model.layers[memory.layer]
    if layer.instantaneous:
        said = f"layer {memory.layer} is instantaneous (tau: 0): name a memory of a layer with a state of its own"
        return Claim(memory.name, _STATEMENT, inapplicable=said)
    if memory.patterns.spread is not None:
        return Claim(memory.name, _STATEMENT, inapplicable=SPREAD)
    obligation = _obligation(model, network, memory, values)
    if obligation.flips > layer.size:
        raise ParameterError("flips", f"the layer has {layer.size} neurons only")
    assumptions = (*at_instantaneous_values(model.layers.values()), *where_definiteness_decides(model))
    return Claim(memory.name, obligation.statement, necessary=(obligation,), assumptions=assumptions)


def _obligation(
    model: Model, network: StructuredNetwork | None, memory: Memory, values: Mapping[str, Any]
) -> BasinCells:
    labels, patterns = labels_of(memory), memory.patterns
    at_least = wanted(values["at_least"], len(labels), memory.name)
    errors = errors_of(values, patterns)
    return BasinCells(model, network, memory.name, patterns, memory.layer, labels, at_least, values["flips"], errors)


CHECK = Check(
    name="basin_cells",
    title="As many patterns as required are retrieved from basin cells",
    refuted="Fewer patterns are retrieved than required",
    theory="T9, M4",
    explanation=(
        "A cell is a box of states, half-infinite where a neuron may be dead or saturated. If the targets "
        "(Wγ + b)/ρ of all activations on the cell lie in it, no solution leaves it. If also sym(D(diag(ρ/h̄) - W)) ≻ 0 "
        "with the steepest slopes h̄ on the cell and some diagonal D > 0 (D = 1 for symmetric W), it holds exactly one "
        "equilibrium, which attracts all of it. A pattern "
        "is retrieved if it lies in its cell, and the activation of the equilibrium there is nearer to the pattern's "
        "than half the distance from there to any other pattern's and to that of the layer without synapses, with its "
        "signs: no two patterns then have one equilibrium. Where one equilibrium attracts everything, the whole space "
        "is its cell. With `flips` = k, any k neurons of a pattern may be moved "
        "anywhere, and the state stays in the basin. The report says what the other patterns lack. A fail lists all "
        "equilibria; too few patterns have one of their own."
    ),
    premises=(
        "a memory; linear drives; leaks > 0; elementwise layers, or softmax, ghostmax, sparsemax, entmax, layer norm "
        "and spherical ones with one time constant"
    ),
    sizes={
        "": (
            "elementwise layers of thousands of neurons with symmetric weights of dense, diagonal or Hebbian synapses; "
            f"{MAX_NEURONS} neurons with other weights, {MAX_WITH_WHOLE_LAYERS} if a layer is not elementwise"
        ),
    },
    claims=_claims,
    order=160,
    parameters=(
        Field("memory", FieldKind.TEXT, "the name of a memory; all of them by default", default=None),
        at_least_field("must be retrieved"),
        ERRORS,
        Field(
            "flips",
            FieldKind.INTEGER,
            "k: any k neurons of each pattern may be moved anywhere",
            default=0,
            minimum=Fraction(0),
        ),
    ),
    diagnostic=True,
)
