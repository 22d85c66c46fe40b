"""What follows from premises: by a theorem of the kernel, whose proof cites them, or by the verdict alone."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from hopverify.checker import check_certificate
from hopverify.checker.citing import known_of, whole
from hopverify.checker.deciding import Decision, decide, roles_of
from hopverify.checks import Claim, claims_of
from hopverify.core import core_of
from hopverify.errors import CertificateRejected
from hopverify.execution.concluding import concluded
from hopverify.kernel.check import check
from hopverify.networks import any_model
from hopverify.obligations import Descent, Outcome
from hopverify.pipeline import verify
from hopverify.results import Result
from hopverify.spec import ModelSpec, parse_spec


def spec(weights: str = "[[0, 1], [1, 0]]", checks: str = "[energy_descent]") -> ModelSpec:
    return parse_spec(
        "hopverify: 1\nname: concluded\nlayers: {x: {size: 2, lagrangian: tanh}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\nchecks: {checks}\n"
    )


def found(of: ModelSpec) -> tuple[Claim, list[Decision]]:
    """Return the claim of a descent, and the decisions of its premises."""
    ((_, claim),) = claims_of(of, any_model(of))
    rows = verify(of, samples=100).results[0]["obligations"]
    pairs = zip(roles_of(claim), rows, strict=True)
    return claim, [decide(each, role, row["evidence"]) for (each, role), row in pairs if role == "premise"]


def test_the_conclusion_cites_its_premises() -> None:
    claim, premises = found(spec())
    made = concluded(claim, len(premises), premises)
    assert (made.judgement.outcome, made.role, type(made.obligation)) == (Outcome.PROVED, "necessary", Descent)
    assert made.evidence is not None
    cited = made.evidence["proof"]["premises"]
    assert cited == [{"claim": each.evidence["claim"]} for each in premises if each.evidence]
    assert concluded(replace(claim, by=None), len(premises), premises).evidence is None


def test_what_the_kernel_does_not_accept_stays_open() -> None:
    claim, premises = found(spec())
    for less in (premises[:-1], premises[::-1], [*premises, premises[0]]):
        lacking = replace(claim, premises=tuple(each.obligation for each in less))
        made = concluded(lacking, len(less), less)
        assert (made.judgement.outcome, made.evidence) == (Outcome.OPEN, None)


def test_proofs_are_those_of_what_comes_before() -> None:
    _, premises = found(spec())
    cited = {"rule": "kernel", "proof": {"by": "T2", "premises": [{"claim": {"claim": "derived energy"}}, 3]}}
    assert whole(cited, known_of(each.evidence for each in premises))["proof"]["premises"] == [
        {"claim": {"claim": "derived energy"}, "proof": {"by": "core"}},
        3,
    ]
    assert whole(cited, {}) == cited
    assert whole(cited, known_of(each.evidence for each in premises[1:])) == cited
    assert known_of([None, {"rule": "lure"}]) == {}


def descent(of: ModelSpec) -> tuple[Any, list[dict[str, Any]]]:
    certificate = verify(of, samples=100)
    return certificate, deepcopy(certificate.results[0]["obligations"])


def test_both_checkers_accept_the_certificate() -> None:
    of = spec()
    certificate, rows = descent(of)
    assert certificate.verdict == check_certificate(of, certificate) == "pass"
    facts = list(check(core_of(any_model(of)), {"core": certificate.core, "results": list(certificate.results)}))
    assert [fact.claim.name for fact in facts] == [row["evidence"]["claim"]["claim"] for row in rows]
    assert str(facts[-1].claim) == "dE/dt ≤ 0 along the flow, from every state"
    assert {"kernel (descent, by T2)", "kernel (derived energy, by core)"} <= set(
        Result.of(certificate.results[0]).rules
    )


def without_conclusion(rows: list[dict[str, Any]]) -> None:
    del rows[-1]["evidence"]


def without_a_premise(rows: list[dict[str, Any]]) -> None:
    del rows[1]["evidence"]


def as_it_was_once(rows: list[dict[str, Any]]) -> None:
    del rows[-1]["evidence"]
    rows[-1]["outcome"] = "follows from the premises"


def another_cited(rows: list[dict[str, Any]]) -> None:
    rows[-1]["evidence"]["proof"]["premises"][1]["claim"]["synapse"] = "v"


def swapped(rows: list[dict[str, Any]]) -> None:
    rows[3]["evidence"], rows[4]["evidence"] = rows[4]["evidence"], rows[3]["evidence"]


def itself_cited(rows: list[dict[str, Any]]) -> None:
    rows[-1]["evidence"]["proof"]["premises"] = [{"claim": {"claim": "descent"}}]


@pytest.mark.parametrize(
    "change", [without_conclusion, without_a_premise, as_it_was_once, another_cited, swapped, itself_cited]
)
def test_a_certificate_that_was_changed_is_refused(change: Any) -> None:
    of = spec()
    certificate, rows = descent(of)
    change(rows)
    results = ({**certificate.results[0], "obligations": rows},)
    with pytest.raises(CertificateRejected):
        check_certificate(of, replace(certificate, results=results))


def test_proofs_may_stand_in_the_conclusion_alone() -> None:
    """A premise that has no row with evidence is open for the reader; the kernel accepts the proof all the same."""
    of = spec()
    certificate, rows = descent(of)
    rows[-1]["evidence"] = whole(rows[-1]["evidence"], known_of(each.evidence for each in found(of)[1]))
    del rows[0]["evidence"]
    rows[0]["outcome"] = "open"
    rules = [each for each in certificate.results[0]["method"] if "derived energy" not in each]
    results = ({**certificate.results[0], "obligations": rows, "method": rules},)
    assert check_certificate(of, replace(certificate, results=results)) == "pass"


def test_a_premise_that_fails_leaves_the_search_for_a_state() -> None:
    (entry,) = verify(spec("[[0, 1], [3, 0]]"), samples=400).results
    outcomes = [row["outcome"] for row in entry["obligations"]]
    assert entry["verdict"] == "fail"
    assert (outcomes[1], outcomes[-1]) == ("refuted", "refuted")
    assert entry["method"] == ["kernel (ascent, by point)"]


@pytest.mark.parametrize(("energy", "verdict", "outcome"), [("sum(x^2)", "fail", "refuted"), ("1", "unknown", "open")])
def test_an_energy_of_the_spec_is_refuted_by_a_state_or_left_open(energy: str, verdict: str, outcome: str) -> None:
    """ẋ = 3x - x, along which x² rises; that a constant never rises is no theorem about the derived energy."""
    of = parse_spec(
        "hopverify: 1\nname: claimed\nlayers: {x: {size: 1, lagrangian: identity}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[3]]}}\n"
        f"energy: '{energy}'\nchecks: [energy_descent]\n"
    )
    (entry,) = verify(of, samples=200).results
    rows = entry["obligations"]
    assert (entry["verdict"], rows[0]["outcome"], rows[-1]["outcome"]) == (verdict, "refuted", outcome)
    assert {row["outcome"] for row in rows[1:-1]} == {"proved"}
    assert rows[0]["data"]["because"] == "the spec claims an energy of its own"
    assert len(rows[0]["data"]["states"]) == 3
