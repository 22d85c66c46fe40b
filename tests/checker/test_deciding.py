"""From judgements to verdicts and entries: the rule, case by case, against the rule in other words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.deciding import (
    MOST,
    SURVIVES,
    Decision,
    decide,
    entry_of,
    expectations_met,
    family_of,
    overall,
    overall_verdict,
    roles_of,
    verdict_of,
)
from hopverify.checker.rules import Judgement, judge
from hopverify.checks import CHECKS, Claim, claims_of
from hopverify.errors import CertificateRejected, EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import Convex, Outcome
from hopverify.pipeline import verify
from hopverify.results import ANY
from hopverify.spec import ModelSpec, parse_spec
from hopverify.verdict import Reason, Verdict

PROVED, REFUTED, OPEN = Outcome.PROVED, Outcome.REFUTED, Outcome.OPEN
BOX = {"x": [[str(-(2**60)), str(2**60)]]}
BOUNDED = {"rule": "kernel", "claim": {"claim": "bounded solutions", "box": BOX}, "proof": {"by": "ranges"}}


def spec_of(checks: str = "[lagrangian_convexity]", expect: str = "{}", layer: str = "lagrangian: relu") -> ModelSpec:
    return parse_spec(
        f"hopverify: 1\nname: decided\nlayers: {{x: {{size: 1, {layer}}}}}\nchecks: {checks}\nexpect: {expect}\n"
    )


def obligation() -> Convex:
    ((_, claim),) = claims_of(spec_of(), build_model(spec_of()))
    found = claim.necessary[0]
    assert isinstance(found, Convex)
    return found


def decisions_of(premises: tuple[Outcome, ...], necessary: tuple[Outcome, ...]) -> list[Decision]:
    rows = [("premise", outcome) for outcome in premises] + [("necessary", outcome) for outcome in necessary]
    return [Decision(obligation(), role, {"rule": f"{role} {outcome}"}, Judgement(outcome)) for role, outcome in rows]


CASES = [
    (premises, necessary)
    for p, n in product(range(3), range(3))
    for premises in product(Outcome, repeat=p)
    for necessary in product(Outcome, repeat=n)
]


@pytest.mark.parametrize(("premises", "necessary"), CASES)
def test_a_verdict_follows_from_outcomes_alone(premises: tuple[Outcome, ...], necessary: tuple[Outcome, ...]) -> None:
    decisions = decisions_of(premises, necessary)
    found = verdict_of(Claim("x", "said"), decisions)
    if any(outcome is REFUTED for outcome in necessary):
        wanted = Verdict.FAIL
    elif premises:
        wanted = Verdict.PASS if set(premises) == {PROVED} else Verdict.UNKNOWN
    else:
        wanted = Verdict.PASS if set(necessary) == {PROVED} else Verdict.UNKNOWN
    assert found is wanted
    assert verdict_of(Claim("x", "said", inapplicable="no"), decisions) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(("premises", "necessary"), CASES)
def test_where_the_kernel_has_the_theorem_its_conclusion_decides(
    premises: tuple[Outcome, ...], necessary: tuple[Outcome, ...]
) -> None:
    found = verdict_of(Claim("x", "said", by="T2"), decisions_of(premises, necessary))
    assert found is verdict_of(Claim("x", "said"), decisions_of((), necessary))


@pytest.mark.parametrize(("premises", "necessary"), CASES)
def test_an_entry_tells_what_counted(premises: tuple[Outcome, ...], necessary: tuple[Outcome, ...]) -> None:
    decisions = decisions_of(premises, necessary)
    claim = Claim("x", "said", assumptions=("one", "two"))
    check = CHECKS["lagrangian_convexity"]
    entry = entry_of(check, claim, decisions, Reason.NONSMOOTH, spec_of())
    verdict = verdict_of(claim, decisions)
    counted = {
        Verdict.FAIL: {f"necessary {outcome}" for outcome in necessary if outcome is REFUTED},
        Verdict.PASS: {d.evidence["rule"] for d in decisions if d.evidence and d.judgement.outcome is PROVED},
        Verdict.UNKNOWN: {d.evidence["rule"] for d in decisions if d.evidence},
    }[verdict]
    assert entry == {
        "check": "lagrangian_convexity",
        "subject": "x",
        "statement": "said",
        "theory": check.theory,
        "assumptions": ["one", "two"],
        "verdict": str(verdict),
        "expected": "pass",
        "method": sorted(counted),
        "obligations": [
            {
                "statement": d.obligation.statement,
                "role": d.role,
                "outcome": "follows from the premises"
                if verdict is Verdict.PASS and d.judgement.outcome is OPEN and d.role == "necessary"
                else str(d.judgement.outcome),
                "evidence": d.evidence,
            }
            for d in decisions
        ],
    } | ({"reason": {"code": "nonsmooth", "text": Reason.NONSMOOTH.value}} if verdict is Verdict.UNKNOWN else {})


def test_an_entry_without_evidence_data_or_reason() -> None:
    check, open_ = CHECKS["lagrangian_convexity"], Decision(obligation(), "necessary", None, Judgement(OPEN))
    told = Decision(obligation(), "necessary", {"rule": "sign"}, Judgement(PROVED, {"a": "1"}))
    entry = entry_of(check, Claim("x", "said"), [open_, told], None, spec_of())
    assert entry["reason"] is None
    assert entry["method"] == ["sign"]
    statement = obligation().statement
    assert entry["obligations"] == [
        {"statement": statement, "role": "necessary", "outcome": "open"},
        {
            "statement": statement,
            "role": "necessary",
            "outcome": "proved",
            "evidence": {"rule": "sign"},
            "data": {"a": "1"},
        },
    ]
    aside = entry_of(check, Claim("x", "said", inapplicable="why not"), [], None, spec_of())
    assert (aside["verdict"], aside["method"]) == ("not-applicable", [])
    assert aside["reason"] == {"code": "not_applicable", "text": "why not"}


def test_what_is_expected_is_told() -> None:
    check, claim = CHECKS["lagrangian_convexity"], Claim("x", "said")
    assert entry_of(check, claim, [], None, spec_of(expect="{lagrangian_convexity: fail}"))["expected"] == "fail"
    asked = CHECKS["equilibria"]
    assert asked.diagnostic
    assert entry_of(asked, claim, [], None, spec_of(checks="all"))["expected"] == ANY == "any"
    assert entry_of(asked, claim, [], None, spec_of(checks="[equilibria]"))["expected"] == "pass"


def entries(*rows: tuple[str, str, str]) -> list[Mapping[str, Any]]:
    return [{"check": check, "expected": expected, "verdict": verdict} for check, expected, verdict in rows]


@pytest.mark.parametrize(
    ("rows", "expect", "met", "verdict"),
    [
        ([], "{}", {}, "pass"),
        ([("a", "pass", "pass")], "{}", {"a": True}, "pass"),
        ([("a", "pass", "fail")], "{}", {"a": False}, "fail"),
        ([("a", "pass", "unknown")], "{}", {"a": False}, "unknown"),
        ([("a", "fail", "fail")], "{}", {"a": True}, "pass"),
        ([("a", "fail", "pass")], "{}", {"a": False}, "fail"),
        ([("a", "unknown", "unknown")], "{}", {"a": True}, "pass"),
        ([("a", "any", "fail")], "{}", {"a": True}, "pass"),
        ([("a", "any", "unknown")], "{}", {"a": True}, "pass"),
        ([("a", "pass", "not-applicable")], "{}", {"a": True}, "pass"),
        (
            [("lagrangian_convexity", "pass", "not-applicable")],
            "{lagrangian_convexity: pass}",
            {"lagrangian_convexity": False},
            "fail",
        ),
        ([("a", "not-applicable", "not-applicable")], "{}", {"a": True}, "pass"),
        ([("a", "pass", "pass"), ("a", "pass", "unknown")], "{}", {"a": False}, "unknown"),
        ([("a", "pass", "unknown"), ("a", "pass", "fail")], "{}", {"a": False}, "fail"),
        ([("a", "pass", "pass"), ("b", "pass", "unknown")], "{}", {"a": True, "b": False}, "unknown"),
        ([("a", "pass", "fail"), ("b", "pass", "unknown")], "{}", {"a": False, "b": False}, "fail"),
        ([("a", "pass", "not-applicable"), ("a", "pass", "pass")], "{}", {"a": True}, "pass"),
    ],
)
def test_what_all_entries_come_to(
    rows: list[tuple[str, str, str]], expect: str, met: dict[str, bool], verdict: str
) -> None:
    spec = spec_of(expect=expect)
    assert expectations_met(entries(*rows), spec) == met
    assert str(overall_verdict(entries(*rows), spec)) == verdict
    assert list(overall(entries(*rows))) == list(dict.fromkeys(row[0] for row in rows))


# ------------------------------------------------------------------ evidence about wider spreads


def network(tolerance: str = "tolerance: 1/4", of: str = "tanh") -> tuple[Any, Claim]:
    text = (
        f"hopverify: 1\nname: near\nlayers: {{x: {{size: 1, lagrangian: {of}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {{values: [[0]], {tolerance}}}}}}}\n"
        "checks: [boundedness]\n"
    )
    spec = parse_spec(text)
    ((_, claim),) = claims_of(spec, build_model(spec))
    return roles_of(claim)[0], claim


def test_a_factor_reaches_from_1_to_its_limit() -> None:
    (wanted, role), claim = network()
    family = family_of(claim, 0)
    assert family is not None
    evidence = BOUNDED
    for factor, taken in (("1", True), ("3/2", True), (str(MOST), True)):
        stated = {"factor": factor, "evidence": evidence}
        found = decide(wanted, role, {**evidence, SURVIVES: stated}, family)
        assert found.evidence == {**evidence, SURVIVES: stated}
        assert found.judgement.outcome is PROVED
        assert (found.judgement.data[SURVIVES] == factor) is taken
        assert found.judgement.data.keys() - {SURVIVES} == judge(wanted, evidence, uncertain=True).data.keys()
    for factor in ("0", "-1", f"{2**60 - 1}/{2**60}", str(MOST + 1), f"{MOST * 2 + 1}/2"):
        with pytest.raises(EvidenceRejected, match=f"a factor between 1 and {2**40}"):
            decide(wanted, role, {**evidence, SURVIVES: {"factor": factor, "evidence": evidence}}, family)
    for wrong in (None, [], ["factor", "evidence"], {}, {"factor": "1", "evidence": evidence, "more": 1}):
        with pytest.raises(EvidenceRejected, match="expected a factor and evidence"):
            decide(wanted, role, {**evidence, SURVIVES: wrong}, family)


def test_without_evidence_or_family() -> None:
    (wanted, role), _ = network()
    assert decide(wanted, role, None).judgement == Judgement(OPEN)
    with pytest.raises(EvidenceRejected, match="unexpected or missing keys: survives"):
        decide(wanted, role, {**BOUNDED, SURVIVES: {}})
    for wrong in ([], "sign", 3):
        with pytest.raises(EvidenceRejected, match="no rule of the checker"):
            decide(wanted, role, wrong, lambda factor: wanted)  # type: ignore[arg-type]
    assert family_of(Claim("x", "said"), 0) is None
    assert family_of(network()[1], 0)(Fraction(2)) is not None  # type: ignore[misc]


# ------------------------------------------------------------------ examination


def rejected(text: str, spec: ModelSpec) -> str:
    with pytest.raises(CertificateRejected) as caught:
        check_certificate(spec, parse_certificate(text))
    return str(caught.value)


def test_an_entry_that_differs_says_where() -> None:
    spec = spec_of()
    text = verify(spec).to_json()
    seen: list[str] = []
    assert check_certificate(spec, parse_certificate(text), progress=seen.append) is Verdict.PASS
    assert seen == ["lagrangian_convexity [x]"]
    found = rejected(text.replace('"subject":"x"', '"subject":"y","extra":1'), spec)
    assert found.startswith("lagrangian_convexity [x]: ")
    assert found.endswith("it differs in: extra, subject")


def unknown(spec: ModelSpec) -> dict[str, Any]:
    """Return the certificate of a spec whose one claim is left open, for no reason yet."""
    body: dict[str, Any] = json.loads(verify(spec).to_json())
    ((check, claim),) = claims_of(spec, build_model(spec))
    ((wanted, role),) = roles_of(claim)
    body["results"] = [entry_of(check, claim, [decide(wanted, role, None)], None, spec)]
    body["verdict"] = "pass"
    return body


@pytest.mark.parametrize("reason", [Reason.NO_PROOF_FOUND, Reason.NONSMOOTH])
def test_an_unknown_has_a_reason(reason: Reason) -> None:
    spec = spec_of(expect="{lagrangian_convexity: unknown}")
    body = unknown(spec)
    body["results"][0]["reason"] = {"code": reason.name.lower(), "text": reason.value}
    assert check_certificate(spec, parse_certificate(json.dumps(body))) is Verdict.PASS
    body["results"][0]["reason"]["text"] += "."
    assert rejected(json.dumps(body), spec).endswith("it differs in: reason")


@pytest.mark.parametrize(
    "reason", [None, "nonsmooth", {"text": "because"}, {"code": 1}, {"code": "nonsense", "text": "because"}, []]
)
def test_a_reason_is_one_that_exists(reason: Any) -> None:
    spec = spec_of(expect="{lagrangian_convexity: unknown}")
    body = unknown(spec)
    body["results"][0]["reason"] = reason
    assert rejected(json.dumps(body), spec) == "lagrangian_convexity [x]: unknown without a known reason"
