"""Equalities between exact numbers: symmetries, cycles and symmetrisers, each beside what is not one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from hopverify.checker.rules import Judgement, judge
from hopverify.checker.rules.comparison import first_asymmetry, first_pair_is_zero
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model, build_model
from hopverify.obligations import DerivedEnergy, GradientDrive, Outcome, SymmetricWeights
from hopverify.spec import ExactArray, parse_spec

Rows = Any


def array(rows: Rows) -> ExactArray:
    return ExactArray.of([[Fraction(entry) for entry in row] for row in rows])


def judged(rows: Rows, **payload: Any) -> Judgement:
    return judge(SymmetricWeights("w", array(rows)), {"rule": "comparison", **payload})


def refused(rows: Rows, message: str, **payload: Any) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(rows, **payload)


# ------------------------------------------------------------------ symmetry


def test_the_first_asymmetry_is_told_with_how_many_there_are() -> None:
    assert first_asymmetry(array([[1, 2], [2, 1]])) is None
    found = judged([[0, 1, "1/3"], [1, 0, 2], ["1/4", 3, 0]])
    assert found.outcome is Outcome.REFUTED
    assert found.data == {"pair": [0, 2], "values": ["1/3", "1/4"], "unequal_pairs": 2}
    assert first_asymmetry(array([[0, 1, "1/3"], [1, 0, 2], ["1/4", 3, 0]])) == (0, 2)
    count = judged([[0, 1, 2], [3, 0, 4], [5, 6, 0]]).data["unequal_pairs"]
    assert (count, type(count)) == (3, int)


def test_symmetric_weights_are_square() -> None:
    assert judged([[1, 2], [2, 1]]) == Judgement(Outcome.PROVED)
    for wrong in (ExactArray.of([[1, 2]]), ExactArray.of([[1], [2]]), ExactArray.of([1, 2])):
        with pytest.raises(EvidenceRejected, match="not a square matrix"):
            judge(SymmetricWeights("w", wrong), {"rule": "comparison"})


# ------------------------------------------------------------------ symmetrisers


def test_a_symmetriser_is_positive_and_symmetrises() -> None:
    """D = diag(3, 2): DW = (0 6; 6 0)."""
    W = [[0, 2], [3, 0]]
    found = judged(W, symmetriser=["3", "2"])
    assert found.outcome is Outcome.REFUTED
    assert (found.data["symmetrisable"], found.data["symmetriser"]) == ("yes", ["3", "2"])
    assert found.data["pair"] == [0, 1]
    for wrong in (["3", "3"], ["-3", "-2"], ["0", "0"], ["2", "3"]):
        refused(W, "not positive, or DW is not symmetric", symmetriser=wrong)
    # Less than 1 is positive too.
    assert judged(W, symmetriser=["3/8", "1/4"]).data["symmetrisable"] == "yes"
    refused([[0, 0], [0, 0], [0, 0]], "not a square matrix", symmetriser=["1", "1"])
    refused([[0, 1], [0, 0]], "not positive, or DW is not symmetric", symmetriser=["0", "1"])


# ------------------------------------------------------------------ cycles

# Around (0, 1, 2) the products are 1·1·2 and 1·1·1.
SKEW = [[0, 1, 1], [1, 0, 1], [2, 1, 0]]


def test_a_cycle_whose_products_differ() -> None:
    found = judged(SKEW, cycle=[0, 1, 2])
    assert (found.data["symmetrisable"], found.data["cycle"]) == ("no", [0, 1, 2])
    assert found.data["values"] == ["1", "2"]
    for wrong, message in (
        ([0], "expected a list of neurons"),
        ([0, 1, 2, 0], "expected a list of neurons"),
        ({"0": 0, "1": 1}, "expected a list of neurons"),
        ([0, 1, 3], "below 3"),
        ([0, 2], "differ in sign or one is 0"),
    ):
        refused(SKEW, message, cycle=wrong)


def test_a_cycle_that_a_symmetriser_explains() -> None:
    """W = D⁻¹S for S symmetric: around every cycle the products agree."""
    W = [[0, 2, 4], [1, 0, 6], ["1/2", "3/2", 0]]
    assert judged(W, symmetriser=["1", "2", "8"]).data["symmetrisable"] == "yes"
    refused(W, "the products forward and backward agree", cycle=[0, 1, 2])


@pytest.mark.parametrize(
    ("W", "no"),
    [
        ([[0, 1], [-2, 0]], True),
        ([[0, 1], [0, 0]], True),
        ([[0, 0], [1, 0]], True),
        ([[0, 1], [2, 0]], False),
        ([[0, -1], [-2, 0]], False),
        # A product below 1 is positive all the same.
        ([[0, "1/2"], ["1/3", 0]], False),
    ],
)
def test_a_pair_refutes_by_signs_only(W: Rows, no: bool) -> None:
    if no:
        assert judged(W, cycle=[0, 1]).data["symmetrisable"] == "no"
        assert judged(W, cycle=[1, 0]).data["cycle"] == [1, 0]
    else:
        refused(W, "differ in sign or one is 0", cycle=[0, 1])


def test_a_pair_without_weights_refutes_nothing() -> None:
    W = [[0, 0, 1], [0, 0, 0], [2, 0, 0]]
    assert first_pair_is_zero(array(W), 0, 1)
    assert not first_pair_is_zero(array([[0, 0], [1, 0]]), 0, 1)
    assert not first_pair_is_zero(array([[0, 1], [0, 0]]), 0, 1)
    refused(W, "differ in sign or one is 0", cycle=[0, 1])
    # Nor does a walk from a neuron to itself.
    refused([[5, 1], [2, 0]], "differ in sign or one is 0", cycle=[0, 0])


# ------------------------------------------------------------------ drives and energies


def model(layer: str, synapse: str = "", more: str = "") -> Model:
    joined = f"synapses: {{w: {{{synapse}}}}}\n" if synapse else ""
    text = f"hopverify: 1\nname: compared\nlayers: {{x: {{size: 2, {layer}}}}}\n{joined}{more}"
    return build_model(parse_spec(text))


def test_drives_that_are_gradients() -> None:
    def asked(weights: str) -> Judgement:
        own = model("lagrangian: relu", f"kind: dense, layers: [x, x], weights: {weights}").synapses["w"]
        return judge(GradientDrive("w", own), {"rule": "comparison"})

    assert asked("[[1, 2], [2, 1]]") == Judgement(Outcome.PROVED)
    found = asked("[[1, 2], [3, 1]]")
    assert found.outcome is Outcome.REFUTED
    assert found.data["index"] == [0, 1]
    assert isinstance(found.data["violated"], str)


@pytest.mark.parametrize(
    ("layer", "more", "because"),
    [
        ("lagrangian: relu", "", None),
        ("lagrangian: relu, bias: [0, 3]", "", None),
        ("lagrangian: relu, bias: [0, 0], bias_in_energy: false", "", None),
        (
            "lagrangian: relu, bias: [0, 3], bias_in_energy: false",
            "",
            "the bias of x is left out of the energy",
        ),
        ("lagrangian: relu", "energy: sum(x^2)\n", "the spec claims an energy of its own"),
    ],
)
def test_energies_that_are_the_derived_ones(layer: str, more: str, because: str | None) -> None:
    found = judge(DerivedEnergy(model(layer, "", more)), {"rule": "comparison"})
    expected: Mapping[str, Any] = {} if because is None else {"because": because}
    assert (found.outcome is Outcome.PROVED, found.data) == (because is None, expected)


def test_all_layers_whose_bias_is_left_out_are_named() -> None:
    layers = ", ".join(f"{name}: {{size: 1, lagrangian: relu, bias: 1, bias_in_energy: false}}" for name in "ab")
    asked = build_model(parse_spec(f"hopverify: 1\nname: compared\nlayers: {{{layers}}}\n"))
    because = judge(DerivedEnergy(asked), {"rule": "comparison"}).data["because"]
    assert because == "the bias of a, b is left out of the energy"
