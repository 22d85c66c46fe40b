"""Layers of spins (±1) in a spec, and how they are updated; what such a spec may not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hopverify.spec.advice import advice
from hopverify.spec.numbers import shown

if TYPE_CHECKING:
    from hopverify.spec.exact_array import ExactArray
    from hopverify.spec.schema import DocumentModel, LayerModel

STATES = "spins"
ORDERS, RULES = ("asynchronous", "synchronous"), ("drive", "energy")


@dataclass(frozen=True)
class SpinLayerSpec:
    """A layer of ``size`` neurons whose states are ±1; ``bias`` has one entry for each neuron."""

    name: str
    size: int
    shape: tuple[int, ...] | None
    bias: ExactArray
    bias_in_energy: bool
    path: str


@dataclass(frozen=True)
class UpdateSpec:
    """Which neurons are set at once (one, in any order, or all), and to what: the sign of the drive, or lower E."""

    order: Literal["asynchronous", "synchronous"]
    rule: Literal["drive", "energy"]


def update_of(value: Any) -> UpdateSpec:
    """Return the update that a spec describes, or raise :class:`ValueError`.

    >>> update_of("synchronous")
    UpdateSpec(order='synchronous', rule='drive')
    """
    given = {"order": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or "order" not in given:
        raise ValueError(f"must be {' or '.join(ORDERS)}, or a mapping with the key 'order', got {shown(value)}")
    for key in given:
        if key not in ("order", "rule"):
            raise ValueError(f"unknown key {key!r}{advice(key, ['order', 'rule'])}")
    order, rule = given["order"], given.get("rule", RULES[0])
    for word, known in ((order, ORDERS), (rule, RULES)):
        if not isinstance(word, str) or word not in known:
            near = advice(word, known, list_all=False) if isinstance(word, str) else ""
            raise ValueError(f"must be {' or '.join(known)}, got {shown(word)}{near}")
    return UpdateSpec(order, rule)


def misfits(model: DocumentModel) -> Iterator[tuple[str, str]]:
    """Yield what does not go together in a spec with spins, or in one with an update: (path, what is wrong)."""
    spins = [name for name, layer in model.layers.items() if layer.states is not None]
    if not spins:
        if model.update is not None:
            yield "update", "only layers with `states: spins` are updated; without them the states follow a flow"
        return
    others = [name for name in model.layers if name not in spins]
    if others:
        yield f"layers.{others[0]}", "a model with a layer of spins has no others: give this one `states: spins` too"
    if model.update is None:
        said = "are missing the key 'update', which says how spins are set: asynchronous (one at a time) or synchronous"
        yield "layers", f"layers of spins {said}"
    for key, held in (("energy", model.energy), ("original", model.original)):
        if held is not None:
            yield key, "a model of spins has no such key: its energy is S - b·s, and it repairs nothing"
    for name in spins:
        yield from _misplaced(f"layers.{name}", model.layers[name])


def _misplaced(path: str, layer: LayerModel) -> Iterator[tuple[str, str]]:
    for key in ("lagrangian", "activation", "tau", "leak", "copies"):
        if key in layer.model_fields_set:
            yield f"{path}.{key}", "a layer of spins has no such key: its states are ±1 and are their own activations"


SCHEMA: Mapping[str, Any] = {
    "anyOf": [
        {"enum": list(ORDERS)},
        {
            "type": "object",
            "properties": {"order": {"enum": list(ORDERS)}, "rule": {"enum": list(RULES)}},
            "required": ["order"],
            "additionalProperties": False,
        },
    ]
}
"""The JSON Schema of an update."""
