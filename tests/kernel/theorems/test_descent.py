"""Energies that fall by T2, and states from which they rise; how claims about both are refused."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel import check
from hopverify.kernel.core import Core, write
from hopverify.kernel.facts import Fact
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
