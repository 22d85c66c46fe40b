"""What the kernel accepts, as answers to questions: proved, refuted, or open where a part is decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hopverify.checker.questions import Question, question
from hopverify.checker.rules import Judgement, judge, kernel
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import Convex, Outcome
from hopverify.spec import parse_spec
from hopverify.verdict import Reason

CONVEX = {"rule": "kernel", "claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "composition"}}


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({}, Judgement(Outcome.PROVED)),
        ({"missing": lambda claim: Reason.STABILITY_OPEN}, Judgement(Outcome.OPEN, {}, Reason.STABILITY_OPEN)),
        (
            {"proves": {"name": "convex", "layer": "y"}, "part": ({"name": "convex"}, Reason.REGION_TOO_LARGE)},
            Judgement(Outcome.OPEN, {"layer": "x"}, Reason.REGION_TOO_LARGE),
        ),
        ({"proves": {"name": "not convex"}, "refutes": {"name": "convex"}}, Judgement(Outcome.REFUTED, {"layer": "x"})),
        ({"proves": {"name": "not convex"}, "part": ({"name": "symmetric"}, Reason.REGION_TOO_LARGE)}, None),
    ],
)
def test_what_a_claim_answers(asked: dict[str, Any], answer: Judgement | None, monkeypatch: pytest.MonkeyPatch) -> None:
    obligation = Convex(
        build_model(parse_spec("hopverify: 1\nname: x\nlayers: {x: {size: 1, lagrangian: relu}}\n")).layers["x"]
    )

    def changed(of: Convex) -> Question:
        return replace(question(of), **asked)

    monkeypatch.setattr(kernel, "question", changed)
    if answer is None:
        with pytest.raises(EvidenceRejected, match="the claim is about something else"):
            judge(obligation, CONVEX)
    else:
        assert judge(obligation, CONVEX) == answer
