"""Certificates as a person asks them: results by name, verdicts that are no truth values, what is printed."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hopverify.certificate import Certificate, parse_certificate
from hopverify.errors import CertificateRejected, HopverifyError, MissingPackage
from hopverify.verdict import Verdict
from tests.reporting.certificates import certificate, entry


@pytest.fixture
def made() -> Certificate:
    return certificate(
        entry("energy_flatness", "fail", expected="fail", subject="x"),
        entry("energy_flatness", "pass", expected="fail", subject="h"),
        entry("energy_descent", "unknown", subject="model"),
        entry("equilibria", subject="model", expected="any", data={"count": "1"}),
        verdict=Verdict.UNKNOWN,
    )


def test_a_result_is_found_by_the_name_of_its_check(made: Certificate) -> None:
    found = made["equilibria"]
    assert (found.verdict, found.expected, found.found) == (Verdict.PASS, None, {"count": "1"})
    assert repr(found) == "<Result equilibria of model: pass>"
    assert made["energy_descent"].reason == "no prover found a proof"
    assert made["energy_descent"].rules == ()
    assert [result.check for result in made] == [entry["check"] for entry in made.results]
    assert len(made) == 4


def test_a_check_of_several_subjects_is_never_one_of_them_by_accident(made: Certificate) -> None:
    with pytest.raises(KeyError, match=r"2 subjects: take one, as in certificate\['energy_flatness', 'x'\]"):
        made["energy_flatness"]
    assert made["energy_flatness", "h"].verdict is Verdict.PASS
    assert made.verdicts == {
        "energy_flatness": Verdict.FAIL,
        "energy_descent": Verdict.UNKNOWN,
        "equilibria": Verdict.PASS,
    }
    twice = certificate(entry("basin_cells"), entry("basin_cells"))
    with pytest.raises(HopverifyError, match=r"decided of 2 subjects; certificate\.verdicts"):
        twice["basin_cells", "x"]


def test_what_is_not_there_is_told_with_what_is(made: Certificate) -> None:
    with pytest.raises(KeyError) as caught:
        made["equilibrium"]
    assert str(caught.value) == "the certificate has no check 'equilibrium'; did you mean 'equilibria'?"
    with pytest.raises(KeyError, match="no subject 'y'; it has: model"):
        made["equilibria", "y"]
    with pytest.raises(KeyError, match=r"by \(check, subject\), as texts; got 3"):
        made[3]  # type: ignore[index]
    with pytest.raises(KeyError, match="no check 'q'; it has: energy_flatness"):
        made["q"]


def test_results_by_verdict(made: Certificate) -> None:
    assert [result.subject for result in made.failed] == ["x"]
    assert [result.check for result in made.passed] == ["energy_flatness", "equilibria"]
    assert [result.check for result in made.unknown] == ["energy_descent"]


@pytest.mark.parametrize("what", ["certificate", "verdict", "result"])
def test_neither_a_certificate_nor_a_verdict_is_a_truth_value(made: Certificate, what: str) -> None:
    value = {"certificate": made, "verdict": made.verdict, "result": made["equilibria"].verdict}[what]
    with pytest.raises(TypeError, match="is not a truth value: compare"):
        bool(value)


def test_print_shows_the_table_and_repr_one_line(made: Certificate) -> None:
    assert repr(made) == "<Certificate of 'model': unknown (2 pass, 1 fail, 1 unknown)>"
    table = str(made).splitlines()
    assert table[1].split() == ["check", "subject", "verdict", "seconds"]
    assert table[2].startswith("energy_flatness  x        fail, as expected")
    assert table[-1].startswith("unknown: ")
    assert str(made["energy_descent"]).splitlines()[0] == "energy_descent of model: unknown"
    assert "\x1b" not in str(certificate(spec={"name": "a\x1b[2J", "digest": "b"}))


def test_a_read_certificate_is_the_one_that_was_made(made: Certificate) -> None:
    again = parse_certificate(made.to_json())
    assert again == made
    assert again.verdict is Verdict.UNKNOWN
    odd = replace(made, verdict="maybe").to_json()  # type: ignore[arg-type]
    with pytest.raises(CertificateRejected, match="no verdict is called 'maybe'"):
        parse_certificate(odd)
    with pytest.raises(CertificateRejected, match="has not the form"):
        certificate({"check": "c"})["c"]


def test_a_frame_has_a_row_for_each_claim(made: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingPackage, match="pip install pandas"):
        made.to_frame()
    stub: Any = ModuleType("pandas")
    stub.DataFrame = lambda rows, columns: SimpleNamespace(rows=rows, columns=columns)
    monkeypatch.setitem(sys.modules, "pandas", stub)
    frame = made.to_frame()
    assert frame.columns[:3] == ["check", "subject", "verdict"]
    assert [row[:3] for row in frame.rows][2] == ["energy_descent", "model", Verdict.UNKNOWN]
