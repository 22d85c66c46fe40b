"""Changes of coordinates: neurons in another order, signs changed, layers rotated by a rational orthogonal matrix.

Each is a matrix M with MMᵀ = 1 for every layer: x' = Mx, with g(Mx) = Mg(x). A layer's function allows a matrix if it
does so at a few states; that is an observation, and only decides what is tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from hopverify.expr.floats import FLOATS
from hopverify.networks import SpinModel
from tests.laws.rewriting.synapses import KINDS, along, block
from tests.laws.rewriting.tree import Matrix, Rewritten, Tree, copied, renamed_in

Draw = Callable[[Tree, Any, bool, Random], Matrix | None]
"""Returns a matrix for a layer, or None: what the tree says of it, its function, whether axes must stay axes."""


def identity(size: int) -> Matrix:
    return np.array([[Fraction(int(i == j)) for j in range(size)] for i in range(size)], dtype=object)


def permutation(layer: Tree, function: Any, monomial: bool, random: Random) -> Matrix | None:
    order = list(range(layer["size"]))
    random.shuffle(order)
    return identity(layer["size"])[order]


def signs(layer: Tree, function: Any, monomial: bool, random: Random) -> Matrix | None:
    matrix = identity(layer["size"]) * np.array([Fraction(random.choice((-1, 1))) for _ in range(layer["size"])])
    return matrix if function is None or respects(function, matrix, layer["size"]) else None


def rotation(layer: Tree, function: Any, monomial: bool, random: Random) -> Matrix | None:
    """Return a reflection at a random plane, 1 - 2uuᵀ/|u|², for layers in which all neurons are alike."""
    size = layer["size"]
    if monomial or function is None or size < 2 or not _alike(layer):
        return None
    u = np.array([Fraction(random.choice((1, 2, 3, -1, -2))) for _ in range(size)], dtype=object)
    matrix = identity(size) - np.outer(u, u) * (Fraction(2) / (u @ u))
    return matrix if respects(function, matrix, size) else None


def _alike(layer: Tree) -> bool:
    tau = layer["tau"]
    return len(set(layer["leak"])) == 1 and (tau == 0 or len(set(tau)) == 1)


def respects(function: Any, matrix: Matrix, size: int) -> bool:
    """Return whether g(Mx) = Mg(x) at a few states."""
    floats, generator = matrix.astype(float), np.random.default_rng(size)
    for scale in (0.3, 1, 3, 40):
        x = generator.normal(size=size) * scale
        if not np.allclose(function.activate(floats @ x, FLOATS), floats @ function.activate(x, FLOATS), atol=1e-9):
            return False
    return True


def turning(draw: Draw) -> Callable[[Tree, Any, Random], Rewritten | None]:
    """Return the rewriting that turns layers by matrices of one kind."""

    def rewrite(tree: Tree, model: Any, random: Random) -> Rewritten | None:
        matrices = _matrices(tree, model, draw, random)
        if all((matrix == identity(len(matrix))).all() for matrix in matrices.values()):
            return None
        made = turned(tree, matrices)
        return None if made is None else Rewritten(made, maps=matrices)

    return rewrite


def _matrices(tree: Tree, model: Any, draw: Draw, random: Random) -> dict[str, Matrix]:
    trees = [tree, *([tree["original"]] if "original" in tree else [])]
    synapses = [synapse for one in trees for synapse in one["synapses"].values()]
    layers = tree["layers"]
    groups = {name: {name} for name in layers}
    fixed: set[str] = set()
    monomial: set[str] = set()
    for synapse in synapses:
        kind, joined = KINDS.get(synapse["kind"]), set(synapse["layers"]) & set(layers)
        if kind is None or kind.fixed:
            fixed |= joined
            continue
        if kind.monomial(synapse):
            monomial |= joined
        if kind.tied(synapse):
            together = set().union(*(groups[name] for name in joined)) if joined else set()
            for name in together:
                groups[name] = together
    for other in trees[1:]:
        fixed |= {name for name, layer in other["layers"].items() if not _same(layer, layers.get(name))}
    found: dict[str, Matrix] = {}
    for name, layer in layers.items():
        if name in found:
            continue
        group, bound = sorted(groups[name]), groups[name] & monomial
        drawn = None if groups[name] & fixed else draw(layer, _function(model, name), bool(bound), random)
        if drawn is not None and not all(_admits(model, other, drawn, layers[other], draw) for other in group):
            drawn = None
        for other in group:
            found[other] = identity(layer["size"]) if drawn is None else drawn
    return found


def _same(layer: Tree, other: Tree | None) -> bool:
    return other is not None and all(layer.get(key) == other.get(key) for key in ("size", "lagrangian", "activation"))


def _function(model: Any, name: str) -> Any:
    return None if isinstance(model, SpinModel) else model.layers[name].function


def _admits(model: Any, name: str, matrix: Matrix, layer: Tree, draw: Draw) -> bool:
    """Return whether another layer of a group can have the same matrix; any can be permuted."""
    function = _function(model, name)
    if draw is permutation or function is None:
        return True
    return (draw is signs or _alike(layer)) and respects(function, matrix, layer["size"])


def turned(tree: Tree, matrices: Mapping[str, Matrix]) -> Tree:
    """Return the tree in the coordinates x' = Mx, layer by layer; its original likewise."""
    made = copied(tree)
    own = {name: matrices.get(name, identity(layer["size"])) for name, layer in made["layers"].items()}
    for name, layer in made["layers"].items():
        made["layers"][name] = _turned_layer(layer, own[name])
    for name, synapse in made["synapses"].items():
        if synapse["kind"] in KINDS:
            made["synapses"][name] = KINDS[synapse["kind"]].turn(synapse, own)
    for memory in made["memories"].values():
        memory["patterns"] = along(memory["patterns"], [None, own[memory["layer"]]])
    _turned_energies(tree, made, own)
    made["checks"] = [(check, _turned_region(given, made, own)) for check, given in made["checks"]]
    if "original" in made:
        made["original"] = turned(made["original"], matrices)
    return made


