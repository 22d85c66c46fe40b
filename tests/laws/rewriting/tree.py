"""A spec as a tree in which everything is written out: arrays in place, one entry for each neuron, checks by name."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from hopverify.checks import requested
from hopverify.spec import FieldKind, ModelSpec, parse_spec, read_fields, read_spec
from hopverify.strategies.spelling import spelled, written
from hopverify.synapses import SYNAPSES

Tree = dict[str, Any]
Matrix = Any

ORIGINAL = "original.yaml"


@dataclass
class Rewritten:
    """A rewritten spec, and how its numbers follow from those of the spec that it rewrites.

    ``names`` holds the new name of each layer, ``maps`` the matrix that takes the layer's old state to its new one;
    the energy and all times are so many times as large.
    """

    tree: Tree
    names: dict[str, str] = field(default_factory=dict)
    maps: dict[str, Matrix] = field(default_factory=dict)
    energy: Fraction = Fraction(1)
    time: Fraction = Fraction(1)


def explicit(spec: ModelSpec) -> Tree:
    """Return what a spec says with nothing left to a default that a rewriting has to change."""
    layers = {name: _layer(layer) for name, layer in spec.layers.items()}
    layers |= {
        name: {
            "size": layer.size,
            "states": "spins",
            "bias": layer.bias.fractions().copy(),
            "bias_in_energy": layer.bias_in_energy,
        }
        for name, layer in spec.spins.items()
    }
    tree: Tree = {
        "name": spec.name,
        "layers": layers,
        "synapses": {name: _synapse(spec, synapse) for name, synapse in spec.synapses.items()},
        "memories": {
            name: {"layer": memory.layer, "patterns": memory.patterns.fractions().copy()}
            for name, memory in spec.memories.items()
        },
        "arrays": {name: array.fractions().copy() for name, array in spec.arrays.items()},
    }
    if spec.update is not None:
        tree["update"] = {"order": spec.update.order, "rule": spec.update.rule}
    if spec.energy is not None:
        tree["energy"] = spec.energy
    if spec.original is not None:
        tree["original"] = explicit(spec.original)
    return tree | {"checks": _checks(spec)}


def _layer(layer: Any) -> Tree:
    function = layer.function
    if function.name is not None:
        said: Any = {function.name: {key: _plain(value) for key, value in function.parameters.items()}}
    else:
        said = {"expression": list(function.expressions) if function.expressions else function.expression}
        if function.scope != "auto":
            said["of"] = function.scope
    tau = list(layer.tau) * (layer.size // len(layer.tau))
    made = {
        "size": layer.size,
        function.role: said,
        "bias": layer.bias.fractions().copy(),
        "tau": Fraction(0) if layer.tau == (0,) else tau,
        "leak": list(layer.leak) * (layer.size // len(layer.leak)),
        "bias_in_energy": layer.bias_in_energy,
    }
    return made | ({"shape": list(layer.shape)} if layer.shape is not None else {})


def _plain(value: Any) -> Any:
    return [Fraction(item) for item in value] if isinstance(value, list | tuple) else Fraction(value)


def _synapse(spec: ModelSpec, synapse: Any) -> Tree:
    fields = SYNAPSES[synapse.kind].fields
    values = read_fields(spec, fields, synapse.values, synapse.path)
    sizes = {name: layer.size for name, layer in [*spec.layers.items(), *spec.spins.items()]}
    made: Tree = {"kind": synapse.kind, "layers": list(synapse.layers)}
    made["widths"] = [sizes[layer] for layer in synapse.layers]
    for entry in fields:
        value = values[entry.name]
        if value is None or entry.name not in synapse.values:
            continue
        if entry.kind is FieldKind.ARRAY:
            made[entry.name] = value.fractions().copy()
            if value.spread is not None:
                made["spread"] = value.spread
        else:
            made[entry.name] = list(value) if entry.kind is FieldKind.NUMBERS else value
    return made


def _checks(spec: ModelSpec) -> list[tuple[str, dict[str, Any]]]:
    """Return the checks that the spec asks for, which may be all, with the parameters it gives."""
    return [
        (check.name, {key: value for key, value in values.items() if value is not None})
        for check, values, _ in requested(spec)
    ]


def copied(tree: Tree) -> Tree:
    return copy.deepcopy(tree)


def text_of(tree: Tree) -> str:
    """Return a tree as the text of a spec."""
    document: Tree = {"hopverify": 1}
    for key, value in tree.items():
        if key == "synapses":
            document[key] = {name: _told(synapse) for name, synapse in value.items()}
        elif key == "checks":
            document[key] = [{name: _spelled(given)} if given else name for name, given in value]
        elif key == "original":
            document[key] = ORIGINAL
        elif key not in ("memories", "arrays") or value:
            document[key] = _spelled(value)
    return written(document)


def _told(synapse: Tree) -> Tree:
    spread = synapse.get("spread")
    told = {key: _spelled(value) for key, value in synapse.items() if key not in ("spread", "widths")}
    if spread is not None:
        told["weights"] = {"values": told["weights"], "tolerance": spelled(spread.absolute)}
    return told


def _spelled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _spelled(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return spelled(value.tolist())
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    return spelled(value) if isinstance(value, int | Fraction) and not isinstance(value, bool) else value


def spec_of(tree: Tree, folder: Path) -> ModelSpec:
    """Return the spec of a tree; the folder holds it if it names an original."""
    if "original" not in tree:
        return parse_spec(text_of(tree))
    (folder / ORIGINAL).write_text(text_of(tree["original"]), encoding="utf-8")
    (folder / "spec.yaml").write_text(text_of(tree), encoding="utf-8")
    return read_spec(folder / "spec.yaml")


def renamed_in(text: str, names: Mapping[str, str]) -> str:
    """Return an expression with other words in the place of some names."""
    if not names:
        return text
    pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.sub(rf"(?<![\w.])(?:{pattern})(?![\w(])", lambda match: names[match.group()], text)
