"""Basin cells (T9): around each stored pattern a box of states that lies in the basin of one equilibrium.

Concerns elementwise layers with symmetric weights, of thousands of neurons: a cell costs one product with W and one
verified factorisation. A cell may be half-infinite where a neuron is dead or saturated.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checks import FACTORISATION, FLOATING_POINT, Check, Claim, ParameterError, at_instantaneous_values
from hopverify.model import Memory, Model
from hopverify.model.structured import StructuredNetwork, structured_network
from hopverify.obligations import BasinCells
from hopverify.registry import did_you_mean
from hopverify.spec import Field, FieldKind

_STATEMENT = "stored patterns have cells in the basin of one equilibrium each"


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    named = values["memory"]
    if named is not None and named not in model.memories:
        raise ParameterError("memory", f"no memory is called {named!r}{did_you_mean(named, list(model.memories))}")
    chosen = [memory for name, memory in model.memories.items() if named in (None, name)]
    if not chosen:
        return [Claim(model.name, _STATEMENT, inapplicable="the model has no memories: name states under `memories`")]
    network = structured_network(model)
    said = _outside(model, network)
    if network is None or said is not None:
        return [Claim(memory.name, _STATEMENT, inapplicable=said) for memory in chosen]
    return [_claim(model, network, memory, values) for memory in chosen]


def _outside(model: Model, network: StructuredNetwork | None) -> str | None:
    """Return why the theorem does not concern the model, or None."""
    if network is None:
        return "needs dense, diagonal or Hebbian synapses"
    if not all(layer.function.elementwise for layer in network.layers):
        return "needs elementwise layers"
    if not all(rate > 0 for rate in network.leak()) or not network.is_symmetric:
        return "needs symmetric weights and a positive leak"
    return None


def _claim(model: Model, network: StructuredNetwork, memory: Memory, values: Mapping[str, Any]) -> Claim:
    layer = model.layers[memory.layer]
    if layer.instantaneous:
        said = f"layer {memory.layer} is instantaneous (tau: 0): name a memory of a layer with a state of its own"
        return Claim(memory.name, _STATEMENT, inapplicable=said)
    obligation = _obligation(model, network, memory, values)
    if obligation.flips > layer.size:
        raise ParameterError("flips", f"the layer has {layer.size} neurons only")
    assumptions = (*at_instantaneous_values(model.layers.values()), FLOATING_POINT, FACTORISATION)
    return Claim(memory.name, obligation.statement, necessary=(obligation,), assumptions=assumptions)


def _obligation(model: Model, network: StructuredNetwork, memory: Memory, values: Mapping[str, Any]) -> BasinCells:
    count = memory.patterns.shape[0]
    names = memory.labels or ("",) * count
    labels = tuple(f"{memory.name}[{k}]" + (f" ({name})" if name else "") for k, name in enumerate(names))
    at_least = count if values["at_least"] is None else min(values["at_least"], count)
    return BasinCells(model, network, memory.name, memory.patterns, memory.layer, labels, at_least, values["flips"])


CHECK = Check(
    name="basin_cells",
    title="Patterns have basin cells",
    theory="T9",
    explanation=(
        "A cell is a box of states, half-infinite where a neuron may be dead or saturated. If the targets "
        "(Wγ + b)/ρ of all activations on the cell lie in it, no solution leaves it; if moreover diag(ρ/h̄) - W ≻ 0 "
        "with the steepest slopes h̄ on the cell, it holds exactly one equilibrium, which attracts all of it. Cells are "
        "grown neuron by neuron from the equilibrium beside each pattern. `flips` counts how many neurons may be moved "
        "anywhere, whichever they are, without leaving the basin. A pattern without a cell is unknown, not refuted."
    ),
    claims=_claims,
    order=160,
    parameters=(
        Field("memory", FieldKind.TEXT, "the name of a memory; all of them unless stated", default=None),
        Field(
            "at_least",
            FieldKind.INTEGER,
            "how many patterns must have a cell; all of them unless stated",
            default=None,
            minimum=Fraction(0),
        ),
        Field(
            "flips",
            FieldKind.INTEGER,
            "how many neurons, whichever they are, each cell must allow to be moved anywhere",
            default=0,
            minimum=Fraction(0),
        ),
    ),
    diagnostic=True,
)
