"""``hopverify bench``: what it measures, writes and refuses. How fast anything is belongs to no test."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hopverify.benchmarks import BENCHMARKS, running
from hopverify.extras import to_install
from hopverify.reporting import figures
from tests.cli.commands import ROOT, modules_after, run

CASE = "verified_cholesky"


@pytest.mark.long
def test_one_benchmark_quickly(tmp_path: Path) -> None:
    result = run("bench", "--quick", "--only", CASE, "--no-figure", "--out", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["benchmarks.json", "benchmarks.md"]
    found = json.loads((tmp_path / "new" / "benchmarks.json").read_text(encoding="utf-8"))
    (case,) = found["benchmarks"]
    sizes = BENCHMARKS[CASE].quick
    assert found["quick"] is True
    assert [point["size"] for point in case["points"]] == list(sizes)
    assert all(timing["median_seconds"] > 0 for point in case["points"] for timing in point["timings"])
    assert f"[{len(sizes)}/{len(sizes)}] {CASE}: n = {sizes[-1]:,}: verified Cholesky" in result.stdout
    assert "Growth of the time: verified Cholesky n^" in (tmp_path / "new" / "benchmarks.md").read_text(
        encoding="utf-8"
    )


@pytest.mark.long
def test_the_figure_beside_the_table(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pip install 'hopverify[bench]'")
    result = run("bench", "--quick", "--only", CASE, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "benchmarks.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert "](benchmarks.svg)" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")


@pytest.fixture
def no_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every measurement an error: what is refused is refused before."""

    def refuse(*_: Any) -> None:
        raise AssertionError("measured before everything was in order")

    monkeypatch.setattr(running, "_point", refuse)


@pytest.mark.usefixtures("no_measuring")
def test_a_name_that_there_is_not(tmp_path: Path) -> None:
    result = run("bench", "--only", "verified_cholesk", "--no-figure", "--out", tmp_path)
    assert result.exit_code == 2
    assert "no benchmark is called 'verified_cholesk'; did you mean 'verified_cholesky'?" in result.stderr


@pytest.mark.usefixtures("no_measuring")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("bench", "--no-figure", "--out", tmp_path / "file" / "below")
    assert result.exit_code == 2
    assert "cannot be written to" in result.stderr
    assert "--out" in result.stderr


@pytest.mark.usefixtures("no_measuring")
def test_a_figure_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda _: None)
    result = run("bench", "--out", tmp_path / "new")
    assert result.exit_code == 2
    assert "pip install 'hopverify[bench]'" in result.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.long
def test_what_is_not_installed_is_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hopverify.benchmarks.find_spec", lambda _: None)
    result = run("bench", "--quick", "--only", "global_stability", "--no-figure", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert f"z3 is not installed, and its rows are left out: {to_install('bench')}" in result.stderr
    assert "Left out: *z3*" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")


@pytest.mark.long
def test_a_size_that_cannot_be_measured_spoils_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = subprocess.run

    def failing(command: list[str], **options: Any) -> Any:
        second = command[3:5] == [CASE, str(BENCHMARKS[CASE].quick[1])]
        return SimpleNamespace(returncode=-9, stdout="", stderr="") if second else whole(command, **options)

    monkeypatch.setattr(running, "subprocess", SimpleNamespace(run=failing))
    result = run("bench", "--quick", "--only", CASE, "--no-figure", "--out", tmp_path)
    assert result.exit_code == 1
    assert "ended by signal 9, often for want of memory" in result.stderr
    (case,) = json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8"))["benchmarks"]
    assert len(case["points"]) == len(case["failures"]) == 1


def test_the_benchmarks_are_documented() -> None:
    section = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").partition("\n## bench\n")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `([a-z]\w*)` \|", section, re.MULTILINE)
    assert sorted(named) == sorted(BENCHMARKS.entries)


def test_help_and_the_package_load_nothing_heavy() -> None:
    loaded = modules_after("import hopverify.cli.bench, hopverify.benchmarks.running")
    assert not loaded & {"sympy", "scipy", "numpy", "matplotlib", "z3", "flint"}


def test_a_measuring_process_prints_one_point() -> None:
    command = [sys.executable, "-m", "hopverify.benchmarks", CASE, "20", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["size"] == 20
