"""What checks may be asked with: names, numbers and regions that fit, each beside one that does not; and what is
outside a theorem, said in words."""

from __future__ import annotations

import pytest

from hopverify.checks import Claim, claims_of
from hopverify.errors import SpecError
from hopverify.networks import any_model
from hopverify.spec import parse_spec
from hopverify.verdict import Verdict

NETWORK = """hopverify: 1
name: asked
layers: {x: {size: 2, lagrangian: LAGRANGIAN}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1], [1, 0]]}}
memories: {m: {layer: x, patterns: [[1, 1]]}}
"""
SPINS = """hopverify: 1
name: spins
layers: {s: {size: 3, states: spins}}
synapses: {w: {kind: hebbian, layers: [s], patterns: [[1, 1, -1]]}}
memories: {m: {layer: s, patterns: [[1, 1, -1]]}}
update: asynchronous
"""


def claims(text: str) -> list[Claim]:
    spec = parse_spec(text)
    return [claim for _, claim in claims_of(spec, any_model(spec))]


def asked(check: str, lagrangian: str = "tanh", more: str = "") -> list[Claim]:
    return claims(f"{NETWORK.replace('LAGRANGIAN', lagrangian)}checks: [{check}]\n{more}")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("energy_descent", "energy_decsent", "no check is called 'energy_decsent'; did you mean 'energy_descent'"),
        ("{equilibria: {near: m}}", "{equilibria: {near: n}}", "no memory is called 'n'"),
        ("{equilibria: {lower: -1, upper: 1}}", "{equilibria: {lower: -1}}", "a region needs both lower and upper"),
        ("{equilibria: {lower: -1, upper: 1}}", "{equilibria: {upper: 1}}", "a region needs both lower and upper"),
        (
            "{equilibria: {lower: [-1, 0], upper: 1}}",
            "{equilibria: {lower: [-1, 0, 0], upper: 1}}",
            "expected one number, or one for each of 2 neurons, got 3",
        ),
        (
            "{equilibria: {lower: [-1, 1], upper: 1}}",
            "{equilibria: {lower: [-1, 2], upper: 1}}",
            "the region is empty: lower 2 is above upper 1 for neuron 1",
        ),
        ("{basin_cells: {flips: 2}}", "{basin_cells: {flips: 3}}", "the layer has 2 neurons only"),
        ("{basin_cells: {memory: m}}", "{basin_cells: {memory: n}}", "no memory is called 'n'"),
    ],
)
def test_parameters_of_checks(right: str, wrong: str, message: str) -> None:
    assert all(claim.inapplicable is None for claim in asked(right))
    with pytest.raises(SpecError, match=message):
        asked(wrong)


def test_expectations_name_checks() -> None:
    network = NETWORK.replace("LAGRANGIAN", "tanh")
    assert claims(f"{network}expect: {{energy_descent: fail}}\n")
    with pytest.raises(SpecError, match=r"expect\.energy: no check is called 'energy'; did you mean 'energy_descent'"):
        claims(f"{network}expect: {{energy: fail}}\n")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("{spin_correction: {memory: m}}", "{spin_correction: {memory: n}}", "no memory is called 'n'"),
        ("{spin_correction: {at_least: 1}}", "{spin_correction: {at_least: 2}}", "m holds 1 patterns only"),
        ("{spin_correction: {flips: 3}}", "{spin_correction: {flips: 4}}", "the model has 3 neurons only"),
    ],
)
def test_parameters_of_checks_of_spins(right: str, wrong: str, message: str) -> None:
    assert claims(f"{SPINS}checks: [{right}]\n")
    with pytest.raises(SpecError, match=message):
        claims(f"{SPINS}checks: [{wrong}]\n")


def test_memories_of_spins_are_states_of_the_whole_model() -> None:
    (claim,) = claims(SPINS + "checks: [spin_correction]\n")
    assert claim.inapplicable is None
    two = SPINS.replace("{s: {size: 3, states: spins}}", "{s: {size: 3, states: spins}, t: {size: 1, states: spins}}")
    (claim,) = claims(two + "checks: [spin_correction]\n")
    assert claim.inapplicable == "the model has several layers, and a pattern is a state of one of them only"
    none = SPINS.replace("memories: {m: {layer: s, patterns: [[1, 1, -1]]}}\n", "")
    (claim,) = claims(none + "checks: [spin_correction]\n")
    assert claim.inapplicable is not None
    assert claim.inapplicable.startswith("the model has no memories")


