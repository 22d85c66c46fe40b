"""The same model in other words: other names, another order, a synapse as the sum of two, a Lagrangian by its text."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from hopverify.lagrangians import LAGRANGIANS, Lagrangian
from hopverify.networks import SpinModel
from hopverify.spec import FieldKind
from tests.laws.rewriting.coordinates import box_of
from tests.laws.rewriting.tree import Rewritten, Tree, copied, renamed_in
from tests.laws.rewriting.units import scalable, scaled

FRESH = ("qa", "zeta_1", "a0", "M", "nu", "k2", "layer", "B3", "w", "aa")


def names(tree: Tree, model: Any, random: Random) -> Rewritten:
    """Return the model with other names of its layers and synapses."""
    every = dict.fromkeys([*tree["layers"], *tree.get("original", {}).get("layers", {})])
    fresh = random.sample([name for name in FRESH if name not in every and name not in tree["arrays"]], len(every))
    new = dict(zip(every, fresh, strict=True))
    return Rewritten(_renamed(tree, new), names={name: new[name] for name in tree["layers"]})


def _renamed(tree: Tree, new: dict[str, str]) -> Tree:
    made = copied(tree)
    made["layers"] = {new[name]: layer for name, layer in made["layers"].items()}
    for synapse in made["synapses"].values():
        if synapse["kind"] == "expression":
            synapse["energy"] = renamed_in(synapse["energy"], new)
        synapse["layers"] = [new[name] for name in synapse["layers"]]
    made["synapses"] = {f"{name}_{number}": s for number, (name, s) in enumerate(made["synapses"].items())}
    for memory in made["memories"].values():
        memory["layer"] = new[memory["layer"]]
    if "energy" in made:
        made["energy"] = renamed_in(made["energy"], new | {f"g_{old}": f"g_{name}" for old, name in new.items()})
    if "original" in made:
        made["original"] = _renamed(made["original"], new)
    return made


def order(tree: Tree, model: Any, random: Random) -> Rewritten:
    """Return the model with its layers, synapses and memories in the opposite order."""
    made = copied(tree)
    made["checks"] = [(name, _reordered(given, tree)) for name, given in made["checks"]]
    for one in (made, made.get("original")):
        if one:
            for key in ("layers", "synapses", "memories"):
                one[key] = dict(reversed(one[key].items()))
    return Rewritten(made)


def _reordered(given: Tree, tree: Tree) -> Tree:
    if "lower" not in given:
        return given
    cuts = np.cumsum([layer["size"] for layer in tree["layers"].values()])[:-1]
    low, high = (
        [number for part in reversed(np.split(np.array(end, dtype=object), cuts)) for number in part]
        for end in box_of(given, tree)
    )
    return given | {"lower": low, "upper": high}


def halves(tree: Tree, model: Any, random: Random) -> Rewritten | None:
    """Return the model with one synapse as the sum of two, a third and two thirds of it."""
    if not tree["synapses"] or not scalable(tree):
        return None
    made, name = copied(tree), random.choice(list(tree["synapses"]))
    ones = dict.fromkeys(tree["layers"], Fraction(1))
    whole = made["synapses"].pop(name)
    made["synapses"] |= {f"{name}{third}": scaled(whole, Fraction(third, 3), ones) for third in (1, 2)}
    return Rewritten(made)


def formulas(tree: Tree, model: Any, random: Random) -> Rewritten | None:
    """Return the model with each Lagrangian of the catalogue as an expression of one's own, parameters filled in."""
    if isinstance(model, SpinModel):
        return None
    made, said = copied(tree), 0
    for name, layer in made["layers"].items():
        function = model.layers[name].function
        if function.name in LAGRANGIANS and not _has_vectors(LAGRANGIANS[function.name]):
            layer["lagrangian"], said = _formula(function), said + 1
    return Rewritten(made) if said else None


def _has_vectors(entry: Lagrangian) -> bool:
    return any(field.kind is FieldKind.NUMBERS for field in entry.parameters)


def _formula(function: Any) -> Tree:
    entry = LAGRANGIANS[function.name]
    text = renamed_in(entry.potential, {key: f"({value})" for key, value in function.parameters.items()})
    return {"expression": text, "of": "neuron" if entry.elementwise else "layer"}
