"""The text of the spec that a PyTorch program becomes, and the files of its arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hopverify.interop.entries import array_entry, bias_entry, synapse_entry
from hopverify.interop.imported import Imported, spec_text, stem_of
from hopverify.interop.torch.reading import Read
from hopverify.interop.tracing.structure import Structure
from hopverify.reporting.plain import plain

RETURNS = {
    "energy": "the flow is minus the gradient of the energy",
    "flow": "the flow is what the program returns",
    "update": "the flow is the update minus the state, so that a step of length 1 is the update",
}
DECIMALS = "numbers in the text of the program are the simplest ones that round to them; arrays are what they are"
EXACT = "numbers are those that the program computes with, exactly"


@dataclass
class Wanted:
    """What the person said of the spec."""

    name: str
    returns: str
    decimals: bool
    checks: Sequence[Any] | str | None
    expect: Mapping[str, str] | None


def document(read: Read, wanted: Wanted) -> Imported:
    """Return the spec of what was read."""
    name = plain(wanted.name).strip() or "energy"
    stem, files = stem_of(name), dict[str, bytes]()
    structure = read.structure
    layers: dict[str, Any] = {}
    for argument in read.arguments:
        for layer in argument.layers:
            layers[layer] = _layer(layer, argument.size, structure, stem, files)
    for hidden in structure.hidden:
        entry: dict[str, Any] = {"size": hidden.size, **hidden.act, "tau": 0}
        if hidden.bias is not None:
            entry["bias"] = bias_entry(hidden.bias, f"{stem}-{hidden.name}-bias.npy", files)
        layers[hidden.name] = entry
    synapses, arrays = {}, dict[str, Any]()
    for key, part in structure.synapses.items():
        synapses[key] = synapse_entry(part, f"{stem}-{key}.npy", files)
        arrays.update({each: array_entry(v, f"{stem}-{each}.npy", files) for each, v in part.named.items()})
    notes = [DECIMALS if wanted.decimals else EXACT, *read.notes]
    notes += [f"{argument.name}: each row is a layer" for argument in read.arguments if len(argument.layers) > 1]
    if structure.constant:
        notes.append(f"the constant {structure.constant:.9g} of the energy is left out")
    granted = (
        f" Taken for granted, as it is compared and not proved: {'; '.join(read.assumed)}." if read.assumed else ""
    )
    text = spec_text(
        name=name,
        description=plain(f"Imported from PyTorch: {RETURNS[wanted.returns]}.{granted}"),
        references=[],
        sections={"layers": layers, "synapses": synapses, "arrays": arrays},
        checks="all" if wanted.checks is None else wanted.checks,
        expect=wanted.expect,
        comment="\n".join(plain(note) for note in notes),
    )
    return Imported(stem, text, files, tuple(notes))


def _layer(layer: str, size: int, structure: Structure, stem: str, files: dict[str, bytes]) -> dict[str, Any]:
    """Return the entry of a layer whose activation is its state."""
    leak = structure.leaks.get(layer)
    entry: dict[str, Any] = {"size": size, **structure.acts.get(layer, {"lagrangian": "identity"})}
    entry["leak"] = False if leak is None else bias_entry(leak, f"{stem}-{layer}-leak.npy", files)
    if layer in structure.biases:
        entry["bias"] = bias_entry(structure.biases[layer], f"{stem}-{layer}-bias.npy", files)
    return entry
