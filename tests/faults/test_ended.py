"""Runs that end before their time: a certificate that was finished before them stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from hopverify.pipeline import verify
from tests.cli.commands import run, write_spec
from tests.cli.started import started
from tests.execution.certificates import SLOW, serial, timeless
from tests.profiles import long

CERTIFICATE, JOURNAL = f"{SLOW.stem}.certificate.json", f"{SLOW.stem}.journal.jsonl"


@pytest.mark.parametrize(
    ("jobs", "end"), [("1", "kill"), long("1", "interrupt"), long("2", "kill"), ("2", "interrupt")]
)
def test_a_finished_certificate_survives_a_run_that_is_ended(tmp_path: Path, jobs: str, end: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    before = verify(SLOW, samples=200).to_json()
    (out / CERTIFICATE).write_text(before, encoding="utf-8")
    report = out / f"{SLOW.stem}.report.md"
    report.write_text("of the finished one", encoding="utf-8")
    with started(tmp_path / "log", "verify", "-q", SLOW, "-j", jobs, "--out", out, "--report", "markdown") as command:
        command.wait_for("obligation_finished")
        if end == "kill":
            command.process.kill()
        else:
            command.press_ctrl_c()
        code, _, errors = command.end()
    assert (out / CERTIFICATE).read_text(encoding="utf-8") == before
    assert report.read_text(encoding="utf-8") == "of the finished one"
    assert (out / JOURNAL).exists()
    if end == "interrupt":
        assert code == 130
        assert f"{CERTIFICATE}: the finished certificate of an earlier run is kept; --resume goes on" in errors
        kinds = [event["event"] for event in command.events()]
        assert "certificate_kept" in kinds
        assert "certificate_written" not in kinds
    result = run("verify", "-q", SLOW, "--out", out, "--resume")
    assert result.exit_code == 0, result.output
    assert timeless((out / CERTIFICATE).read_text(encoding="utf-8")) == serial(SLOW)


def test_a_certificate_of_another_spec_does_not_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    other = write_spec(tmp_path, f"{SLOW.stem}.yaml", expect="{energy_flatness: fail}")
    assert run("verify", "-q", other, "--samples", "5", "--out", out).exit_code == 0
    with started(tmp_path / "log", "verify", "-q", SLOW, "--out", out) as command:
        command.wait_for("obligation_finished")
        command.press_ctrl_c()
        code, _, errors = command.end()
    assert code == 130
    assert "is kept" not in errors
    assert '"code":"interrupted"' in (out / CERTIFICATE).read_text(encoding="utf-8")
