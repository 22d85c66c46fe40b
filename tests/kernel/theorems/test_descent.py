"""Energies that fall by T2, and states from which they rise; how claims about both are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from hopverify.kernel import check
from hopverify.kernel.core import Core, write
from hopverify.kernel.facts import Fact
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from tests.kernel.accepting import accepted, core, layer, rejected
from tests.kernel.test_core import SPINS


def doubling(energy: str, tau: int = 1) -> Core:
    """Return τẋ = x with an energy of its own."""
    return core(
        f"layers: {{x: {{size: 1, lagrangian: identity, tau: {tau}}}}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[2]]}}\n"
        f"energy: {energy}\n"
    )


SQUARE = doubling("sum(x^2)", tau=2)
RISES = {"state": {"x": ["3"]}, "rate": "9"}
UPDATED = RISES | {"step": "1/4", "rise": "81/16"}


def test_an_energy_that_rises() -> None:
    """E = x² along 2ẋ = x: dE/dt = x², and an update by 1/4 of Tẋ makes it (5/4)² as large."""
    assert accepted(SQUARE, "ascent", "point", RISES) == 'the energy rises: dE/dt ≥ 9 > 0 at {"x":["3"]}'
    assert accepted(SQUARE, "ascent", "point", UPDATED)
    rejected(SQUARE, "ascent", "point", RISES | {"rate": "9000001/1000000"}, "dE/dt is not certainly so high")
    rejected(SQUARE, "ascent", "point", UPDATED | {"rise": "6"}, "one update does not certainly raise E so far")
    rejected(doubling("-sum(x^2)"), "ascent", "point", RISES, "dE/dt is not certainly so high")


def test_an_energy_without_a_value_does_not_rise() -> None:
    """Along ẋ = x the formula 1/x of the slope of log x gives dE/dt = 1 everywhere."""
    for state, holds in (("3", True), ("-3", False)):
        fields = {"state": {"x": [state]}, "rate": "1/2"}
        if holds:
            assert accepted(doubling("sum(log(x))"), "ascent", "point", fields)
        else:
            rejected(doubling("sum(log(x))"), "ascent", "point", fields, "dE/dt is not certainly so high")


def test_updates_that_overshoot() -> None:
    """E = -(x - 2)² rises from x = 1 until x = 2, and is what it was at x = 3."""
    of, fields = doubling("-sum((x - 2)^2)"), {"state": {"x": ["1"]}, "rate": "1", "rise": "1/8"}
    for step in ("1/8", "1"):
        assert accepted(of, "ascent", "point", fields | {"step": step})
    for step in ("2", "3"):
        rejected(of, "ascent", "point", fields | {"step": step}, "one update does not certainly raise")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": {"x": ["3", "3"]}}, "expected 1 numbers, got 2"),
        ({"state": {"x": "3"}}, "expected a list"),
        ({"state": {"x": [3]}}, "expected a rational"),
        ({"state": {"x": [True]}}, "expected a rational"),
        ({"state": {"x": ["inf"]}}, "expected a rational"),
        ({"state": {"x": ["9" * 4001]}}, "expected a rational"),
        ({"state": {"y": ["3"]}}, "the key 'x' is missing"),
        ({"state": {"x": ["3"], "y": ["3"]}}, "unknown keys"),
        ({"state": ["3"]}, "expected an object"),
        ({"rate": "0"}, "the rate that is claimed is not positive"),
        ({"rate": "-1"}, "the rate that is claimed is not positive"),
        ({"rate": 9}, "rate: expected a rational"),
        ({"rate": "9.0"}, "rate: expected a rational"),
        ({"step": "1"}, "a step goes with a rise"),
        ({"rise": "1"}, "a step goes with a rise"),
        ({"step": "0", "rise": "1"}, "the step or the rise that is claimed is not positive"),
        ({"step": "-6", "rise": "1"}, "the step or the rise that is claimed is not positive"),
        ({"step": "1", "rise": "0"}, "the step or the rise that is claimed is not positive"),
        ({"step": "1/4", "rise": 5}, "rise: expected a rational"),
    ],
    ids=str,
)
def test_what_is_refused(change: dict[str, Any], why: str) -> None:
    rejected(SQUARE, "ascent", "point", RISES | change, why)


def test_a_proof_of_an_ascent_holds_nothing() -> None:
    rejected(SQUARE, "ascent", "point", RISES, "unknown keys", state={"x": ["3"]})


def test_spins_and_bare_activations_have_no_such_energy() -> None:
    spins = read(SPINS)
    rejected(spins, "ascent", "point", RISES, "spins follow no flow")
    rejected(spins, "descent", "T2", {}, "spins follow no flow", premises=[])
    bare = core("layers: {x: {size: 1, activation: {expression: 'x^2'}}}\n")
    rejected(bare, "ascent", "point", RISES, "layer x has no Lagrangian")


def test_a_jump_has_no_rate_and_a_kink_the_rates_of_both_sides() -> None:
    jumping = layer("size: 1, lagrangian: abs, bias: 1")
    rejected(jumping, "ascent", "point", RISES | {"state": {"x": ["0"]}}, "dE/dt is not certainly so high")
    for energy, why in (("sum(relu(x - 3))", "not certainly so high"), ("sum(abs(x - 3) + 2*x)", "")):
        if why:
            rejected(doubling(energy), "ascent", "point", RISES | {"rate": "1"}, why)
        else:
            assert accepted(doubling(energy), "ascent", "point", RISES | {"rate": "2"})


STUBBED = ("convex", "Lipschitz activation", "Lipschitz drive", "gradient of L", "gradient drive", "compatible times")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the premises be taken for granted: here it counts which ones are asked for, and in which order."""
    granted = {(name, "granted"): lambda case: Fact(case.core, case.claim) for name in STUBBED}
    monkeypatch.setattr(check, "THEOREMS", {**check.THEOREMS, **granted})


