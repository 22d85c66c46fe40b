"""What is written about a run: ratios as they are read, the bounds among them marked, what is missing said."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from hopverify.benchmarks import BENCHMARKS, Benchmark
from hopverify.benchmarks.as_json import as_json
from hopverify.benchmarks.as_markdown import as_markdown, ratio_text
from hopverify.benchmarks.figure import figure
from hopverify.benchmarks.keeping import merged
from hopverify.benchmarks.machine import machine
from hopverify.benchmarks.results import Benchmarked, Point, Result, Timing
from hopverify.errors import HopverifyError
from hopverify.reporting import figures
from tests.benchmarks.small import OTHER, OWN, SLOW, point, result, whole

RUN = whole(
    result(
        point(10, ours=1.0, theirs=2.0, slow=-40.0),
        point(100, ours=10.0, theirs=5.0),
        point(1000, ours=100.0, theirs=1.0),
    )
)


@pytest.mark.parametrize(
    ("ours", "theirs", "text"),
    [
        (1.0, 1.0, "1 ×"),
        (1.234, 1.0, "1.2 ×"),
        (12345.0, 1.0, "12,345 ×"),
        (1.0, 50.0, "1/50"),
        (1.0, -50.0, "< 1/50"),
        (-1.0, 1.0, ""),
    ],
)
def test_a_ratio_as_it_is_read(ours: float, theirs: float, text: str) -> None:
    assert ratio_text(point(1, ours=ours, theirs=theirs), OWN, OTHER) == text


def test_no_ratio_to_what_was_not_tried() -> None:
    assert ratio_text(point(1, ours=1.0), OWN, SLOW) == ""


def test_the_table() -> None:
    text = as_markdown(RUN, "benchmarks.svg")
    assert "| n | ours, s | ÷ theirs | ÷ slow | sheep | peak MiB | rounds |" in text
    assert "| 10 | 1 | 0.5 × | < 1/40 | 1,234 | 64 | 1 |" in text
    assert "| 1,000 | 1e+02 | 100 × |  | 1,234 | 64 | 1 |" in text
    assert "ours n^1.00 (3 sizes, n = 10 … 1,000)" in text
    assert "*absent* needs no_such_module, the extra `bench`" in text
    assert "](benchmarks.svg)" in text
    assert "--quick" not in text
    assert "--quick" in as_markdown(whole(quick=True), None)
    assert "svg" not in as_markdown(whole(), None)


def test_a_size_that_could_not_be_measured_is_told() -> None:
    assert "- n = 10 failed" in as_markdown(whole(result(failures=("n = 10 failed",))), None)


@pytest.mark.parametrize(("load", "said"), [("0.9", False), ("1.0", True)])
def test_a_machine_that_was_busy_with_other_things_is_told(load: str, said: bool) -> None:
    text = as_markdown(Benchmarked({"cores": "2", "load before": load}, False, ()), None)
    assert ("Repeat the run" in text) is said


def test_the_json() -> None:
    found = json.loads(as_json(RUN))
    (only,) = found["benchmarks"]
    assert found["machine"] == {"cores": "2", "numpy": "9.9"}
    assert only["points"][0]["ratios"] == [
        {"of": "ours", "to": "theirs", "ratio": 0.5, "at_most": False},
        {"of": "ours", "to": "slow", "ratio": 0.025, "at_most": True},
    ]
    assert only["growth"]["ours"]["exponent"] == pytest.approx(1)
    assert only["left_out"] == ["absent"]


def test_the_machine_is_told_by_cores_and_versions() -> None:
    found = machine()
    assert int(found["cores"]) >= 1
    assert re.fullmatch(r"\d+\.\d+.*", found["numpy"])
    assert not [value for value in found.values() if "/" in value]


def test_the_figure_shows_every_way_and_is_the_same_twice() -> None:
    pytest.importorskip("matplotlib", reason="pip install 'hopverify[bench]'")
    text = figure(RUN)
    assert text == figure(RUN)
    for label in ("made_up", "ours: n^1.0", "theirs", "slow: stopped"):
        assert label in text
    assert "absent" not in text


def test_without_matplotlib_the_figure_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda name: None if name == "matplotlib" else find_spec(name))
    with pytest.raises(HopverifyError, match=r"pip install 'hopverify\[bench\]', or give --no-figure"):
        figure(RUN)


def test_what_is_not_run_again_is_kept_with_its_machine(tmp_path: Path) -> None:
    first, second = list(BENCHMARKS)[:2]

    def measured(case: Benchmark, size: int) -> Result:
        timing = Timing(case.ways[0].name, (1.5,), True, {"n": 3})
        return Result(case, (Point(size, (timing,), 2**30),))

    old = Benchmarked({"cores": "8"}, False, (measured(first, 5), measured(second, 5)))
    file = tmp_path / "benchmarks.json"
    file.write_text(as_json(old), encoding="utf-8")
    new = Benchmarked({"cores": "2"}, False, (measured(second, 7),))
    run = merged(new, file)
    assert [result.benchmark.name for result in run.results] == [first.name, second.name]
    assert run.results[0].points == measured(first, 5).points
    assert [point.size for point in run.results[1].points] == [7]
    assert "Measured in another run: cores 8." in as_markdown(run, None)
    # Once more: the machine of what was kept stays its own.
    file.write_text(as_json(run), encoding="utf-8")
    assert merged(new, file).results[0].machine == {"cores": "8"}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "hopverify-benchmarks", "version": 2}'])
def test_nothing_is_kept_of_a_file_that_is_no_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "benchmarks.json").write_text(text, encoding="utf-8")
    assert merged(RUN, tmp_path / "benchmarks.json") is RUN
    assert merged(RUN, tmp_path / "none.json") is RUN
