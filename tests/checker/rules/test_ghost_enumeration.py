"""Ghosts of three relu neurons, choice by choice; and layers that hide nothing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from hopverify.checker.rules import Judgement, ghost_enumeration, judge
from hopverify.checker.rules.ghost_enumeration import _hides_nothing, _is_nowhere_flat, has_derived_energy
from hopverify.errors import EvidenceRejected
from hopverify.networks import Layer, Model, build_model, linear_network
from hopverify.obligations import NoGhosts, Outcome
from hopverify.obligations.equilibria import Search
from hopverify.spec import parse_spec
from hopverify.verdict import Reason


def model(layers: str, synapses: str = "", more: str = "") -> Model:
    joined = f"synapses: {{{synapses}}}\n" if synapses else ""
    return build_model(parse_spec(f"hopverify: 1\nname: ghosts\nlayers: {{{layers}}}\n{joined}{more}"))


def dense(weights: str, text: str, size: int, more: str = "") -> Model:
    return model(f"x: {{size: {size}, {text}}}", f"w: {{kind: dense, layers: [x, x], weights: {weights}}}", more)


def layer(text: str) -> Layer:
    return model(f"x: {{size: 2, {text}}}").layers["x"]


def judged(asked: Model, **payload: Any) -> Judgement:
    network = linear_network(asked)
    assert network is not None
    return judge(NoGhosts(Search(asked, network, None)), {"rule": "ghost_enumeration", **payload})


HALF = "activation: {expression: 'relu(x)/2', of: neuron}"
# The first wakes up where it sleeps, at 1/2; the second sleeps; the third, of slope a half, wakes up at 1.
THREE = dense("[[0, 1/2, 0], [1/2, 0, 0], [0, 0, 0]]", f"{HALF}, bias: [1/2, -1, 1]", 3)

ALL_ASLEEP = {"alive": [], "activation": ["0", "0", "0"], "target": ["1/2", "-1", "1"], "wakes_up": ["x[0]", "x[2]"]}
THIRD_AWAKE = {"alive": [2], "activation": ["0", "0", "1/2"], "target": ["1/2", "-1", "1"], "wakes_up": ["x[0]"]}
FIRST_AWAKE = {"alive": [0], "activation": ["1/4", "0", "0"], "target": ["1/2", "-7/8", "1"], "wakes_up": ["x[2]"]}


def test_all_ghosts_are_listed() -> None:
    found = judged(THREE)
    assert found.outcome is Outcome.REFUTED
    assert found.data == {"ghosts": [ALL_ASLEEP, THIRD_AWAKE, FIRST_AWAKE], "count": 3}


def test_long_lists_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ghost_enumeration, "MAX_LISTED", 2)
    assert judged(THREE).data == {"ghosts": [ALL_ASLEEP, THIRD_AWAKE], "count": 3}


def test_as_many_choices_as_the_limit_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ghost_enumeration, "MAX_PATTERNS", 8)
    assert judged(THREE).outcome is Outcome.REFUTED
    monkeypatch.setattr(ghost_enumeration, "MAX_PATTERNS", 7)
    with pytest.raises(EvidenceRejected, match="more than 7 choices"):
        judged(THREE)
    # One that is shown needs no search.
    assert judged(THREE, pattern=[0, 0, 1]).data == {"ghosts": [THIRD_AWAKE], "count": 1}


def test_one_ghost_is_enough() -> None:
    assert judged(THREE, pattern=[1, 0, 0]).data == {"ghosts": [FIRST_AWAKE], "count": 1}
    for wrong, message in (
        ([1, 0, 1], "not a ghost"),
        ([0, 1, 0], "not a ghost"),
        ([0, 0], "one segment for each neuron"),
        ([0, 0, 0, 0], "one segment for each neuron"),
        ("000", "one segment for each neuron"),
        ([0, 0, 2], "below 2"),
    ):
        with pytest.raises(EvidenceRejected, match=message):
            judged(THREE, pattern=wrong)


def test_no_choice_is_a_ghost() -> None:
    assert judged(dense("[[0]]", "lagrangian: relu, bias: -1", 1)) == Judgement(Outcome.PROVED, {"patterns": 2})


def test_singular_choices_decide_nothing() -> None:
    """W = 1 and b = 0: every state x > 0 rests; beside a neuron that wakes up there are ghosts nevertheless."""
    found = judged(dense("[[1]]", "lagrangian: relu", 1))
    assert found == Judgement(Outcome.OPEN, {"singular_patterns": 1}, Reason.SINGULAR_SYSTEM)
    with pytest.raises(EvidenceRejected, match="not a ghost"):
        judged(dense("[[1]]", "lagrangian: relu", 1), pattern=[1])
    beside = judged(dense("[[1, 0], [0, 0]]", "lagrangian: relu, bias: [0, 1]", 2))
    assert beside.outcome is Outcome.REFUTED
    assert (beside.data["singular_patterns"], beside.data["count"]) == (2, 1)


# ------------------------------------------------------------------ what is decided without choices


def test_nothing_is_flat_or_hidden() -> None:
    smooth = judged(dense("[[0]]", "lagrangian: tanh", 1))
    assert smooth == Judgement(Outcome.PROVED, {"because": "no activation is constant anywhere"})
    joined = "w: {kind: dense, layers: [s, t], weights: [[0, 0], [0, 0]]}"
    layers = "s: {size: 2, lagrangian: softmax}, t: {size: 2, lagrangian: softmax}"
    line = "the energy is flat along the vector of ones of %s only, and x⋆ lies on that line if ∇E = 0"
    both = judged(model(layers, joined))
    assert both == Judgement(Outcome.PROVED, {"because": line % "s, t"})
    fast = judged(model(layers.replace("softmax}", "softmax, tau: 0}", 1), joined))
    assert fast == Judgement(Outcome.PROVED, {"because": line % "t"})


def test_other_energies_and_activations_are_left_open() -> None:
    outside = Judgement(Outcome.OPEN, reason=Reason.OUTSIDE_THEOREM)
    assert judged(dense("[[0, 1], [2, 0]]", "lagrangian: relu", 2)) == outside
    # Not piecewise linear, and dead somewhere.
    assert judged(dense("[[0]]", "activation: {expression: 'relu(x)^2', of: neuron}", 1)) == outside


@pytest.mark.parametrize(
    ("asked", "derived"),
    [
        (dense("[[0, 1], [1, 0]]", "lagrangian: relu, bias: 1", 2), True),
        (dense("[[0, 1], [1, 0]]", "lagrangian: relu, bias: 0, bias_in_energy: false", 2), True),
        (dense("[[0, 1], [1, 0]]", HALF, 2), True),
        (dense("[[0, 1], [1, 0]]", "lagrangian: softmax", 2), True),
        (dense("[[0, 1], [1, 0]]", "lagrangian: relu, bias: 1, bias_in_energy: false", 2), False),
        (dense("[[0, 1], [1, 0]]", "activation: clipped_softmax", 2), False),
        (dense("[[0, 1], [2, 0]]", "lagrangian: relu", 2), False),
        (dense("[[0, 1], [1, 0]]", "lagrangian: relu", 2, "energy: sum(x^2)\n"), False),
    ],
)
def test_energies_that_are_derived(asked: Model, derived: bool) -> None:
    assert has_derived_energy(asked) is derived


@pytest.mark.parametrize(
    ("text", "flat", "hides"),
    [
        ("lagrangian: tanh", False, False),
        ("lagrangian: relu", True, True),
        ("lagrangian: softmax", True, False),
        ("lagrangian: {expression: 'dot(x, x)/2 + logsumexp(x)', of: layer}", False, False),
        ("lagrangian: {spherical: {epsilon: 0}}", True, True),
        ("activation: clipped_softmax", True, True),
    ],
)
def test_what_layers_hide(text: str, flat: bool, hides: bool) -> None:
    own = layer(text)
    assert _is_nowhere_flat(own) is not flat
    assert _hides_nothing(own) is not hides


def test_a_line_is_hit_where_there_is_one_leak() -> None:
    """No spec gives one layer two leaks; what is said does not rely on that."""
    own = layer("lagrangian: softmax")
    assert not _hides_nothing(replace(own, leak=(Fraction(1), Fraction(2))))
