"""Drives that are gradients, decided by exact numbers."""

from __future__ import annotations

from hopverify.checker.rules import Judgement, judge
from hopverify.networks import build_model
from hopverify.obligations import GradientDrive, Outcome
from hopverify.spec import parse_spec


def test_drives_that_are_gradients() -> None:
    def asked(weights: str) -> Judgement:
        synapse = f"w: {{kind: dense, layers: [x, x], weights: {weights}}}"
        layers = "hopverify: 1\nname: compared\nlayers: {x: {size: 2, lagrangian: relu}}\n"
        own = build_model(parse_spec(f"{layers}synapses: {{{synapse}}}\n")).synapses["w"]
        return judge(GradientDrive("w", own), {"rule": "comparison"})

    assert asked("[[1, 2], [2, 1]]") == Judgement(Outcome.PROVED)
    found = asked("[[1, 2], [3, 1]]")
    assert found.outcome is Outcome.REFUTED
    assert found.data["index"] == [0, 1]
    assert isinstance(found.data["violated"], str)
