"""JUnit: one case a claim; a failure has its witness, an unknown is no success, what is expected is no failure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from hopverify.reporting.formats.junit import junit
from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report, Row
from hopverify.verdict import Verdict
from tests.reporting.documents import FLAT_PAIR, HIDDEN, HOSTILE, reported, written

PASS, FAIL, UNKNOWN, ASIDE = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
FLAT = "The energy has flat regions"
REASON = {"code": "no_proof_found", "text": "no prover found a proof"}
WITNESS = {"intervals": [["-∞", "0"]], "kind": "dead"}


def row(verdict: Verdict, expected: Verdict | None = PASS, *, met: bool = True, subject: str = "x") -> Row:
    reason = REASON if verdict in (UNKNOWN, ASIDE) else None
    witness = WITNESS if verdict is FAIL else None
    method = ("kernel (constant on a segment, by cells)",) if verdict is FAIL else ()
    return Row(
        "energy_flatness",
        subject,
        "no flat region",
        "T5",
        (),
        verdict,
        expected,
        met,
        method,
        reason,
        witness,
        None,
        (),
        0.5,
    )


def suite_of(*rows: Row, name: str = "model") -> Element:
    root = ElementTree.fromstring(junit(Report("model.yaml", name, "0" * 64, PASS, rows)))
    (suite,) = root
    assert int(suite.get("tests", "")) == len(rows)
    assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))
    return suite


def outcomes(*rows: Row) -> list[str]:
    cases = suite_of(*rows).findall("testcase")
    return [
        "failed" if c.find("failure") is not None else "skipped" if c.find("skipped") is not None else "ok"
        for c in cases
    ]


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [
        (row(PASS), "ok"),
        (row(FAIL, met=False), "failed"),
        (row(FAIL, FAIL), "ok"),
        (row(FAIL, None), "ok"),
        (row(FAIL, UNKNOWN, met=False), "failed"),
        (row(PASS, FAIL, met=False), "failed"),
        (row(PASS, None), "ok"),
        (row(UNKNOWN, met=False), "skipped"),
        (row(UNKNOWN, UNKNOWN), "skipped"),
        (row(UNKNOWN, None), "skipped"),
        (row(UNKNOWN, FAIL, met=False), "skipped"),
        (row(ASIDE), "skipped"),
        (row(ASIDE, FAIL, met=False), "failed"),
    ],
)
def test_an_outcome_is_what_the_spec_asks_for(shown: Row, outcome: str) -> None:
    assert outcomes(shown) == [outcome]


@pytest.mark.parametrize("shown", [row(PASS), row(FAIL, FAIL), row(FAIL, None), row(UNKNOWN), row(ASIDE)])
def test_what_was_not_checked_is_no_success(shown: Row) -> None:
    assert outcomes(replace(shown, checked=False)) == ["skipped"]
    assert outcomes(replace(row(FAIL, met=False), checked=False)) == ["failed"]


def test_one_subject_of_several_need_not_do_what_the_check_is_asked_to() -> None:
    # The spec expects a fail, and one of two layers gives it.
    assert outcomes(row(FAIL, FAIL), row(PASS, FAIL, subject="y")) == ["ok", "ok"]
    # It expects a pass, and one of two layers fails.
    assert outcomes(row(PASS, met=False), row(FAIL, met=False, subject="y")) == ["ok", "failed"]
    # It expects a fail, and none has been found yet: the pass contradicts nothing, and is not what is expected.
    assert outcomes(row(PASS, FAIL, met=False), row(UNKNOWN, FAIL, met=False, subject="y")) == ["skipped", "skipped"]
    assert outcomes(row(PASS, FAIL, met=False), row(PASS, FAIL, met=False, subject="y")) == ["failed", "failed"]
    # It expects an unknown: that is no success either.
    assert outcomes(row(UNKNOWN, UNKNOWN)) == ["skipped"]


def test_a_failure_has_its_witness_and_an_unknown_its_reason() -> None:
    failed, left = suite_of(row(FAIL, met=False), row(UNKNOWN, met=False, subject="y")).findall("testcase")
    failure, skipped = failed.find("failure"), left.find("skipped")
    assert failure is not None
    assert failure.get("message") == f"{FLAT}; fail: no flat region"
    assert "dead: a neuron whose state lies in (-∞, 0)" in (failure.text or "")
    assert skipped is not None
    assert skipped.get("message") == "unknown: no prover found a proof"


def test_a_fail_that_nothing_is_asked_of_says_so() -> None:
    (case,) = suite_of(row(FAIL, None)).findall("testcase")
    assert "fail, not required: " in (case.findtext("system-out") or "")


def test_two_claims_of_one_name_have_two(tmp_path: Path) -> None:
    names = [case.get("name") for case in suite_of(row(PASS), row(PASS)).findall("testcase")]
    assert names == ["energy_flatness [x]", "energy_flatness [x] 2"]


@pytest.mark.parametrize("said", [*HOSTILE, HIDDEN])
def test_hostile_text_is_text(said: str) -> None:
    hostile = replace(row(FAIL, met=False, subject=said), statement=said, reason={"code": "", "text": said})
    left = replace(hostile, verdict=UNKNOWN, witness=None)
    suite = suite_of(hostile, left, name=said)
    first, second = suite.findall("testcase")
    assert suite.get("name") == first.get("classname") == plain(said)
    assert first.get("name") == f"energy_flatness [{plain(said)}]"
    assert [each.get("message") for each in first.findall("failure")] == [f"{FLAT}; fail: {plain(said)}"]
    assert [each.get("message") for each in second.findall("skipped")] == [f"unknown: {plain(said)}"]


def test_the_suite_names_what_was_verified(tmp_path: Path) -> None:
    _, report = reported(written(tmp_path, FLAT_PAIR))
    root = ElementTree.fromstring(junit(report))
    properties = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert properties == {"verdict": "pass", "digest": report.digest, "spec": "model.yaml"}
    assert junit(report).startswith(b"<?xml ")