def granted(claim: str, **fields: str) -> dict[str, Any]:
    by = "core" if claim == "derived energy" else "granted"
    return {"claim": {"claim": claim, **fields}, "proof": {"by": by}}


TWO = core(
    "layers: {x: {size: 1, lagrangian: tanh}, h: {size: 1, lagrangian: gelu, tau: 0}}\n"
    "synapses: {w: {kind: dense, layers: [x, h], weights: [[2]]}}\n"
)
ONE_CELL = core(
    "layers: {x: {size: 1, lagrangian: tanh}}\nsynapses: {w: {kind: dense, layers: [x, x], weights: [[1]]}}\n"
)
HALF_SQUARE = ["divide", ["power", ["state"], "2"], "2"]
TIMES, H = "one time constant", ["activation", "h"]
PREMISES = [
    granted("derived energy"),
    granted("gradient drive", synapse="w"),
    granted("Lipschitz drive", synapse="w"),
    *(granted(name, layer=layer) for layer in "xh" for name in ("Lipschitz activation", "gradient of L")),
    granted("convex", layer="x"),
    granted("compatible times", layer="x", because=TIMES),
]


@pytest.mark.usefixtures("taken")
def test_the_premises_of_descent_stand_in_their_order() -> None:
    assert accepted(TWO, "descent", "T2", {}, premises=PREMISES) == "dE/dt ≤ 0 along the flow, from every state"
    for place, missing in enumerate(PREMISES):
        rest = PREMISES[:place] + PREMISES[place + 1 :]
        why = "the proof lacks a premise" if missing is PREMISES[-1] else f"premise {place} is another one than needed"
        rejected(TWO, "descent", "T2", {}, why, premises=rest)
    rejected(TWO, "descent", "T2", {}, "premise 1 is another one", premises=[*PREMISES[:1], *PREMISES[:0:-1]])
    rejected(TWO, "descent", "T2", {}, "more premises than needed", premises=[*PREMISES, PREMISES[0]])
    rejected(TWO, "descent", "T2", {}, "the key 'premises' is missing")
    rejected(TWO, "descent", "T2", {}, "expected a list", premises={})
    unproved = [*PREMISES[:2], PREMISES[2] | {"proof": 1}]
    rejected(TWO, "descent", "T2", {}, r"premises\[2\]: the proof is an object", premises=unproved)


@pytest.mark.usefixtures("taken")
def test_states_that_follow_only_implicitly_may_jump() -> None:
    inhibited = core(
        "layers: {x: {size: 1, lagrangian: tanh}, h: {size: 1, lagrangian: tanh, tau: 0}}\n"
        "synapses: {w: {kind: dense, layers: [x, h], weights: [[1]]},"
        " c: {kind: diagonal, layers: [h, h], weights: [-1]}}\n"
    )
    rejected(inhibited, "descent", "T2", {}, "layer h is instantaneous, and depends on", premises=PREMISES)
    both = read(write(TWO) | {"synapses": [{"name": "w", "S": ["dot", H, H], "drive": "gradient"}]})
    rejected(both, "descent", "T2", {}, "layer h is instantaneous, and depends on", premises=PREMISES)


