"""By how much ``--timeout`` is overrun: on which specs that is measured, and what figures say. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hopverify.benchmarks import limits
from hopverify.benchmarks.hard_specs import SPECS, HardSpec
from hopverify.benchmarks.limits import allowed, as_json, as_markdown, failures, measured
from hopverify.checks import claims_of
from hopverify.networks import any_model
from hopverify.spec import read_spec
from tests.cli.commands import run

LARGE = ("softmax-100000", "recurrent-300", "hebbian-200", "dense-784")


def test_there_are_twenty_specs() -> None:
    assert len({spec.name for spec in SPECS}) == 20


@pytest.mark.parametrize(
    "spec",
    [pytest.param(spec, marks=pytest.mark.long if spec.name in LARGE else ()) for spec in SPECS],
    ids=lambda spec: spec.name,
)
def test_a_hard_spec_can_be_read_and_is_the_same_each_time(spec: HardSpec, tmp_path: Path) -> None:
    read = read_spec(spec.write(tmp_path))
    assert claims_of(read, any_model(read))
    (tmp_path / "again").mkdir()
    assert read_spec(spec.write(tmp_path / "again")).digest == read.digest


def row(over: float, **changes: Any) -> dict[str, Any]:
    kept = over <= allowed(20.0)
    values = {
        "name": f"over-{over:g}",
        "summary": "hard",
        "took": 20 + over,
        "over": over,
        "share": round(over / 20, 3),
    }
    return values | {"kept": kept, "verdicts": {"pass": 2, "unknown": 1}} | changes


def test_a_tenth_or_a_second_is_allowed() -> None:
    assert (allowed(2.0), allowed(10.0), allowed(20.0)) == (1.0, 1.0, 2.0)


def test_what_the_page_says() -> None:
    busy = {"cores": "2", "load before": "0.3"}
    figures = {"seconds": 20.0, "rows": [row(0.0), row(1.9), row(2.1)], "machine": busy}
    text = as_markdown(figures)
    assert "`hopverify verify --timeout 20`" in text
    assert "Kept on 2 of 3; the largest overrun is 2.10 s, 10 % of the limit, on `over-2.1`." in text
    assert "| `over-1.9` | hard | 21.90 s | 1.90 s | 10 % | 2 | 0 | 1 |" in text
    assert failures(figures) == ["over-2.1"]
    assert json.loads(as_json(figures)) == figures


def few(monkeypatch: pytest.MonkeyPatch, took: float) -> None:
    """Let one spec stand for all, and every command take so long."""
    monkeypatch.setattr(limits, "_timed", lambda spec, seconds: (took, {"pass": 1}))
    monkeypatch.setattr("hopverify.benchmarks.hard_specs.SPECS", SPECS[:1])


@pytest.mark.parametrize(("took", "code"), [(10.75, 0), (11.25, 1), (3.0, 0)])
def test_the_command_fails_where_a_limit_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, took: float, code: int
) -> None:
    few(monkeypatch, took)
    result = run("bench", "--limits", "--out", tmp_path)
    assert result.exit_code == code, result.output
    (found,) = json.loads((tmp_path / "limits.json").read_text(encoding="utf-8"))["rows"]
    assert (found["took"], found["over"]) == (took, max(0.0, took - 10))
    assert "| `tanh-12` |" in (tmp_path / "limits.md").read_text(encoding="utf-8")
    assert ("was not kept on tanh-12" in result.stderr) == (code == 1)


def test_all_specs_are_measured(tmp_path: Path) -> None:
    for option in ("--quick", "--only=verified_cholesky"):
        assert run("bench", "--limits", option, "--out", tmp_path).exit_code == 2


@pytest.mark.long
def test_the_command_is_timed_as_a_person_runs_it() -> None:
    (found,) = measured(2.0, SPECS[-1:])["rows"]
    assert sum(found["verdicts"].values()) > 5
    assert found["took"] > 0
