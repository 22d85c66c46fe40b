"""The text of the spec that a HAM becomes, and the files of its arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.interop.entries import array_entry, bias_entry, synapse_entry
from hopverify.interop.hamux.reading import Port, Read
from hopverify.interop.imported import Imported, spec_text, stem_of
from hopverify.lagrangians import LAGRANGIANS
from hopverify.reporting.plain import plain

REFERENCE = "arXiv:2507.06211"
CONVENTION = (
    "Its conventions are kept: no time constants, no 1/2 on a connection of a layer with itself, a bias is -b·g, the"
    " drive -dS/dg; a step is x <- x - alpha dE/dg"
)
EXACT = "numbers of float32 are the dyadic rationals that they are"
DECIMALS = "numbers in the text of the program are the simplest ones that round to them; arrays are what they are"
WITH_STEP = ("lagrangian_convexity", "energy_descent", "energy_flatness", "energy_bounded_below")


@dataclass(frozen=True)
class Wanted:
    """What the person said of the spec: its name, α, the checks and what is expected of them."""

    name: str
    step: Fraction | None = None
    checks: Sequence[Any] | str | None = None
    expect: Mapping[str, str] | None = None
    decimals: bool = False


def document(read: Read, wanted: Wanted) -> Imported:
    """Return the spec of what was read."""
    name = plain(wanted.name).strip() or "hamux"
    stem, files = stem_of(name), dict[str, bytes]()
    arrays: dict[str, Any] = {}
    synapses: dict[str, Any] = {}
    biases: dict[str, Any] = {}
    for connection, interaction in read.interactions:
        for layer, bias in interaction.biases.items():
            biases[layer] = biases.get(layer, 0) + bias
        for part in interaction.parts:
            key = connection if connection not in synapses else read.names.of(connection)
            synapses[key] = synapse_entry(part, f"{stem}-{key}.npy", files)
            arrays.update({each: array_entry(v, f"{stem}-{each}.npy", files) for each, v in part.named.items()})
    layers = {port.name: _layer(port, read, biases.get(port.name), stem, files) for port in read.ports.values()}
    notes = _notes(read, wanted)
    text = spec_text(
        name=name,
        description=plain(" ".join([f"Imported from HAMUX. {CONVENTION}.", *_assumptions(read)])),
        references=[REFERENCE],
        sections={"layers": layers, "synapses": synapses, "arrays": arrays},
        checks=_checks(wanted),
        expect=_expectations(read, wanted),
        comment="\n".join(plain(note) for note in notes),
    )
    return Imported(stem, text, files, tuple(notes), {name: order.tolist() for name, order in read.orders.items()})


def _assumptions(read: Read) -> list[str]:
    """Return a sentence on what every verdict takes for granted of the program; none where all is read or proved."""
    return [f"Taken for granted, as it is compared and not proved: {'; '.join(read.assumed)}."] if read.assumed else []


def _notes(read: Read, wanted: Wanted) -> list[str]:
    notes = [DECIMALS if wanted.decimals else EXACT, *read.notes]
    for port in read.ports.values():
        if port.name in read.orders:
            shape = " × ".join(map(str, read.shapes[port.name]))
            notes.append(f"layer {port.name!r} stands with its channels first ({shape}), HAMUX has {port.shape}")
    renamed = {key: port.name for key, port in read.ports.items() if str(key) != port.name}
    notes += [f"layer {key!r} is called {name!r}" for key, name in renamed.items()]
    return notes


def _layer(port: Port, read: Read, bias: Any, stem: str, files: dict[str, bytes]) -> dict[str, Any]:
    shape = read.shapes.get(port.name, port.shape)
    entry: dict[str, Any] = {"size": port.size}
    if len(shape) > 1:
        entry["shape"] = list(shape)
    entry["lagrangian"] = port.found.lagrangian
    if bias is not None:
        entry["bias"] = bias_entry(bias, f"{stem}-{port.name}-bias.npy", files)
    return entry


def _checks(wanted: Wanted) -> Any:
    if wanted.checks is not None:
        return list(wanted.checks) if not isinstance(wanted.checks, str) else wanted.checks
    return [*WITH_STEP, {"step_size": {"step": wanted.step}}] if wanted.step is not None else "all"


def _expectations(read: Read, wanted: Wanted) -> dict[str, str]:
    """Return what is known beforehand, unless the person says what to check or to expect."""
    if wanted.expect is not None:
        return dict(wanted.expect)
    if wanted.checks is not None:
        return {}
    flat = any(is_flat(port.found.lagrangian) for port in read.ports.values())
    # Weights of a layer with itself need no symmetry, as the drive is -∇S.
    lopsided = wanted.step is None and any(
        part.kind == "dense" and part.layers[0] == part.layers[1] and not np.array_equal(weights, weights.T)
        for _, interaction in read.interactions
        for part in interaction.parts
        for weights in part.arrays.values()
    )
    return ({"weight_symmetry": "fail"} if lopsided else {}) | ({"energy_flatness": "fail"} if flat else {})


def is_flat(lagrangian: Any) -> bool:
    """Whether the catalogue says of a Lagrangian, as a spec states it, that its activation is constant somewhere.

    >>> is_flat({"softmax": {"beta": 2}}), is_flat("relu"), is_flat("tanh"), is_flat({"expression": "x^4"})
    (True, True, False, False)
    """
    name = lagrangian if isinstance(lagrangian, str) else next(iter(lagrangian))
    return any(entry.name == name and entry.facts.kernel in _FLAT for entry in LAGRANGIANS)


_FLAT = ("ones", "dead set", "support")