def _turned_layer(layer: Tree, matrix: Matrix) -> Tree:
    order = [int(np.flatnonzero(row)[0]) for row in matrix]
    moved = layer | {"bias": matrix @ layer["bias"]}
    if any(np.count_nonzero(row) > 1 for row in matrix) or order == list(range(len(order))):
        return moved
    moved.pop("shape", None)
    for key in ("tau", "leak"):
        if isinstance(layer.get(key), list):
            moved[key] = [layer[key][k] for k in order]
    for role in ("lagrangian", "activation"):
        if role in layer:
            moved[role] = _permuted_function(layer[role], order)
    return moved


def _permuted_function(function: Tree, order: list[int]) -> Tree:
    if "expression" not in function:
        ((name, given),) = function.items()
        wide = len(order)
        return {
            name: {
                key: [value[k] for k in order] if isinstance(value, list) and len(value) == wide else value
                for key, value in given.items()
            }
        }
    place = {old: new for new, old in enumerate(order)}

    def moved(text: str) -> str:
        return re.sub(r"\bx\[(\d+)\]", lambda match: f"x[{place[int(match.group(1))]}]", text)

    said = function["expression"]
    return function | {"expression": [moved(said[k]) for k in order] if isinstance(said, list) else moved(said)}


def _turned_energies(tree: Tree, made: Tree, matrices: Mapping[str, Matrix]) -> None:
    """Write γ = Mᵀγ' into energies that are expressions, with Mᵀ as an array that no other rewriting has named."""
    back = {name: f"back{len(tree['arrays'])}_{name}" for name in matrices}
    expressions = [synapse for synapse in made["synapses"].values() if synapse["kind"] == "expression"]
    if expressions or "energy" in made:
        made["arrays"] |= {back[name]: matrix.T for name, matrix in matrices.items()}
    for synapse in expressions:
        names = {layer: f"({back[layer]}@{layer})" for layer in synapse["layers"]}
        synapse["energy"] = renamed_in(synapse["energy"], names)
    if "energy" in made:
        names = {name: f"({back[name]}@{name})" for name in matrices}
        names |= {f"g_{name}": f"({back[name]}@g_{name})" for name in matrices}
        made["energy"] = renamed_in(made["energy"], names)


def _turned_region(given: Tree, tree: Tree, matrices: Mapping[str, Matrix]) -> Tree:
    """Return parameters with a box of states in the new coordinates; a box that is none there is left out."""
    if "lower" not in given:
        return given
    whole = np.array(box_of(given, tree), dtype=object)
    matrix = block([matrices[name] for name in tree["layers"]])
    if any(np.count_nonzero(row) > 1 for row in matrix):
        return {key: value for key, value in given.items() if key not in ("lower", "upper")}
    ends = np.array([matrix @ whole[0], matrix @ whole[1]])
    return given | {"lower": list(ends.min(axis=0)), "upper": list(ends.max(axis=0))}


def box_of(given: Tree, tree: Tree) -> list[list[Fraction]]:
    """Return both ends of a region, one number for each neuron of all layers."""
    size = sum(layer["size"] for layer in tree["layers"].values())
    return [end * size if len(end) == 1 else end for end in (given["lower"], given["upper"])]
