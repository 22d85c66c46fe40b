"""``hopverify verify --resume``: after SIGKILL and Ctrl-C, with changed specs and with files that are not sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import RELU_PAIR, run, write_spec
from tests.cli.started import started
from tests.execution.certificates import SLOW, serial, timeless
from tests.profiles import long


def resumed(folder: Path, *arguments: object) -> tuple[Any, list[dict[str, Any]]]:
    """Resume in this process; return the result and the findings of the log."""
    log = folder / "resumed.log"
    result = run("verify", "-q", *arguments, "--out", folder / "out", "--resume", "--log", log)
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return result, [event for event in events if event["event"] == "obligation_finished"]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("end", ["kill", "interrupt"])
def test_a_run_that_was_ended_goes_on(tmp_path: Path, jobs: str, end: str) -> None:
    with started(tmp_path / "log", "verify", "-q", SLOW, "-j", jobs, "--out", tmp_path / "out") as command:
        command.wait_for("obligation_finished")
        if end == "kill":
            command.process.kill()
        else:
            command.press_ctrl_c()
        ended = command.end()
        found = [event["statement"] for event in command.events() if event["event"] == "obligation_finished"]
    certificate, journal = (tmp_path / "out" / f"{SLOW.stem}.{kind}" for kind in ("certificate.json", "journal.jsonl"))
    assert journal.exists(), ended
    assert certificate.exists() == (end == "interrupt")

    result, findings = resumed(tmp_path, SLOW, "-j", jobs)
    assert result.exit_code == 0, result.output
    kept = [event["statement"] for event in findings if event["kept"]]
    assert set(found) <= set(kept)
    assert len(kept) < len(findings)
    assert timeless(certificate.read_text(encoding="utf-8")) == serial(SLOW)
    assert not journal.exists()


def test_resuming_where_nothing_was_left_begins(tmp_path: Path) -> None:
    result, findings = resumed(tmp_path, RELU_PAIR)
    assert (result.exit_code, result.stderr) == (0, "")
    assert findings
    assert not any(event["kept"] for event in findings)


def test_a_finished_run_is_checked_and_not_repeated(tmp_path: Path) -> None:
    first, _ = resumed(tmp_path, RELU_PAIR)
    before = (tmp_path / "out" / "relu-pair.certificate.json").read_bytes()
    second, findings = resumed(tmp_path, RELU_PAIR)
    assert (second.exit_code, second.stdout, findings) == (0, first.stdout, [])
    assert (tmp_path / "out" / "relu-pair.certificate.json").read_bytes() == before


def test_a_changed_spec_is_verified_from_the_beginning(tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    resumed(tmp_path, spec)
    write_spec(tmp_path, lagrangian="softplus", expect="{}")
    result, findings = resumed(tmp_path, spec)
    assert result.exit_code == 0
    assert "of another spec, or of other arrays" in result.stderr
    assert "is verified from the beginning" in result.stderr
    assert findings
    assert not any(event["kept"] for event in findings)


@pytest.mark.parametrize("name", ["relu-pair.certificate.json", "relu-pair.journal.jsonl"])
@pytest.mark.parametrize("content", [long("\n"), long("{}\n"), "\x1b[31mred\n", long('{"format": "something else"}\n')])
def test_a_foreign_file_is_reported_and_replaced(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text(content, encoding="utf-8")
    result, findings = resumed(tmp_path, RELU_PAIR)
    assert result.exit_code == 0
    assert name in result.stderr
    assert "\x1b" not in result.stderr
    assert not any(event["kept"] for event in findings)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["relu-pair.certificate.json"]
    assert run("check", RELU_PAIR, tmp_path / "out" / "relu-pair.certificate.json").exit_code == 0


def test_tampered_evidence_is_reported_and_the_verdict_stands(tmp_path: Path) -> None:
    """A certificate of other settings offers evidence only, and each piece is judged again."""
    resumed(tmp_path, RELU_PAIR)
    path = tmp_path / "out" / "relu-pair.certificate.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    row = next(result for result in body["results"] if result["check"] == "energy_flatness")["obligations"][0]
    row.update(outcome="proved", evidence={"rule": "nowhere_flat"})
    path.write_text(json.dumps(body), encoding="utf-8")
    result, findings = resumed(tmp_path, RELU_PAIR, "--samples", "30")
    assert result.exit_code == 0
    assert result.stderr.count("\n") == 1
    assert sum(not event["kept"] for event in findings) == 1
    verdicts = json.loads(path.read_text(encoding="utf-8"))["results"]
    assert next(entry for entry in verdicts if entry["check"] == "energy_flatness")["verdict"] == "fail"
