"""Drives that are -∇S: by definition, by one normal form; and activations at which a drive is something else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel import language
from hopverify.kernel.arrays import Array, Within
from hopverify.kernel.core import Core
from tests.kernel.accepting import accepted, core, dense, rejected

OF_W = {"synapse": "w"}
LAYERS = "layers: {x: {size: 2, lagrangian: tanh}, y: {size: 3, lagrangian: relu}, z: {size: 2, lagrangian: relu}}\n"


FIRST = ["matmul", ["array", "w"], ["activation", "y"]]
EXACT = "kind: dense, layers: [x, y], weights: [[1, 2, 3], [4, 5, 6]]"


def joined(synapse: str) -> Core:
    return core(f"{LAYERS}synapses: {{w: {{{synapse}}}}}\n")


@pytest.mark.parametrize(
    "synapse",
    [
        "kind: dense, layers: [x, x], weights: [[1, 2], [2, -3]]",
        "kind: dense, layers: [x, x], weights: {values: [[1, 2], [2, -3]], tolerance: 0.1}",
        "kind: dense, layers: [x, x], weights: [[0, 0], [0, 0]], prefactor: 3",
        "kind: dense, layers: [x, y], weights: [[1, 2, 3], [4, 5, 6]]",
        "kind: dense, layers: [x, y], weights: {values: [[1, 2, 3], [4, 5, 6]], tolerance: 0.1}",
        "kind: dense, layers: [x, y], weights: [[0, 0, 0], [0, 0, 0]], prefactor: 3",
        "kind: diagonal, layers: [x, z], weights: [1, -2]",
        "kind: diagonal, layers: [x, x], weights: [1, -2]",
        "kind: diagonal, layers: [x, x], weights: 3",
        "kind: hebbian, layers: [x], patterns: [[1, -1], [1, 1], [2, 3]]",
        "kind: hebbian, layers: [x], patterns: [[1, -1], [1, 1], [2, 3]], zero_diagonal: true",
        "kind: feedforward_feedback, layers: [x, y], "
        "forward: [[1, 2], [3, 4], [5, 6]], feedback: [[1, 3, 5], [2, 4, 6]]",
        "kind: feedforward_feedback, layers: [y, x, z], "
        "forward: [[1, 2, 3], [4, 5, 6], [7, 8, 9], [0, 1, 0]], feedback: [[1, 4, 7, 0], [2, 5, 8, 1], [3, 6, 9, 0]]",
    ],
)
def test_drives_that_are_stated(synapse: str) -> None:
    of = joined(synapse)
    said = accepted(of, "gradient drive", "identity", OF_W)
    assert said == "the drive of synapse w is minus the gradient of its energy"
    rejected(of, "gradient drive", "definition", OF_W, "the core states the drive")
    rejected(of, "gradient drive", "identity", OF_W, "unknown keys", premises=[])
    (own,) = of.synapses
    assert own.drive is not None
    for layer, drive in own.drive.items():
        more = ["multiply", "1000001/1000000", language.write(drive)]
        wrong = {**own.drive, layer: language.read(more, "")}
        zero = not any(any(held.entries) for held in of.arrays.values())
        if not zero:
            changed = replace(of, synapses=(replace(own, drive=wrong),))
            rejected(changed, "gradient drive", "identity", OF_W, f"the drive of layer {layer} have other")
        missing = {name: each for name, each in own.drive.items() if name != layer}
        if not zero:
            changed = replace(of, synapses=(replace(own, drive=missing),))
            rejected(changed, "gradient drive", "identity", OF_W, f"the drive of layer {layer} have other")


@pytest.mark.parametrize(
    "synapse",
    [
        "kind: dense, layers: [x, x], weights: [[1, 2], [2.0000000000000001, -3]]",
        "kind: dense, layers: [x, x], weights: [[1, 2], [2, -3]], prefactor: 1",
        "kind: dense, layers: [x, x], weights: [[0, 2], [-2, 0]], prefactor: 1",
        "kind: dense, layers: [x, y], weights: [[1, 2, 3], [4, 5, 6]], prefactor: 1/2",
        "kind: diagonal, layers: [x, x], weights: [1, -2], prefactor: 1",
        "kind: feedforward_feedback, layers: [x, y], "
        "forward: [[1, 2], [3, 4], [5, 6]], feedback: [[1, 3, 5], [2, 4, 7]]",
        "kind: attention, layers: [x, z], queries: [[1, 2]], keys: [[3, 4]], beta: 1, drive: attention",
    ],
)
def test_drives_of_something_else(synapse: str) -> None:
    rejected(
        joined(synapse), "gradient drive", "identity", OF_W, "other normal forms|masked_logsumexp has no normal form"
    )


def test_a_drive_that_another_layer_gets_too() -> None:
    of = joined("kind: dense, layers: [x, x], weights: [[1, 2], [2, -3]]")
    (own,) = of.synapses
    more = {**(own.drive or {}), "z": language.read(["activation", "x"], "")}
    wrong = replace(of, synapses=(replace(own, drive=more),))
    rejected(wrong, "gradient drive", "identity", OF_W, "the drive of layer z")
    fields = {"synapse": "w", "layer": "z", "index": 1, "activations": {"x": ["0", "1"]}, "apart": "1"}
    assert accepted(wrong, "no gradient drive", "point", fields | {"activations": {"x": ["0", "1"], "z": ["0", "0"]}})
    rejected(wrong, "no gradient drive", "point", fields, "the key 'z' is missing|lacks|missing")


def test_an_energy_without_a_value_somewhere() -> None:
    of = dense("[[1, 2], [2, 1]]")
    (own,) = of.synapses
    jump = ["sum", ["multiply", "0", ["log", ["activation", "x"]]]]
    wrong = replace(own, energy=language.read(["add", language.write(own.energy), jump], ""))
    rejected(replace(of, synapses=(wrong,)), "gradient drive", "identity", OF_W, "S is locally Lipschitz")


def test_the_gradient_by_definition() -> None:
    of = joined("kind: dense, layers: [x, x], weights: [[1, 2], [3, 4]], drive: gradient")
    assert accepted(of, "gradient drive", "definition", OF_W)
    rejected(of, "gradient drive", "identity", OF_W, "states no drive")
    rejected(of, "gradient drive", "definition", {"synapse": "v"}, "no synapse is called 'v'")
    rejected(of, "gradient drive", "definition", {"synapse": ["w"]}, "no synapse is called")
    rejected(of, "gradient drive", "definition", OF_W, "unknown keys", more="1")
    point = {"synapse": "w", "layer": "x", "index": 0, "activations": {"x": ["0", "1"]}, "apart": "1"}
    rejected(of, "no gradient drive", "point", point, "states no drive")


def away(index: Any = 0, activations: Any = None, apart: Any = "1/2", layer: Any = "x") -> dict[str, Any]:
    given = {"x": ["0", "1"]} if activations is None else activations
    return {"synapse": "w", "layer": layer, "index": index, "activations": given, "apart": apart}


def test_activations_at_which_the_drive_is_something_else() -> None:
    """Wγ = (2, 1) and ½(W + Wᵀ)γ = (5/2, 1)."""
    of = dense("[[0, 2], [3, 1]]")
    said = accepted(of, "no gradient drive", "point", away())
    assert said.endswith("differ by at least 1/2 > 0 at neuron 0 of layer x")
    for fields, why in (
        (away(apart="500001/1000000"), "certainly so far apart"),
        (away(index=1), "certainly so far apart"),
        (away(apart="0"), "not positive"),
        (away(apart="-1/2"), "not positive"),
        (away(apart=0.5), "a rational"),
        (away(apart="inf"), "a rational"),
        (away(index=2), "from 0 to 1"),
        (away(index=False), "from 0 to 1"),
        (away(layer="y"), "no layer has this name"),
        (away(layer=["x"]), "no layer has this name"),
        (away(activations={"x": ["0"]}), "expected 2 numbers"),
        (away(activations={"x": ["0", 1]}), "a rational"),
        (away(activations={"x": "01"}), "expected a list"),
        (away(activations={}), "missing"),
        (away(activations={"x": ["0", "1"], "y": ["1"]}), "unknown keys"),
        (away(activations=["0", "1"]), "expected an object"),
    ):
        rejected(of, "no gradient drive", "point", fields, why)
    rejected(of, "no gradient drive", "point", away(), "unknown keys", more=1)
    rejected(dense("[[0, 2], [2, 1]]"), "no gradient drive", "point", away(apart="1/1000000"), "certainly")


def test_attention_leaves_a_sum_out() -> None:
    of = joined("kind: attention, layers: [x, z], queries: [[1, 2]], keys: [[3, 4]], beta: 1, drive: attention")
    given = {"x": ["1", "-1"], "z": ["1/2", "1"]}
    assert accepted(of, "no gradient drive", "point", away(activations=given, apart="1/100"))
    whole = joined("kind: attention, layers: [x, z], queries: [[1, 2]], keys: [[3, 4]], beta: 1, drive: gradient")
    rejected(whole, "no gradient drive", "point", away(activations=given, apart="1/100"), "states no drive")


def with_energy(S: Any, drive: Any) -> Core:
    of = dense("[[1, 2], [2, 1]]")
    (own,) = of.synapses
    stated = replace(own, energy=language.read(S, ""), drive={"x": language.read(drive, "")})
    return replace(of, synapses=(stated,))


GAMMA = ["activation", "x"]


def test_where_the_energy_has_no_value_it_has_no_gradient() -> None:
    """S = -Σ log γ has the gradient -1/γ where γ > 0 only."""
    of = with_energy(["negate", ["sum", ["log", GAMMA]]], ["divide", "1", ["abs", GAMMA]])
    fields = away(activations={"x": ["-1", "-1"]}, apart="1")
    rejected(of, "no gradient drive", "point", fields, "the function has no value there")
    of = with_energy(["negate", ["sum", ["log", GAMMA]]], ["divide", "2", GAMMA])
    assert accepted(of, "no gradient drive", "point", away(activations={"x": ["1", "1"]}, apart="1"))


def test_norms_that_vanish_on_whole_cells() -> None:
    for u, why in ((GAMMA, ""), (["relu", GAMMA], "a norm in S may be 0"), (["subtract", GAMMA, GAMMA], "a norm in S")):
        norm = ["norm", u, "0"]
        slope = ["divide", u, norm]
        of = with_energy(["negate", norm], slope)
        if why:
            rejected(of, "gradient drive", "identity", OF_W, why)
        else:
            assert accepted(of, "gradient drive", "identity", OF_W)


def test_norms_of_uncertain_arrays() -> None:
    """Among the arrays that are meant one may be 0."""
    of = joined("kind: dense, layers: [x, y], weights: {values: [[1, 2, 3], [4, 5, 6]], tolerance: 9}")
    (own,) = of.synapses
    norm = ["norm", ["matmul", ["array", "w"], ["activation", "y"]], "0"]
    stated = replace(own, energy=language.read(norm, ""), drive={"x": language.read("0", "")})
    for within, why in ((of, "is known up to a spread"), (joined(EXACT), "other normal forms")):
        rejected(replace(within, synapses=(stated,)), "gradient drive", "identity", OF_W, why)


@pytest.mark.parametrize(
    ("stated_for_x", "holds"),
    [
        (["matmul", ["array", "w"], ["activation", "y"]], True),
        (["matmul", ["transpose", ["transpose", ["array", "w"]]], ["activation", "y"]], True),
        (["matmul", ["matmul", ["array", "u"], ["array", "w"]], ["activation", "y"]], True),
        (["matmul", ["array", "u"], ["matmul", ["array", "w"], ["activation", "y"]]], True),
        (["matmul", ["array", "turned"], ["activation", "y"]], False),
        (["matmul", ["array", "near"], ["activation", "y"]], False),
        (["matmul", ["matmul", ["array", "flip"], ["array", "w"]], ["activation", "y"]], False),
        (["concatenate", ["slice", FIRST, "0", "1"], ["slice", FIRST, "1", "2"]], None),
        (["concatenate", ["slice", FIRST, "1", "2"], ["slice", FIRST, "0", "1"]], False),
    ],
    ids=str,
)
def test_factors_and_permuted_blocks(stated_for_x: Any, holds: bool | None) -> None:
    """S = -xᵀUWy: of low-rank factors the product counts; rows in another order, or a matrix that is near, do not."""
    entries = {"w": [1, 2, 3, 4, 5, 6], "turned": [4, 5, 6, 1, 2, 3], "near": [1, 2, 3, 4, 5, 6]}
    square = {"u": [1, 1, 0, 1], "flip": [0, 1, 1, 0]}
    arrays = {name: Array((2, len(held) // 2), list(map(Fraction, held))) for name, held in (entries | square).items()}
    arrays["near"] = replace(arrays["near"], within=Within(Fraction(1), Fraction(0), False))
    W: Any = ["array", "w"] if "'u'" not in str(stated_for_x) else ["matmul", ["array", "u"], ["array", "w"]]
    of = joined(EXACT)
    drives = {"x": stated_for_x, "y": ["matmul", ["transpose", W], ["activation", "x"]]}
    S = ["negate", ["dot", ["activation", "x"], ["matmul", W, ["activation", "y"]]]]
    drive = {name: language.read(each, "") for name, each in drives.items()}
    own = replace(of.synapses[0], energy=language.read(S, ""), drive=drive)
    changed = replace(of, arrays=arrays, synapses=(own,))
    if holds:
        assert accepted(changed, "gradient drive", "identity", OF_W)
    else:
        # That both halves of a vector are the whole is not seen.
        rejected(changed, "gradient drive", "identity", OF_W, "the drive of layer x have other normal forms")


def test_the_drive_for_the_numbers_that_are_given() -> None:
    """The opposite is about some of the arrays that are meant; arrays count that are in the drive alone."""
    of = dense("{values: [[0, 2], [3, 1]], tolerance: 0.1}")
    assert accepted(of, "no gradient drive", "point", away())
    own = replace(of.synapses[0], energy=language.read(["sum", GAMMA], ""))
    assert accepted(replace(of, synapses=(own,)), "no gradient drive", "point", away(apart="3"))


def test_at_the_border_of_where_the_energy_has_values() -> None:
    """Σ γ^(3/2) has the value 0 at 0, and none beside it."""
    of = with_energy(["sum", ["power", GAMMA, "3/2"]], ["ones", GAMMA])
    rejected(of, "no gradient drive", "point", away(), "none beside it")
    assert accepted(of, "no gradient drive", "point", away(activations={"x": ["1", "1"]}, apart="2"))
