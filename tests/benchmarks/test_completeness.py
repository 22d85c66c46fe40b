"""How much is decided: the committed figures are those of the code, as a small share of them shows in every run."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hopverify.benchmarks import completeness
from hopverify.benchmarks.completeness import COMMAND, Cell, as_json, as_markdown, counted, measured
from hopverify.benchmarks.families import FAMILIES, Family
from tests.cli.commands import run

FOLDER = Path(__file__).parents[2] / "reports" / "benchmarks"
# Cells that take less than a second each.
SHARE = [("relu, around 1", 4), ("tanh, below 1", 8), ("hard_tanh, around 1", 2), ("softmax, below 1", 2)]


def committed() -> dict[str, Any]:
    figures: dict[str, Any] = json.loads((FOLDER / "completeness.json").read_text(encoding="utf-8"))
    return figures


def family_of(name: str) -> Family:
    return next(family for family in FAMILIES if family.name == name)


@pytest.mark.parametrize(("name", "size"), SHARE)
def test_as_much_is_decided_as_the_committed_figures_say(name: str, size: int) -> None:
    (family,) = (each for each in committed()["families"] if each["name"] == name)
    (cell,) = (each for each in family["cells"] if each["size"] == size)
    assert counted(family_of(name), size).as_value() == cell, (
        f"verdicts on random models are not those of reports/benchmarks/completeness.json; where fewer are unknown, or "
        f"it has to be, renew it by `{COMMAND}`"
    )


def test_the_committed_figures_are_of_the_families_and_budgets_that_there_are() -> None:
    figures = committed()
    assert [(each["name"], each["summary"]) for each in figures["families"]] == [(f.name, f.summary) for f in FAMILIES]
    for family, found in zip(FAMILIES, figures["families"], strict=True):
        assert [cell["size"] for cell in found["cells"]] == list(family.sizes)
    assert figures["spent"] == {
        "models": completeness.MODELS,
        "samples": completeness.SAMPLES,
        "boxes": completeness.BOXES,
        "seed": 0,
    }
    assert as_json(figures) == (FOLDER / "completeness.json").read_text(encoding="utf-8")
    assert as_markdown(figures) == (FOLDER / "completeness.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_model_is_drawn_from_its_family_size_and_number_alone(family: Family) -> None:
    assert family.model(4, 1).digest == family.model(4, 1).digest
    assert len({family.model(size, number).digest for size in (2, 4) for number in (0, 1)}) == 4


def test_what_is_counted() -> None:
    cell = Cell(2)
    for verdict in ("pass", "fail", "not-applicable"):
        cell.add({"check": "boundedness", "verdict": verdict})
    for code in ("outside_theorem", "region_too_large", "outside_theorem"):
        cell.add({"check": "equilibria", "verdict": "unknown", "reason": {"code": code}})
    assert cell.verdicts == {"boundedness": Counter({"pass": 1, "fail": 1}), "equilibria": Counter({"unknown": 3})}
    assert cell.as_value() == {
        "size": 2,
        "checks": {
            "boundedness": {"pass": 1, "fail": 1, "unknown": 0},
            "equilibria": {
                "pass": 0,
                "fail": 0,
                "unknown": 3,
                "reasons": {"outside_theorem": 2, "region_too_large": 1},
            },
        },
    }


def test_the_command_writes_table_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = Family("tanh, below 1", "One of them.", family_of("tanh, below 1").text, (2,))
    monkeypatch.setattr("hopverify.benchmarks.families.FAMILIES", (few,))
    monkeypatch.setattr(completeness, "FAMILIES", (few,))
    monkeypatch.setattr(completeness, "MODELS", 1)
    result = run("bench", "--completeness", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "completeness.json").read_text(encoding="utf-8"))
    assert figures == measured()
    text = (tmp_path / "completeness.md").read_text(encoding="utf-8")
    assert "| check | n = 2 |" in text
    assert "| `energy_descent` | 1/0/0 |" in text
    assert "| `energy_descent` | 1 | 0 | 0 |  |" in text
    assert run("bench", "--completeness", "--quick", "--out", tmp_path).exit_code == 2
