"""From JSON to a core, everything checked: names, shapes, signs of times and leaks (docs/core.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hopverify.kernel import json_values, language
from hopverify.kernel.arrays import Array, read_array
from hopverify.kernel.core import VERSION, Altered, Core, Layer, Memory, SpinLayer, Spins, Synapse
from hopverify.kernel.numbers import need, refuse_reserved, refusing, shown
from hopverify.kernel.terms import Place, Shape, Term

RESERVED_KEYS, RESERVED_KINDS = ("clamp", "input", "tolerance"), ("gradient", "rates", "map")
"""Keys of a core, and kinds of dynamics, of later versions (docs/core.md)."""


def loads(text: str, folder: Path | None = None) -> Core:
    """Return the core that a text states; arrays by digest are read from the folder's files of these names."""
    return read(json_values.parse(text), folder)


def _term(document: Any, places: Mapping[Place, Shape], shape: Shape, where: str) -> Term:
    term = language.read(document, where)
    found = language.shape(term, places, where)
    need(found == shape, where, f"expected a value of shape {shape}, got {found}")
    return term


def read(document: Any, folder: Path | None = None) -> Core:
    """Return the core that a JSON value states, or raise :class:`~hopverify.kernel.numbers.Rejected`."""
    with refusing("core"):
        return _core(document, folder)


def _core(document: Any, folder: Path | None) -> Core:
    keys = ("core", "dynamics", "arrays", "layers", "synapses", "energy", "memories", "altered", "original")
    for key in document if isinstance(document, dict) else ():
        refuse_reserved(key, RESERVED_KEYS, "core")
    json_values.keys(document, "core", *keys)
    need(document["core"] == VERSION and type(document["core"]) is int, "core", f"this kernel reads version {VERSION}")
    spins = _dynamics(document["dynamics"])
    need(isinstance(document["arrays"], dict), "arrays", "expected an object")
    arrays = {
        json_values.name(name, "arrays"): read_array(each, f"arrays.{name}", folder)
        for name, each in sorted(document["arrays"].items())
    }
    of_arrays: dict[Place, Shape] = {("array", name): each.shape for name, each in arrays.items()}
    layers = _named(document["layers"], "layers", lambda each, where: _layer(each, where, of_arrays, spins, folder))
    need(bool(layers), "layers", "a network has a layer")
    places = of_arrays | {("activation", layer.name): (layer.size,) for layer in layers}
    synapses = _named(document["synapses"], "synapses", lambda each, where: _synapse(each, where, places, layers))
    memories = _named(document["memories"], "memories", lambda each, where: _memory(each, where, of_arrays, layers))
    energy = None
    if document["energy"] != "derived":
        states: dict[Place, Shape] = {("state", layer.name): (layer.size,) for layer in layers}
        energy = _term(document["energy"], places | states, (), "energy")
    altered = None if document["altered"] is None else _altered(document["altered"], of_arrays)
    original = None if document["original"] is None else read(document["original"], folder)
    return Core(arrays, layers, synapses, memories, spins, energy, altered, original)


def _named(value: Any, where: str, reading: Callable[[Any, str], Any]) -> tuple[Any, ...]:
    found = tuple(reading(each, f"{where}[{place}]") for place, each in enumerate(json_values.listed(value, where)))
    need(len({each.name for each in found}) == len(found), where, "two have one name")
    return found


def _dynamics(document: Any) -> Spins | None:
    if document == {"kind": "flow"}:
        return None
    refuse_reserved(document.get("kind") if isinstance(document, dict) else None, RESERVED_KINDS, "dynamics.kind")
    json_values.keys(document, "dynamics", "kind", "order", "rule")
    known = (("spins",), ("asynchronous", "synchronous"), ("drive", "energy"))
    for key, words in zip(("kind", "order", "rule"), known, strict=True):
        need(document[key] in words, f"dynamics.{key}", f"expected one of {words}, got {shown(document[key])}")
    return Spins(document["order"], document["rule"])


def _vector(document: Any, size: int, where: str, folder: Path | None) -> Array:
    found = read_array(document, where, folder)
    need(found.shape == (size,) and found.within is None, where, f"expected {size} exact numbers")
    return found


