"""What an exported file states is the core: every number, function, drive and energy is read back and compared."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb

from hopverify.core import core_of
from hopverify.exporting import CoqFile, NotExported, claims_of, export
from hopverify.exporting.definitions import Definitions
from hopverify.exporting.numbers import name
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.evaluate import arrays_of, evaluate, values_of
from hopverify.kernel.network import Network, drives
from hopverify.networks import any_model
from tests.exporting.reading import CoqText, ball, pushed, value
from tests.golden.table import every_spec, name_of
from tests.profiles import in_turn
from tests.specs import spec_at

ROOT = Path(__file__).parents[2]
LARGEST = 60
"""Neurons up to which drives and energies are evaluated."""
CLAIMS = {
    "symmetric": "is_symmetric",
    "not symmetric": "is_not_symmetric",
    "compatible times": "compatible",
    "convex": "convex_layer",
    "gradient of L": "gradient_of_L",
    "Lipschitz activation": "lipschitz_activation",
    "gradient drive": "drive_is_gradient",
    "Lipschitz drive": "drive_is_lipschitz",
    "descent": "descends",
}


@cache
def core_at(path: Path) -> Core:
    return core_of(any_model(spec_at(path)))


@cache
def exported(path: Path) -> CoqFile | None:
    core = core_at(path)
    try:
        return export(core, claims_of(core))
    except NotExported:
        return None


@pytest.mark.parametrize("path", in_turn(every_spec()), ids=map(name_of, every_spec()))
def test_numbers_functions_and_drives_are_those_of_the_core(path: Path) -> None:
    file, core = exported(path), core_at(path)
    if file is None:
        assert any(held.within for held in core.arrays.values()) or core.spins is not None
        return
    assert check_definitions(CoqText(file.text), core) == len(re.findall(r"^Definition ", file.text, re.MULTILINE))


def check_definitions(found: CoqText, core: Core) -> int:
    """Compare what a file defines with the core, and return how many definitions there are."""
    arrays = {f"array_{name(array)}": held for array, held in core.arrays.items()}
    layers = {name(layer.name): layer for layer in core.layers}
    seen = 0
    for defined in found.definitions:
        kind, _, subject = defined.partition("_")
        if kind == "array":
            check_array(found, defined, arrays[defined])
        elif kind in ("tau", "leak", "bias"):
            held = getattr(layers[subject], kind)
            assert found.numbers(defined) == [Fraction(each) for each in held.entries], defined
        elif kind in ("L", "g"):
            check_function(found, core, layers[subject], kind)
        elif kind == "layer":
            fields = {key: f"{key}_{subject}" for key in ("tau", "leak", "bias", "L", "g")}
            assert found.layer(defined) == {"size": str(layers[subject].size), **fields}
        elif kind == "synapse":
            check_synapse(found, core, subject)
        elif defined == "sizes":
            expected = "; ".join(str(layer.size) for layer in core.layers)
            assert found.definitions[defined] == f"[{expected}]%nat"
        else:
            names = ["; ".join(f"{kind}_{name(each.name)}" for each in of) for kind, of in
                     (("layer", core.layers), ("synapse", core.synapses))]  # fmt: skip
            text = f"{{| layers := [{names[0]}]; synapses := [{names[1]}] |}}"
            assert (defined, found.definitions[defined].strip()) == ("model", text)
        seen += 1
    return seen


def check_array(found: CoqText, defined: str, held: object) -> None:
    read = np.array(found.numbers(defined), dtype=object)
    assert read.shape == held.shape, defined  # type: ignore[attr-defined]
    assert list(read.ravel()) == [Fraction(each) for each in held.entries], defined  # type: ignore[attr-defined]


def check_function(found: CoqText, core: Core, layer: Layer, kind: str) -> None:
    if not layer.elementwise:
        check_whole(found, core, layer, kind)
        return
    term = layer.L if kind == "L" else layer.g
    assert term is not None
    function = found.function(f"{kind}_{name(layer.name)}")
    for numerator in (-1000, -301, -97, -50, -1, 1, 35, 96, 350, 582, 1201):
        u = ball(Fraction(numerator, 97))
        ours, theirs = function(u), evaluate(term, {**arrays_of(core, term), ("state", ""): u})
        assert ours.overlaps(theirs), (layer.name, kind, numerator)
        assert float(abs(ours - theirs).abs_upper()) < 1e-9 * (1 + float(abs(theirs).abs_upper()))


def check_whole(found: CoqText, core: Core, layer: Layer, kind: str) -> None:
    assert kind == "L"
    assert layer.L is not None
    (x,) = (each for each, own in zip(drawn(core), core.layers, strict=True) if own is layer)
    theirs = evaluate(layer.L, {**arrays_of(core, layer.L), ("state", ""): x})
    assert near(found.of_states(f"L_{name(layer.name)}")(x), theirs)


def drawn(core: Core) -> list[list[arb]]:
    random = np.random.default_rng(5)
    return [[ball(Fraction(int(v), 97)) for v in random.integers(-150, 150, layer.size)] for layer in core.layers]


def near(ours: arb, theirs: arb) -> bool:
    return bool(ours.overlaps(theirs)) and float(abs(ours - theirs).abs_upper()) < 1e-9


def check_synapse(found: CoqText, core: Core, subject: str) -> None:
    (synapse,) = (each for each in core.synapses if name(each.name) == subject)
    if sum(layer.size for layer in core.layers) > LARGEST:
        return
    form, drive = found.synapse(f"synapse_{subject}")
    gamma = drawn(core)
    places = {("activation", layer.name): each for layer, each in zip(core.layers, gamma, strict=True)}
    values = {**arrays_of(core, synapse.energy), **places}
    assert near(value(form, gamma), evaluate(synapse.energy, values)), subject
    alone = replace(core, synapses=(synapse,))
    for place, layer in enumerate(core.layers):
        ours = [arb(0)] * layer.size
        for block in drive:
            if block.into == place:
                ours = [a + b for a, b in zip(ours, pushed(block, gamma), strict=True)]
        theirs = [arb(0)] * layer.size
        for part in drives(alone, layer.name):
            added = evaluate(part, {**arrays_of(core, part), **places})
            theirs = [a + b for a, b in zip(theirs, added, strict=True)]
        assert all(map(near, ours, theirs)), (subject, layer.name)


@pytest.mark.parametrize("path", in_turn(every_spec()), ids=map(name_of, every_spec()))
def test_statements_name_what_their_claims_are_about(path: Path) -> None:
    file, core = exported(path), core_at(path)
    sizes = {layer.name: layer.size for layer in core.layers}
    for theorem in () if file is None else file.theorems:
        predicate, *arguments = theorem.statement.split()
        fields = theorem.claim.fields
        assert predicate == CLAIMS[theorem.claim.name] or (predicate, theorem.claim.name) == (
            "convex_of_states",
            "convex",
        )
        if "layer" in fields:
            subject = name(fields["layer"])
            named = [each for each in arguments if re.match(r"(tau|L|g)_", each)]
            assert named
            assert all(each.split("_", 1)[1] == subject for each in named)
            assert [int(each) for each in arguments if each.isdigit()] in ([], [sizes[fields["layer"]]])
        elif "matrix" in fields:
            assert arguments[0] == str(core.arrays[fields["matrix"][1]].shape[0])
            assert " ".join(arguments[1:3]) == f"(rows array_{name(fields['matrix'][1])})"
        else:
            assert (
                arguments == ["model"]
                if theorem.claim.name == "descent"
                else ["sizes", f"synapse_{name(fields['synapse'])}"]
            )


@pytest.mark.parametrize("path", in_turn(every_spec()), ids=map(name_of, every_spec()))
def test_the_energy_and_the_flow_of_a_network_are_those_of_the_core(path: Path) -> None:
    """By the formulas of proofs/Networks.v: a factor ½, a sign or a bias that is left out would show."""
    file, core = exported(path), core_at(path)
    if file is None or "claim_descent" not in {theorem.name for theorem in file.theorems}:
        return
    if sum(layer.size for layer in core.layers) > LARGEST:
        return
    found, x = CoqText(file.text), drawn(core)
    layers = [found.layer(f"layer_{name(layer.name)}") for layer in core.layers]
    gamma = [[found.function(held["g"])(u) for u in own] for held, own in zip(layers, x, strict=True)]
    energy = arb(0)
    synapses = [found.synapse(f"synapse_{name(each.name)}") for each in core.synapses]
    for held, own, acts in zip(layers, x, gamma, strict=True):
        L = found.function(held["L"])
        for u, a, rho, b in zip(own, acts, found.numbers(held["leak"]), found.numbers(held["bias"]), strict=True):
            energy += ball(rho) * (u * a - L(u)) - ball(b) * a
    energy += sum((value(form, gamma) for form, _ in synapses), arb(0))
    network = Network(core)
    states = {layer.name: own for layer, own in zip(core.layers, x, strict=True)}
    activations = network.activations(states)
    assert near(energy, network.energy(states, activations))
    check_flow(found, core, gamma, activations)


def check_flow(found: CoqText, core: Core, gamma: list[list[arb]], activations: dict[str, Any]) -> None:
    """Compare what moves each neuron with the core, by the formulas of proofs/Networks.v."""
    network, synapses = Network(core), [found.synapse(f"synapse_{name(each.name)}") for each in core.synapses]
    for place, layer in enumerate(core.layers):
        assert isinstance(layer, Layer)
        held = found.layer(f"layer_{name(layer.name)}")
        theirs = network.drive(layer, activations)
        ours = [ball(b) for b in found.numbers(held["bias"])]
        for _, drive in synapses:
            for block in (each for each in drive if each.into == place):
                ours = [a + b for a, b in zip(ours, pushed(block, gamma), strict=True)]
        assert all(map(near, ours, theirs))
        assert [ball(t) for t in found.numbers(held["tau"])] == values_of(layer.tau)
        assert [ball(r) for r in found.numbers(held["leak"])] == values_of(layer.leak)


@pytest.mark.parametrize("path", every_spec(), ids=name_of)
def test_the_network_that_claims_of_certificates_are_about_is_the_core(path: Path) -> None:
    """Whatever the claim: lists, bounds and stability are about one network, instantaneous layers included."""
    core, definitions = core_at(path), Definitions(core_at(path))
    try:
        assert definitions.network() == "model"
    except NotExported:
        return
    found = CoqText("\n".join([*definitions.texts, ""]))
    assert check_definitions(found, core) == len(definitions.texts)
    if sum(layer.size for layer in core.layers) <= LARGEST:
        x = drawn(core)
        gamma = [[found.function(f"g_{name(layer.name)}")(u) for u in own] for layer, own in
                 zip(core.layers, x, strict=True)]  # fmt: skip
        states = {layer.name: own for layer, own in zip(core.layers, x, strict=True)}
        check_flow(found, core, gamma, Network(core).activations(states))


def test_the_intervals_of_dead_neurons_and_a_cycle_are_stated() -> None:
    """These claims need what a certificate has; their numbers are those of the claim."""
    relu6 = core_at(ROOT / "specs" / "krotov-hopfield-relu6.yaml")
    fields = {"layer": "x", "kind": "dead", "intervals": [["-∞", "0"], ["6", "+∞"]], "unbounded": True}
    (flat,) = export(relu6, [Claim("constant on a segment", {**fields, "neuron_states": ["-1", "-1/2"]})]).theorems
    assert flat.statement.split(" /\\\n  ") == [
        "constant_on g_x None (Some 0)",
        "constant_on g_x (Some 6) None",
        "(- 1) <> (- 1 / 2) /\\ g_x (- 1) = g_x (- 1 / 2)",
    ]
    lure = core_at(ROOT / "specs" / "global-lure.yaml")
    (claim,) = (each for each in claims_of(lure) if each.name == "not symmetric")
    (stated,) = export(lure, [claim]).theorems
    i, j = claim["pair"]
    first, second = (f"({each.replace('/', ' # ')})%Q" for each in claim["values"])
    pairs = claim["unequal_pairs"]
    assert stated.statement == f"is_not_symmetric 2 (rows array_w) {i} {j} {first} {second} {pairs}"
    no = Claim(claim.name, {**claim.fields, "symmetrisable": "no", "cycle": [0, 1]})
    (both,) = export(lure, [no]).theorems
    assert both.statement == f"{stated.statement} /\\\n  not_symmetrisable 2 (rows array_w)"


def test_the_page_shows_the_lines_that_are_exported() -> None:
    place = spec_from_file_location("proofs_table", ROOT / "docs" / "proofs_table.py")
    assert place is not None
    assert place.loader is not None
    module = module_from_spec(place)
    place.loader.exec_module(module)
    assert module.lines() in (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8")


def test_most_claims_of_the_specs_are_exported() -> None:
    """The counts of docs/proofs.md."""
    names = [theorem.claim.name for path in every_spec() if (file := exported(path)) for theorem in file.theorems]
    assert len(names) >= 800
    assert names.count("descent") >= 20
    assert sum(each not in ("convex", "compatible times", "symmetric", "not symmetric") for each in names) >= 300
