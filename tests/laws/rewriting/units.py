"""Other units: of time, of energy, and of states; each by a factor that stands in the spec's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from hopverify.expr.floats import FLOATS
from hopverify.networks import SpinModel, any_model
from hopverify.spec import parse_spec
from tests.laws.rewriting.coordinates import box_of, identity
from tests.laws.rewriting.synapses import KINDS
from tests.laws.rewriting.tree import Rewritten, Tree, copied, renamed_in, text_of

FACTORS = tuple(Fraction(text) for text in ("1/3", "2", "7/5", "1/1024", "1000"))
KAPPA = Fraction(4)


def of_time(tree: Tree, model: Any, random: Random) -> Rewritten | None:
    """Return the model with all time constants, and steps, so many times as long."""
    if isinstance(model, SpinModel):
        return None
    factor, made = random.choice(FACTORS), copied(tree)
    for one in (made, made.get("original")):
        for layer in one["layers"].values() if one else ():
            layer["tau"] = _times(layer["tau"], factor)
    made["checks"] = [(name, _stepped(given, factor)) for name, given in made["checks"]]
    return Rewritten(made, time=factor)


def _times(value: Any, factor: Fraction) -> Any:
    return [number * factor for number in value] if isinstance(value, list) else value * factor


def _stepped(given: Tree, factor: Fraction) -> Tree:
    return given | {"step": given["step"] * factor} if "step" in given else given


def of_energy(tree: Tree, model: Any, random: Random) -> Rewritten | None:
    """Return the model with weights, biases, leak and time constants multiplied alike: the same flow, κE for E."""
    if not scalable(tree):
        return None
    factor, made = random.choice(FACTORS), copied(tree)
    for one in (made, made.get("original")):
        if one:
            _scale_energy(one, factor)
    return Rewritten(made, energy=factor)


def scalable(tree: Tree) -> bool:
    synapses = [*tree["synapses"].values(), *tree.get("original", {}).get("synapses", {}).values()]
    return all(
        synapse["kind"] in KINDS
        and KINDS[synapse["kind"]].scale is not None
        and not ("spread" in synapse and synapse["spread"].relative)
        for synapse in synapses
    )


def _scale_energy(tree: Tree, factor: Fraction) -> None:
    for layer in tree["layers"].values():
        layer["bias"] = layer["bias"] * factor
        for key in ("tau", "leak"):
            if key in layer:
                layer[key] = _times(layer[key], factor)
    ones = dict.fromkeys(tree["layers"], Fraction(1))
    for name, synapse in tree["synapses"].items():
        tree["synapses"][name] = scaled(synapse, factor, ones)
    if "energy" in tree:
        tree["energy"] = f"({factor})*({tree['energy']})"


def scaled(synapse: Tree, kappa: Fraction, d: Mapping[str, Fraction]) -> Tree:
    """Return a synapse with the energy κ·S(γ/d)."""
    scale = KINDS[synapse["kind"]].scale
    assert scale is not None
    return scale(synapse, kappa, d)


def of_states(tree: Tree, model: Any, random: Random) -> Rewritten | None:
    """Return the model in states x' = cx and activations γ' = dγ with cd = 4 for all layers, and 4E in place of E.

    A layer is rewritten with c = d = 2 if its activation is homogeneous, g(2x) = 2g(x), or with c = 4 and d = 1 by its
    parameter ``beta``, if that is an inverse temperature: g(4x) with β/4 is g(x) with β.
    """
    if isinstance(model, SpinModel) or not scalable(tree):
        return None
    made = copied(tree)
    units: dict[str, Fraction] = {}
    for one in (made, made.get("original")):
        found = _units(one) if one else {}
        if found is None or any(units.get(name, c) != c for name, c in found.items()):
            return None
        units |= found
    for one in (made, made.get("original")):
        if one:
            _scale_states(one, units)
    maps = {name: identity(layer["size"]) * units[name] for name, layer in tree["layers"].items()}
    return Rewritten(made, maps=maps, energy=KAPPA)


def _units(tree: Tree) -> dict[str, Fraction] | None:
    """Return c for each layer, its function rewritten in place; None if some layer or synapse cannot be rewritten."""
    model = any_model(parse_spec(text_of({key: value for key, value in tree.items() if key != "original"})))
    assert not isinstance(model, SpinModel)
    units = {}
    for name, layer in tree["layers"].items():
        function = model.layers[name].function
        if _scales(function, function, layer["size"], Fraction(2), Fraction(2)):
            units[name] = Fraction(2)
        elif "beta" in function.parameters and layer.get("lagrangian"):
            ((known, given),) = layer["lagrangian"].items()
            beta = function.parameters["beta"] / KAPPA
            if not _scales(_with_beta(tree, name, beta), function, layer["size"], KAPPA, Fraction(1)):
                return None
            layer["lagrangian"], units[name] = {known: given | {"beta": beta}}, KAPPA
        else:
            return None
    tied = [s["layers"] for s in tree["synapses"].values() if KINDS[s["kind"]].tied(s) and s["kind"] in _ALIKE]
    return units if all(len({units[name] for name in layers}) == 1 for layers in tied) else None


_ALIKE = ("associative", "attention")


def _with_beta(tree: Tree, name: str, beta: Fraction) -> Any:
    layer = tree["layers"][name]
    ((known, given),) = layer["lagrangian"].items()
    alone = {"name": "alone", "layers": {name: layer | {"lagrangian": {known: given | {"beta": beta}}, "tau": 1}}}
    model = any_model(parse_spec(text_of(alone)))
    return model.layers[name].function


def _scales(new: Any, old: Any, size: int, c: Fraction, d: Fraction) -> bool:
    """Return whether new(cx) = d·old(x) at a few states."""
    generator = np.random.default_rng(size)
    for scale in (0.3, 1, 3, 40):
        x = generator.normal(size=size) * scale
        if not np.allclose(new.activate(float(c) * x, FLOATS), float(d) * old.activate(x, FLOATS), atol=1e-9):
            return False
    return True


def _scale_states(tree: Tree, c: Mapping[str, Fraction]) -> None:
    d = {name: KAPPA / c[name] for name in tree["layers"]}
    for name, layer in tree["layers"].items():
        layer["bias"] = layer["bias"] * c[name]
    for name, synapse in tree["synapses"].items():
        tree["synapses"][name] = scaled(synapse, KAPPA, d)
    for memory in tree["memories"].values():
        memory["patterns"] = memory["patterns"] * c[memory["layer"]]
    if "energy" in tree:
        names = {name: f"({name}*({1 / c[name]}))" for name in c} | {
            f"g_{name}": f"(g_{name}*({1 / d[name]}))" for name in d
        }
        tree["energy"] = f"({KAPPA})*({renamed_in(tree['energy'], names)})"
    tree["checks"] = [(name, _scaled_parameters(given, tree, c)) for name, given in tree["checks"]]


def _scaled_parameters(given: Tree, tree: Tree, c: Mapping[str, Fraction]) -> Tree:
    if "beta" in given:
        given = given | {"beta": [beta / KAPPA for beta in given["beta"]]}
    if "lower" not in given:
        return given
    each = [c[name] for name, layer in tree["layers"].items() for _ in range(layer["size"])]
    ends = [[number * unit for number, unit in zip(end, each, strict=True)] for end in box_of(given, tree)]
    return given | {"lower": ends[0], "upper": ends[1]}
