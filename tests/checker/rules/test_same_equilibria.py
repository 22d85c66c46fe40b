"""A system and its original, neuron by neuron; what is left open where they differ, or cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hopverify.checker.rules import Judgement, judge, same_equilibria
from hopverify.checker.rules.same_equilibria import _is_large
from hopverify.networks import AlteredSystem, Model, altered_system, build_model
from hopverify.obligations import Outcome, SameEquilibria
from hopverify.spec import parse_spec
from hopverify.verdict import Reason


def model(layers: str, synapses: str, name: str = "net") -> Model:
    return build_model(parse_spec(f"hopverify: 1\nname: {name}\nlayers: {{{layers}}}\nsynapses: {{{synapses}}}\n"))


def dense(weights: str, more: str = "", name: str = "first") -> Model:
    joined = f"w: {{kind: dense, layers: [x, x], weights: {weights}}}"
    return model(f"x: {{size: 2, lagrangian: relu{more}}}", joined, name)


def judged(
    asked: Model, original: Model | None, system: AlteredSystem | None = None, stably: bool = False
) -> Judgement:
    whole = replace(asked, original=original)
    own = None if system is None else replace(system, model=whole)
    return judge(SameEquilibria(whole, own, stably), {"rule": "same_equilibria"})


def system() -> AlteredSystem:
    """Return what stands for ρx = A γ + b, A = (1 2; 2 5)."""
    found = altered_system(
        model(
            "y: {size: 2, lagrangian: identity}, x: {size: 2, lagrangian: relu, tau: 0}",
            "s: {kind: feedforward_feedback, layers: [y, x], forward: [[1, 2], [2, 5]], feedback: [[1, 0], [0, 1]]}",
        )
    )
    assert isinstance(found, AlteredSystem)
    return found


W = "[[1, 2], [2, 5]]"


def test_without_an_original_a_system_stands_for_what_it_is() -> None:
    asked = system()
    assert judged(asked.model, None, asked) == Judgement(Outcome.PROVED)
    assert judged(dense(W), None) == Judgement(Outcome.OPEN)


def test_two_networks_up_to_factors() -> None:
    assert judged(dense(W), dense(W)) == Judgement(Outcome.PROVED, {"original": "first"})
    twice = judged(dense("[[2, 4], [4, 10]]", ", leak: 2"), dense(W))
    assert twice == Judgement(Outcome.PROVED, {"original": "first", "factors": ["2", "2"]})
    other = judged(dense(W), dense("[[1, 2], [2, 4]]"))
    assert (other.outcome, other.reason) == (Outcome.OPEN, Reason.ORIGINAL_DIFFERS)
    assert isinstance(other.data["because"], str)
    assert "None" not in other.data["because"]


def test_a_system_and_its_original() -> None:
    asked = system()
    assert judged(asked.model, dense(W), asked) == Judgement(Outcome.PROVED, {"original": "first"})
    assert judged(asked.model, dense("[[1, 2], [2, 4]]"), asked).outcome is Outcome.OPEN
    beside = model(
        "x: {size: 2, lagrangian: relu}, z: {size: 1, lagrangian: identity}",
        f"w: {{kind: dense, layers: [x, x], weights: {W}}}, v: {{kind: dense, layers: [x, z], weights: [[0], [0]]}}",
        "larger",
    )
    found = judged(asked.model, beside, asked)
    assert found == Judgement(Outcome.PROVED, {"original": "larger", "eliminated": ["z"]})
    # Nothing is left out of a network that is compared whole.
    assert judged(dense(W), beside).outcome is Outcome.OPEN


def test_a_system_with_the_flow_of_its_original() -> None:
    asked = system()
    found = judged(asked.model, asked.model, asked)
    assert found == Judgement(Outcome.PROVED, {"original": "net", "flow": "the same"})


def test_stability_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def kept(original: Model, theirs: Any, d: Any) -> bool:
        seen.append((original.name, d.tolist()))
        return len(seen) == 1

    monkeypatch.setattr(same_equilibria, "is_stably_reduced", kept)
    assert judged(dense(W), dense(W), stably=True).outcome is Outcome.PROVED
    assert judged(dense(W), dense(W), stably=True) == Judgement(Outcome.OPEN, reason=Reason.OUTSIDE_THEOREM)
    assert seen == [("first", [1, 1])] * 2
    # Where it is not, nothing is asked.
    assert judged(dense(W), dense(W)).outcome is Outcome.PROVED
    assert len(seen) == 2


def test_many_factors_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for listed, told in ((2, True), (1, False)):
        monkeypatch.setattr(same_equilibria, "LISTED", listed)
        assert ("factors" in judged(dense("[[2, 4], [4, 10]]", ", leak: 2"), dense(W)).data) is told


def test_large_originals_are_compared_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = model(
        "x: {size: 3, lagrangian: softmax}",
        "w: {kind: dense, layers: [x, x], weights: [[0, 0, 0], [0, 0, 0], [0, 0, 0]]}",
    )
    for neurons, whole, large, large_whole in (
        (2, 9, False, False),
        (1, 9, True, False),
        (9, 3, False, False),
        (9, 2, False, True),
    ):
        monkeypatch.setattr(same_equilibria, "MAX_NEURONS", neurons)
        monkeypatch.setattr(same_equilibria, "MAX_WITH_WHOLE_LAYERS", whole)
        assert (_is_large(dense(W)), _is_large(layers)) == (large, large_whole)
    monkeypatch.setattr(same_equilibria, "MAX_NEURONS", 1)
    asked = system()
    assert judged(asked.model, dense(W), asked) == Judgement(Outcome.PROVED, {"original": "first"})
    assert judged(asked.model, dense("[[1, 2], [2, 4]]"), asked).outcome is Outcome.OPEN
    # Without a system both are read whole, whatever their size.
    assert judged(dense(W), dense(W)).outcome is Outcome.PROVED
