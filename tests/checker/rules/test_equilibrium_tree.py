"""What is said of a list of equilibria, whatever tree it is from: the list is given here, and the rule reads it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq_mat

from hopverify.checker.equilibria import Enumeration, Equilibrium
from hopverify.checker.exact_solution import Face
from hopverify.checker.rules import Judgement, equilibrium_tree, judge
from hopverify.checks import FACTORISATION, FLOATING_POINT
from hopverify.networks import build_model, linear_network
from hopverify.obligations import AllEquilibria, DecidedStability, FlatRegionsInBasins, Outcome, RecoveredStates, Search
from hopverify.spec import parse_spec
from hopverify.verdict import Reason

TREE: dict[str, Any] = {"rule": "equilibrium_tree", "box": None, "levels": [], "cuts": [], "faces": {}}
Given = Callable[..., Search]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    def search(layers: str, synapses: str, found: Enumeration) -> Search:
        text = f"hopverify: 1\nname: listed\nlayers: {{{layers}}}\nsynapses: {{{synapses}}}\n"
        model = build_model(parse_spec(text))
        network = linear_network(model)
        assert network is not None
        monkeypatch.setattr(equilibrium_tree, "enumeration", lambda search, payload: found)
        return Search(model, network, None)

    return search


def at(*state: Any, **more: Any) -> Equilibrium:
    x = np.array([Fraction(value) for value in state], dtype=object)
    return Equilibrium(x, x.astype(float), x.astype(float), **more)


def enclosed(*state: float) -> Equilibrium:
    x = np.array(state)
    return Equilibrium(None, x - 2.0**-30, x + 2.0**-30)


def judged(asked: Any, **more: Any) -> Judgement:
    return judge(asked, {**TREE, **more})


# Two neurons on their own: the first doubles what it is given, the second is dead at -1 and rests at its kink at 0.
RELU = "x: {size: 2, lagrangian: relu, bias: [-1, 0]}"
OWN = "w: {kind: dense, layers: [x, x], weights: [[2, 0], [0, 1/2]]}"


def test_all_equilibria_are_described(given: Given) -> None:
    line = Face(fmpq_mat(2, 2), fmpq_mat(2, 1), 1)
    listed = [at(1, 0), at(-1, 0), at(1, 0, face=line)]
    found = judged(AllEquilibria(given(RELU, OWN, Enumeration(listed, 0, 7, 4))))
    assert found == Judgement(
        Outcome.PROVED,
        {
            "equilibria": [
                {"x": ["1", "0"], "alive": [0], "at_kink": [1], "stability": "unstable"},
                {"x": ["-1", "0"], "alive": [], "at_kink": [1], "stability": "stable"},
                {"x": ["1", "0"], "alive": [0], "at_kink": [1], "stability": "undecided", "dimension": 1},
            ],
            "boxes": 7,
            "patterns": 4,
        },
    )


def test_equilibria_of_whole_layers_are_described(given: Given) -> None:
    joined = "w: {kind: dense, layers: [s, s], weights: [[0, 1/4], [1/4, 0]]}"
    search = given("s: {size: 2, lagrangian: softmax}", joined, Enumeration([enclosed(0.125, 0.125)], 0, 1, 0))
    (row,) = judged(AllEquilibria(search)).data["equilibria"]
    assert (row["alive"], row["stability"]) == ([0, 1], "stable")
    assert "at_kink" not in row


def test_undecided_boxes_leave_the_list_open(given: Given) -> None:
    search = given(RELU, OWN, Enumeration([at(1, 0)], 25, 30, 0))
    for asked in (
        AllEquilibria(search),
        RecoveredStates(search),
        DecidedStability(search),
        FlatRegionsInBasins(search),
    ):
        found = judged(asked)
        assert (found.outcome, found.reason) == (Outcome.OPEN, Reason.REGION_TOO_LARGE)
        assert found.data["undecided_boxes"] == 25
        assert (len(found.data["equilibria"]), found.data["boxes"]) == (1, 30)


def test_the_one_that_attracts_is_told(given: Given) -> None:
    one = Enumeration([at(1, 1), at(-1, 1, attracting=True)], 0, 1, 0)
    found = judged(AllEquilibria(given(RELU, OWN, one)), multipliers=["1", "1"])
    assert found.data["attracting"] == "the one equilibrium attracts every solution (T16)"
    assert "assumptions" not in found.data
    floating = judged(AllEquilibria(given(RELU, OWN, one)), multipliers=["1", "1"], definiteness={})
    assert floating.data["assumptions"] == [FLOATING_POINT, FACTORISATION]
    assert "attracting" not in judged(AllEquilibria(given(RELU, OWN, Enumeration([at(1, 1)], 0, 1, 0)))).data


def test_states_are_recovered(given: Given) -> None:
    found = judged(RecoveredStates(given(RELU, OWN, Enumeration([at(-1, 0)], 0, 1, 1))))
    assert found.outcome is Outcome.PROVED
    (row,) = found.data["equilibria"]
    assert row == {"x": ["-1", "0"], "undetermined": {"x[0]": "-1", "x[1]": "0"}}


def test_regions_lie_in_basins(given: Given) -> None:
    found = judged(FlatRegionsInBasins(given(RELU, OWN, Enumeration([at(-1, 0)], 0, 1, 1))))
    assert found.outcome is Outcome.PROVED
    assert found.data["equilibria"][0]["region"] == {"x[0]": ["-∞", "0"], "x[1]": ["-∞", "0"]}
    joined = "w: {kind: dense, layers: [s, s], weights: [[0, 1/4], [1/4, 0]]}"
    for tau, outcome, reason in (("1", Outcome.PROVED, None), ("[1, 2]", Outcome.OPEN, Reason.OUTSIDE_THEOREM)):
        layers = f"s: {{size: 2, lagrangian: softmax, tau: {tau}}}"
        search = given(layers, joined, Enumeration([enclosed(0.125, 0.125)], 0, 3, 0))
        found = judged(FlatRegionsInBasins(search))
        assert (found.outcome, found.reason) == (outcome, reason)
        assert (found.data["boxes"], len(found.data["equilibria"])) == (3, 1)


def test_stability_is_decided_of_all_or_left_open(given: Given) -> None:
    """ẋ = relu(x) - x rests at every x ≥ 0: of x = 1 the eigenvalue 0 says nothing."""
    flat = "w: {kind: dense, layers: [x, x], weights: [[1, 0], [0, 1/2]]}"
    zero = "x: {size: 2, lagrangian: relu, bias: [0, -1]}"
    stable, open_ = at(-1, -1), at(1, -1)
    for listed, complete in (([], True), ([stable], True), ([stable, open_], False), ([open_], False)):
        found = judged(DecidedStability(given(zero, flat, Enumeration(list(listed), 0, 2, 0))))
        assert found.outcome is (Outcome.PROVED if complete else Outcome.OPEN)
        assert found.reason is (None if complete else Reason.STABILITY_OPEN)
        assert [row["x"] for row in found.data["equilibria"]] == [entry.texts() for entry in listed]
    decided = judged(DecidedStability(given(zero, flat, Enumeration([stable], 0, 2, 0)))).data["equilibria"]
    assert decided == [{"x": ["-1", "-1"], "stability": "stable", "lambda_max_at_most": "0"}]
    # Of a box that is left over nothing is known, however stable the others are.
    left = judged(DecidedStability(given(zero, flat, Enumeration([stable], 25, 2, 0))))
    assert (left.outcome, left.reason) == (Outcome.OPEN, Reason.REGION_TOO_LARGE)
