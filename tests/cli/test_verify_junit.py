"""``hopverify verify --junit``: every claim of every spec in one file, whatever happens."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.commands import run, write_spec

CHECKS = "[weight_symmetry, energy_flatness]"


def suites(file: Path) -> dict[str, ElementTree.Element]:
    return {suite.get("name", ""): suite for suite in ElementTree.parse(file).getroot().iter("testsuite")}


def test_a_suite_for_each_spec_and_an_error_for_a_wrong_one(tmp_path: Path) -> None:
    good = write_spec(tmp_path, "good.yaml", name="good", checks=CHECKS)
    bad = write_spec(tmp_path, "bad.yaml", name="bad", checks=CHECKS, expect="{}")
    wrong = write_spec(tmp_path, "wrong.yaml", lagrangian="rellu")
    file = tmp_path / "reports" / "hopverify.xml"
    result = run("verify", good, bad, wrong, "-q", "--junit", file)
    assert result.exit_code == 2
    found = suites(file)
    assert list(found) == ["good", "bad", str(wrong)]
    assert [case.get("name") for case in found["good"].iter("testcase")] == [
        "weight_symmetry [w]",
        "energy_flatness [x]",
    ]
    assert not list(found["good"].iter("failure"))
    (failure,) = found["bad"].iter("failure")
    assert "dead" in str(failure.text)
    (error,) = found[str(wrong)].iter("error")
    assert "did you mean 'relu'?" in str(error.text)
    root = ElementTree.parse(file).getroot()
    assert [root.get(key) for key in ("tests", "failures", "errors")] == ["5", "1", "1"]


def test_an_unknown_is_skipped_with_its_reason(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, lagrangian="abs", checks="[energy_descent]", expect="{}")
    assert run("verify", spec, "-q", "--junit", tmp_path / "a.xml").exit_code == 3
    (skipped,) = ElementTree.parse(tmp_path / "a.xml").getroot().iter("skipped")
    assert "a locally Lipschitz activation" in str(skipped.get("message"))


def test_a_file_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, checks=CHECKS)
    (tmp_path / "file").write_text("")
    result = run("verify", spec, "--junit", tmp_path / "file" / "a.xml")
    assert result.exit_code == 2
    assert "--junit" in result.stderr
    assert result.stdout == ""


def test_an_interrupted_run_writes_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hopverify.cli._verifying import Verifying

    first, second = (write_spec(tmp_path, f"{name}.yaml", name=name, checks=CHECKS) for name in ("first", "second"))
    original = Verifying._print

    def interrupted(self: Verifying, *shown: object) -> None:
        original(self, *shown)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(Verifying, "_print", interrupted)
    assert run("verify", first, second, "-q", "--junit", tmp_path / "a.xml").exit_code == 130
    assert "first" in suites(tmp_path / "a.xml")


def test_names_from_a_spec_stay_text(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, name='"<b>&amp; ]]>"', checks=CHECKS)
    assert run("verify", spec, "-q", "--junit", tmp_path / "a.xml").exit_code == 0
    assert list(suites(tmp_path / "a.xml")) == ["<b>&amp; ]]>"]