def outside(text: str, check: str) -> str | None:
    (claim,) = claims(f"{text}checks: [{check}]\n")
    return claim.inapplicable


def test_cells_are_of_layers_with_leaks_and_linear_drives() -> None:
    network = NETWORK.replace("LAGRANGIAN", "tanh")
    linear = "{kind: dense, layers: [x, x], weights: [[0, 1], [1, 0]]}"
    for old, new, said in (
        ("tanh", "tanh", ""),
        ("tanh", "softmax", ""),
        ("[1, 0]]", "[2, 0]]", ""),
        ("tanh", "normmax", "layer x is not elementwise, and none of softmax, "),
        ("tanh", "tanh, leak: 0", "needs a positive leak"),
        (linear, "{kind: expression, layers: [x], energy: -sum(x^3)}", "the drive of synapse w is not linear"),
    ):
        found = outside(network.replace(old, new), "basin_cells")
        assert said in found if found and said else (found or "") == said
    assert outside(network.replace("memories: {m: {layer: x, patterns: [[1, 1]]}}\n", ""), "basin_cells") is not None


TWO = """hopverify: 1
name: two
layers: {v: {size: 1, lagrangian: identityVISIBLE}, h: {size: 2, lagrangian: softmaxHIDDEN, tau: 0}}
synapses: {xi: {kind: dense, layers: [h, v], weights: [[2], [-2]]}}
memories: {m: {layer: LAYER, patterns: PATTERNS}}
"""


def two(visible: str = "", hidden: str = "", layer: str = "v", patterns: str = "[[2]]") -> str:
    text = TWO.replace("VISIBLE", visible).replace("HIDDEN", hidden)
    return text.replace("LAYER", layer).replace("PATTERNS", patterns)


def test_retrieval_is_of_dense_associative_memories() -> None:
    assert outside(two(), "memory_retrieval") is None
    said = "the theorem needs leak 1, no bias and one time constant on the identity layer"
    for visible in (", leak: 2", ", bias: 1"):
        assert outside(two(visible), "memory_retrieval") == said
    assert outside(two(hidden=", leak: 2"), "memory_retrieval") == said
    network = NETWORK.replace("LAGRANGIAN", "tanh")
    needs = outside(network, "memory_retrieval")
    assert needs is not None
    assert needs.startswith("needs one dense synapse between an instantaneous layer")


def test_states_of_their_own_have_equilibria_beside_them() -> None:
    assert outside(two(), "{equilibria: {near: m}}") is None
    said = outside(two(layer="h", patterns="[[1, 0]]"), "{equilibria: {near: m}}")
    assert said == "layer h is instantaneous (tau: 0): name a memory of a layer with a state of its own"
    inhibited = (
        "hopverify: 1\nname: i\nlayers: {x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: relu, tau: 0}}\n"
        "synapses: {w: {kind: diagonal, layers: [y, y], weights: [-1]}}\n"
        "memories: {m: {layer: x, patterns: [[1]]}}\n"
    )
    said = outside(inhibited, "{equilibria: {near: m}}")
    assert said == "layer y inhibits itself at once, which the search beside patterns excludes"
    slow = inhibited.replace("layer: x, patterns", "layer: y, patterns").replace(
        "{kind: diagonal, layers: [y, y], weights: [-1]}", "{kind: dense, layers: [x, y], weights: [[1]]}"
    )
    assert outside(slow, "basin_cells") == (
        "layer y is instantaneous (tau: 0): name a memory of a layer with a state of its own"
    )


def test_claims_of_models_without_a_regular_flow_are_told_to_be_outside() -> None:
    steep = (
        "hopverify: 1\nname: steep\nlayers: {x: {size: 1, activation: {expression: 'sqrt(relu(x))', of: neuron}}}\n"
        "synapses: {w: {kind: expression, layers: [x], energy: -sum(x^3)}}\n"
    )
    for check in ("equilibria", "equilibrium_stability", "state_recovery", "flat_region_stability"):
        assert outside(steep, check) is not None
        assert outside(steep.replace("sqrt(relu(x))", "tanh(x)"), check) is None
    many = steep.replace("size: 1", "size: 65").replace("sqrt(relu(x))", "tanh(x)")
    assert (outside(many, "equilibria") or "").startswith("there are 65 neurons, and the limit is 64, since the drive")


def test_verdicts_are_no_truth_values() -> None:
    with pytest.raises(TypeError, match="a verdict is not a truth value"):
        bool(Verdict.PASS)
