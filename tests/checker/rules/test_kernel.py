"""What the kernel accepts, as answers to questions: proved, refuted, or open where a part is decided."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.citing import Known, is_whole, remember, whole
from hopverify.checker.questions import Question, question
from hopverify.checker.rules import Judgement, judge, kernel
from hopverify.checks import claims_of
from hopverify.core import core_of
from hopverify.errors import EvidenceRejected
from hopverify.kernel.check import check
from hopverify.kernel.theorems import THEOREMS
from hopverify.networks import build_model
from hopverify.obligations import Convex, Outcome
from hopverify.pipeline import verify
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


SPEC = """
hopverify: 1
name: falling
layers: {x: {size: 2, lagrangian: relu}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1/2], [1/2, 0]]}}
checks: [energy_descent]
"""


def test_a_premise_is_gone_through_once_by_the_same_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was accepted is remembered with its proof; another proof of the same claim is judged, and what cites."""
    spec = parse_spec(SPEC)
    ((_, claim),) = claims_of(spec, build_model(spec))
    known: Known = {}
    for row in verify(spec).results[0]["obligations"]:
        evidence = whole(row["evidence"], known)
        remember(evidence, known)
    (falling,) = claim.necessary
    assert is_whole(evidence)
    assert not is_whole(row["evidence"])
    seen: list[str] = []

    def counting(theorem: Any) -> Any:
        return lambda case: seen.append(case.claim.name) or theorem(case)

    for name, theorem in list(THEOREMS.items()):
        monkeypatch.setitem(THEOREMS, name, counting(theorem))  # type: ignore[arg-type]
    kernel._shown.cache_clear()
    for expected in (len(evidence["proof"]["premises"]) + 1, 1):
        seen.clear()
        assert judge(falling, evidence).outcome is Outcome.PROVED
        assert len(seen) == expected
    with pytest.raises(EvidenceRejected, match="was not accepted before"):
        judge(falling, row["evidence"])
    first, *others = evidence["proof"]["premises"]
    other = {**first, "proof": {"by": "entries"}}
    with pytest.raises(EvidenceRejected, match="is shown by one of"):
        judge(falling, {**evidence, "proof": {**evidence["proof"], "premises": [other, *others]}})


@pytest.mark.parametrize(
    ("layer", "weights", "verdict", "stabilities"),
    [
        ("size: 1, lagrangian: relu", "[[1]]", "pass", ["neutral"]),
        ("size: 2, lagrangian: relu", "[[0, 2], [1/2, 0]]", "unknown", ["undecided"]),
        ("size: 1, lagrangian: tanh", "[[1]]", "pass", ["stable"]),
        ("size: 1, lagrangian: tanh", "[[2]]", "pass", ["stable", "stable", "unstable"]),
        ("size: 2, lagrangian: relu, bias: 1", "[[0, -2], [-2, 0]]", "pass", ["stable", "stable", "unstable"]),
        ("size: 2, lagrangian: tanh", "[[0, 2], [-2, 0]]", "pass", ["stable"]),
    ],
)
def test_lists_and_their_stability(layer: str, weights: str, verdict: str, stabilities: list[str]) -> None:
    """The second rests where x = 2y ≥ 0, and W is not symmetric: its list is complete, its stability undecided."""
    synapse = f"w: {{kind: dense, layers: [x, x], weights: {weights}}}"
    checks = "checks: [equilibria, equilibrium_stability]"
    spec = parse_spec(f"hopverify: 1\nname: x\nlayers: {{x: {{{layer}}}}}\nsynapses: {{{synapse}}}\n{checks}\n")
    certificate = verify(spec)
    listed, stability = certificate.results
    assert (listed["verdict"], stability["verdict"]) == ("pass", verdict)
    for result in (listed, stability):
        (told,) = result["obligations"]
        assert told["evidence"]["claim"]["claim"] == "stability"
        assert sorted(row["stability"] for row in told["data"]["equilibria"]) == stabilities
    assert (stability.get("reason") or {}).get("code") == (None if verdict == "pass" else "stability_open")
    first, second = (result["obligations"][0]["evidence"]["proof"]["premises"][0] for result in (listed, stability))
    assert set(first) == {"claim", "proof"}
    assert set(second) == {"claim"}
    assert check_certificate(spec, parse_certificate(certificate.to_json())) is certificate.verdict
    assert len(list(check(core_of(build_model(spec)), json.loads(certificate.to_json())))) == 2