@pytest.mark.usefixtures("taken")
def test_times_that_do_not_fit() -> None:
    """vᵀTHv for H = (2 2; 2 2) and v = (3, -2): Hv = (2, 2), vᵀTHv = 2(3τ₀ - 2τ₁) = -2 for τ = (1, 2)."""
    L = "layers: {{x: {{size: 2, lagrangian: {{expression: '(x[0] + x[1])^2'}}, tau: {}}}}}\n"
    of, same = core(L.format("[1, 2]")), core(L.format("2"))
    fields = {"layer": "x", "state": ["0", "0"], "direction": ["3", "-2"], "curvature": "-2"}
    convex = [granted("convex", layer="x")]
    assert accepted(of, "incompatible times", "point", fields, premises=convex)
    rejected(of, "incompatible times", "point", fields | {"curvature": "-3"}, "not certainly so low", premises=convex)
    rejected(same, "incompatible times", "point", fields, "not certainly so low", premises=convex)
    rejected(of, "incompatible times", "point", fields, "the proof lacks a premise", premises=[])
    rejected(of, "incompatible times", "point", fields, "another one", premises=[granted("gradient of L", layer="x")])
    rejected(of, "incompatible times", "point", fields, "'premises' is missing")


# ------------------------------------------------------------------------------------ with the proofs of the premises


def proved(by: str, claim: str, **fields: str) -> dict[str, Any]:
    return {"claim": {"claim": claim, **fields}, "proof": {"by": by}}


def of_layer(name: str, *, moving: bool = True, by: str = "identity") -> list[list[dict[str, Any]]]:
    """Return what T2 asks of a layer, and of one with τ > 0 beside."""
    convex = [
        proved("composition", "convex", layer=name),
        proved("commuting", "compatible times", layer=name, because="one time constant"),
    ]
    lipschitz = proved("composition", "Lipschitz activation", layer=name)
    return [[lipschitz, proved(by, "gradient of L", layer=name)], convex if moving else []]


def t2(*layers: list[list[dict[str, Any]]], drive: str = "identity") -> list[dict[str, Any]]:
    """Return the premises of T2 for the synapse w and these layers."""
    of_drive = [proved(drive, "gradient drive", synapse="w"), proved("composition", "Lipschitz drive", synapse="w")]
    energy = proved("core", "derived energy")
    return [energy, *of_drive, *(each for own, _ in layers for each in own), *(e for _, own in layers for e in own)]


WHOLE = t2(of_layer("x"), of_layer("h", moving=False))
FALLS = "dE/dt ≤ 0 along the flow, from every state"


def refused(of: Core, premises: list[dict[str, Any]], why: str) -> None:
    rejected(of, "descent", "T2", {}, why, premises=premises)


def test_two_layers_with_all_proofs() -> None:
    """Of the instantaneous layer, whose gelu is not convex, no convexity is asked."""
    assert accepted(TWO, "descent", "T2", {}, premises=WHOLE) == FALLS
    for k in range(len(WHOLE) - 1):
        swapped = [*WHOLE[:k], WHOLE[k + 1], WHOLE[k], *WHOLE[k + 2 :]]
        refused(TWO, swapped, f"premise {k} is another one than needed")
    for k, own in enumerate(WHOLE):
        refused(TWO, [*WHOLE[:k], {**own, "proof": {"by": "T2"}}, *WHOLE[k + 1 :]], rf"premises\[{k}\]: .* is shown by")
        refused(TWO, [*WHOLE[:k], {"claim": own["claim"]}, *WHOLE[k + 1 :]], rf"premises\[{k}\]: it has no proof")
    refused(TWO, [*WHOLE, WHOLE[-1]], "more premises than needed")
    refused(TWO, [*WHOLE, *of_layer("h")[1]], "more premises than needed")