def _layer(
    document: Any, where: str, arrays: Mapping[Place, Shape], spins: Spins | None, folder: Path | None
) -> Layer | SpinLayer:
    common, flowing = ("name", "size", "bias", "bias in energy"), ("tau", "leak", "acts", "L", "g")
    json_values.keys(document, where, *common, *(() if spins else flowing))
    name, size = json_values.name(document["name"], where), json_values.whole(document["size"], f"{where}.size")
    bias = _vector(document["bias"], size, f"{where}.bias", folder)
    counted = json_values.boolean(document["bias in energy"], f"{where}.bias in energy")
    if spins:
        return SpinLayer(name, size, bias, counted)
    tau, leak = (_vector(document[key], size, f"{where}.{key}", folder) for key in ("tau", "leak"))
    need(len({each > 0 for each in tau.entries}) == 1, f"{where}.tau", "all time constants are positive, or all are 0")
    need(all(each >= 0 for each in tau.entries), f"{where}.tau", "time constants are ≥ 0")
    low = min(leak.entries)
    need(low > 0 or (low == 0 and tau.entries[0] > 0), f"{where}.leak", "leaks are ≥ 0, and positive where τ = 0")
    need(document["acts"] in ("neuron", "layer"), f"{where}.acts", "expected 'neuron' or 'layer'")
    elementwise = document["acts"] == "neuron"
    alike = elementwise or len(set(leak.entries)) == 1
    need(alike, f"{where}.leak", "the neurons of a layer that acts as a whole have one leak")
    own: Shape = () if elementwise else (size,)
    places = {**arrays, ("state", ""): own}
    L = None if document["L"] is None else _term(document["L"], places, (), f"{where}.L")
    g = None if document["g"] == "gradient" else _term(document["g"], places, own, f"{where}.g")
    need(L is not None or g is not None, f"{where}.g", "without L there is no gradient of it")
    return Layer(name, size, bias, counted, tau, leak, elementwise, L, g)


def _synapse(document: Any, where: str, places: Mapping[Place, Shape], layers: Sequence[Layer | SpinLayer]) -> Synapse:
    json_values.keys(document, where, "name", "S", "drive")
    energy, drive = _term(document["S"], places, (), f"{where}.S"), None
    if document["drive"] != "gradient":
        sizes = {layer.name: layer.size for layer in layers}
        need(isinstance(document["drive"], dict), f"{where}.drive", "expected 'gradient', or a term for each layer")
        for name in document["drive"]:
            need(name in sizes, f"{where}.drive", f"no layer is called {shown(name)}")
        drive = {
            name: _term(each, places, (sizes[name],), f"{where}.drive.{name}")
            for name, each in sorted(document["drive"].items())
        }
    return Synapse(json_values.name(document["name"], where), energy, drive)


def _memory(document: Any, where: str, arrays: Mapping[Place, Shape], layers: Sequence[Layer | SpinLayer]) -> Memory:
    json_values.keys(document, where, "name", "layer", "patterns")
    sizes = {layer.name: layer.size for layer in layers}
    need(document["layer"] in sizes, f"{where}.layer", f"no layer is called {shown(document['layer'])}")
    patterns = language.read(document["patterns"], f"{where}.patterns")
    found = language.shape(patterns, arrays, f"{where}.patterns")
    fits = len(found) == 2 and found[1] == sizes[document["layer"]]
    need(fits, f"{where}.patterns", f"patterns are rows with an entry for each neuron, got the shape {found}")
    return Memory(json_values.name(document["name"], where), document["layer"], patterns)


def _altered(document: Any, arrays: Mapping[Place, Shape]) -> Altered:
    json_values.keys(document, "altered", "metric", "residual", "potential")
    need(
        (document["residual"] is None) == (document["potential"] is None),
        "altered",
        "residual and potential go together",
    )
    matrices: list[Term | None] = []
    for key in ("metric", "residual"):
        where = f"altered.{key}"
        term = None if document[key] is None else language.read(document[key], where)
        need(term is None or len(language.shape(term, arrays, where)) == 2, where, "expected a matrix")
        matrices.append(term)
    phi = document["potential"]
    potential = None if phi is None else _term(phi, {("state", ""): ()}, (), "altered.potential")
    return Altered(matrices[0], matrices[1], potential)
