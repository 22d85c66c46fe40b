"""``hopverify verify --log``: one JSON object a line, in the kinds and with the keys that docs/cli.md lists."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import RELU_PAIR, ROOT, run, run_apart, write_spec


def documented() -> dict[str, set[str]]:
    """Return the keys of each kind of event from the table of the documentation."""
    section = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").partition("## --log")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    table = {row[1].strip(" `"): set(re.findall(r"`(\w+)`", row[3])) for row in rows}
    table["run_started"].add("python-flint")
    return table


def events_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_log_tells_the_run(tmp_path: Path, jobs: str) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "out"
    wrong = write_spec(tmp_path, lagrangian="rellu")
    result = run("verify", "-q", RELU_PAIR, wrong, "-j", jobs, "--samples", "20", "--out", out, "--log", log)
    assert result.exit_code == 2
    events = events_of(log)
    kinds = [event["event"] for event in events]
    assert (kinds[0], kinds[-1]) == ("run_started", "run_finished")
    assert {"specs": 2, "jobs": int(jobs), "samples": "20"}.items() <= events[0].items()
    assert events[-1]["exit_code"] == 2
    assert kinds.count("spec_read") == kinds.count("spec_finished") == kinds.count("spec_failed") == 1
    claims = {kind: [e["claim"] for e in events if e["event"] == kind] for kind in ("claim_started", "claim_finished")}
    expected = list(range(1, events_of(log)[kinds.index("spec_read")]["claims"] + 1))
    assert sorted(claims["claim_started"]) == sorted(claims["claim_finished"]) == expected
    certificate = json.loads((out / "relu-pair.certificate.json").read_text(encoding="utf-8"))
    verdicts = {event["claim"]: event["verdict"] for event in events if event["event"] == "claim_finished"}
    assert [verdicts[number] for number in expected] == [entry["verdict"] for entry in certificate["results"]]
    (written,) = (event for event in events if event["event"] == "certificate_written")
    assert written["file"] == str(out / "relu-pair.certificate.json")


def test_every_event_is_documented_with_its_keys(tmp_path: Path) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "out"
    out.mkdir()
    (out / "relu-pair.journal.jsonl").write_text("nonsense\n", encoding="utf-8")
    wrong = write_spec(tmp_path, lagrangian="rellu")
    run("verify", "-q", RELU_PAIR, wrong, "--samples", "20", "--out", out, "--resume", "--log", log)
    table = documented()
    seen = set()
    for event in events_of(log):
        seen.add(event["event"])
        assert event.keys() - {"event", "time"} == table[event["event"]], event["event"]
        assert datetime.fromisoformat(event["time"]).utcoffset() is not None
    assert set(table) - seen == {
        "evidence_refused",
        "execution_lost",
        "report_written",
        "journal_lost",
        "certificate_kept",
        "search_failed",
    }


def test_claims_begin_before_they_end_and_count_their_obligations(tmp_path: Path) -> None:
    run("verify", RELU_PAIR, "--samples", "20", "--log", tmp_path / "log")
    events = events_of(tmp_path / "log")
    (read,) = (event for event in events if event["event"] == "spec_read")
    for number in range(1, read["claims"] + 1):
        kinds = [event["event"] for event in events if event.get("claim") == number]
        assert (kinds[0], kinds[-1]) == ("claim_started", "claim_finished")
        assert set(kinds[1:-1]) <= {"obligation_finished"}
    counts = [(event["done"], event["total"]) for event in events if event["event"] == "obligation_finished"]
    assert counts == sorted(counts)
    assert counts[-1][0] == counts[-1][1] == read["obligations"]


def test_a_minus_is_the_error_stream() -> None:
    done = run_apart("verify", "-q", RELU_PAIR, "--samples", "20", "--log", "-")
    assert done.returncode == 0
    assert done.stdout.startswith("specs") or "relu-pair.yaml: pass" in done.stdout
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()][-1] == "run_finished"


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    result = run("verify", RELU_PAIR, "--log", tmp_path / "nowhere" / "log")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert result.stdout == ""