def test_premises_are_about_the_layer_that_is_meant() -> None:
    for k, own in enumerate(WHOLE):
        if own["claim"].get("layer") == "x" and own["claim"]["claim"] != "convex":
            other = {**own, "claim": own["claim"] | {"layer": "h"}}
            refused(TWO, [*WHOLE[:k], other, *WHOLE[k + 1 :]], f"premise {k} is another one than needed")
    for name in ("y", "", "original: x", "residual", "X", ["x"], 0):
        strange = {**WHOLE[-2], "claim": {"claim": "convex", "layer": name}}
        refused(TWO, [*WHOLE[:-2], strange, WHOLE[-1]], "no layer with a flow is called")


def test_premises_about_the_original_are_about_another_core() -> None:
    """Here x is not convex; that of the original is, and has the same name there."""
    one = (
        "layers: {{x: {{size: 1, lagrangian: {}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: [[1]]}}}}\n"
    )
    bent, round_ = core(one.format("gelu")), core(one.format("tanh"))
    repaired = replace(bent, original=round_)
    premises = t2(of_layer("x"))
    assert accepted(round_, "descent", "T2", {}, premises=premises) == FALLS
    refused(repaired, premises, r"premises\[5\]: composition does not show")
    original = {**premises[5], "claim": {"claim": "convex", "layer": "original: x"}}
    assert str(check.accept(repaired, original).claim) == "the Lagrangian of layer x is convex"
    refused(repaired, [*premises[:5], original, premises[6]], "premise 5 is another one than needed")
    before: check.Accepted = {}
    check.accept(repaired, original, before=before)
    check.accept(round_, premises[5], before=before)
    for cited in (original["claim"], premises[5]["claim"]):
        document = proved("T2", "descent")
        document["proof"]["premises"] = [*premises[:5], {"claim": cited}, premises[6]]
        with pytest.raises(Rejected, match=r"premise 5 is another one than needed|was not accepted before"):
            check.accept(repaired, document, before=before)


def test_a_layer_with_a_name_that_means_something_elsewhere() -> None:
    for name in ("original: x", "residual"):
        plain = read(json.loads(json.dumps(write(ONE_CELL)).replace('"x"', json.dumps(name))))
        for of in (plain, replace(plain, original=ONE_CELL)):
            assert accepted(of, "descent", "T2", {}, premises=t2(of_layer(name))) == FALLS
            refused(of, t2(of_layer("x")), "no layer with a flow is called 'x'")


def test_an_energy_without_all_biases_is_not_the_one_that_falls() -> None:
    body = (
        "layers: {{x: {{size: 1, lagrangian: tanh, bias: 1, bias_in_energy: {}}}}}\n"
        "synapses: {{w: {{kind: dense, layers: [x, x], weights: [[1]]}}}}\n"
    )
    premises = t2(of_layer("x"))
    assert accepted(core(body.format("true")), "descent", "T2", {}, premises=premises) == FALLS
    left_out = core(body.format("false"))
    refused(left_out, premises, r"premises\[0\]: the bias of x is left out")
    because = "the bias of x is left out of the energy"
    refused(left_out, [proved("core", "another energy", because=because), *premises[1:]], "premise 0 is another one")
    own = core(body.format("true") + "energy: sum(x^2)\n")
    refused(own, premises, r"premises\[0\]: the core states an energy of its own")


def test_a_drive_of_half_the_strength_or_of_one_way() -> None:
    for S in (["dot", ["activation", "x"], ["activation", "x"]], ["sum", ["activation", "x"]]):
        driven = read(write(ONE_CELL) | {"synapses": [{"name": "w", "S": S, "drive": {"x": ["activation", "x"]}}]})
        refused(driven, t2(of_layer("x")), "have other normal forms")
        refused(driven, t2(of_layer("x"), drive="definition"), "the core states the drive")


def test_energies_that_jump_are_refused_though_their_formal_gradient_is_0() -> None:
    """S = 1 for γ > 0: the drive is 0 almost everywhere, and E jumps where the bias carries γ past 0."""
    S = ["sum", ["step", ["activation", "x"]]]
    jumping = read(write(ONE_CELL) | {"synapses": [{"name": "w", "S": S, "drive": "gradient"}]})
    refused(
        jumping,
        t2(of_layer("x"), drive="definition"),
        r"premises\[2\]: composition does not show that S is locally Lipschitz",
    )


def test_lagrangians_that_jump_are_refused_in_instantaneous_layers_too() -> None:
    """L = ½x² + step(x) has the gradient x almost everywhere; no convexity would show the jump."""
    cell = write(ONE_CELL)["layers"][0] | {"L": ["add", HALF_SQUARE, ["step", ["state"]]]}
    for tau, g in product(("1", "0"), ("gradient", ["state"])):
        jumping = read(
            write(ONE_CELL) | {"layers": [cell | {"tau": {"shape": [1], "all": tau}, "g": g}], "synapses": []}
        )
        regular, gradient = of_layer("x", by="definition" if g == "gradient" else "identity")[0]
        layers = [regular, gradient, *(of_layer("x")[1] if tau == "1" else [])]
        why = r"composition does not show that L is .*locally Lipschitz"
        refused(jumping, [proved("core", "derived energy"), *layers], why)


# ------------------------------------------------------------------------------------------------ rates by hand


def test_leaks_and_times_of_each_neuron_count() -> None:
    """L = ½x² and E = ½Σρx², without b: dE/dt = Σ ρx(b - ρx)/τ, here (2x₀)(1 - 2x₀) - (3x₁)²/2.

    With b counted it is -Σ(b - ρx)²/τ.
    """
    text = "size: 2, lagrangian: identity, tau: [1, 2], leak: [2, 3], bias: [1, 0]"
    counted, left_out = layer(text), layer(f"{text}, bias_in_energy: false")
    rises = {"state": {"x": ["1/4", "0"]}, "rate": "1/4"}
    assert accepted(left_out, "ascent", "point", rises)
    rejected(left_out, "ascent", "point", rises | {"rate": "250001/1000000"}, "dE/dt is not certainly so high")
    rejected(counted, "ascent", "point", rises | {"rate": "1/1000000"}, "dE/dt is not certainly so high")
    both = {"state": {"x": ["1/4", "1/8"]}, "rate": "23/128"}
    assert accepted(left_out, "ascent", "point", both)
    rejected(left_out, "ascent", "point", both | {"rate": "9/50"}, "dE/dt is not certainly so high")


def test_instantaneous_layers_move_with_the_others_and_have_no_state_of_their_own() -> None:
    """x_h = 2x, ẋ = 2h - x = 3x and E = ½x² + ¼h = ½x² + ½x: dE/dt = (x + ½)·3x = 9/2 at x = 1."""
    rises = {"state": {"x": ["1"]}, "rate": "9/2"}
    of = core(
        "layers: {x: {size: 1, lagrangian: identity}, h: {size: 1, lagrangian: identity, tau: 0}}\n"
        "synapses: {w: {kind: dense, layers: [x, h], weights: [[2]]}}\nenergy: 'sum(x^2)/2 + sum(h)/4'\n"
    )
    assert accepted(of, "ascent", "point", rises)
    rejected(of, "ascent", "point", rises | {"rate": "4500001/1000000"}, "dE/dt is not certainly so high")
    given = {"state": {"x": ["1"], "h": ["2"]}, "rate": "1"}
    rejected(of, "ascent", "point", given, "unknown keys")
    rejected(of, "ascent", "point", given | {"state": {"h": ["2"]}}, "the key 'x' is missing")


def test_a_spread_leaves_ascents_to_the_numbers_that_are_given_and_takes_descents_from_all() -> None:
    """W = (0 -4; 2 0): ∇E = x + (x₁, x₀) and ẋ = Wx - x, so that dE/dt = (1, 1)·(-1, 2) = 1 at x = (1, 0)."""
    body = (
        "layers: {{x: {{size: 2, lagrangian: identity}}}}\n"
        "synapses: {{w: {{kind: dense, layers: [x, x], weights: {}}}}}\n"
    )
    rises = {"state": {"x": ["1", "0"]}, "rate": "1"}
    for weights in ("[[0, -4], [2, 0]]", "{values: [[0, -4], [2, 0]], tolerance: 7}"):
        of = core(body.format(weights))
        assert accepted(of, "ascent", "point", rises)
        rejected(of, "ascent", "point", rises | {"rate": "1000001/1000000"}, "dE/dt is not certainly so high")
        refused(of, t2(of_layer("x")), "have other normal forms")
    symmetric = core(body.format("{values: [[0, 1], [1, 0]], tolerance: 7}"))
    assert accepted(symmetric, "descent", "T2", {}, premises=t2(of_layer("x"))) == FALLS
