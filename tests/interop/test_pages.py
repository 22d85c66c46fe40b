"""What the pages on arrays and PyTorch show runs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hopverify import verify
from hopverify.cli import GROUP
from hopverify.expr.floats import FLOATS
from hopverify.interop.arrays import Network, hopfield_network
from hopverify.interop.sources.arrays import SOURCE as ARRAYS
from hopverify.networks import build_model
from hopverify.spec import ExactArray, parse_spec

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    np.save("digits.npy", np.where(rng.random((2, 16)) < 0.5, -1, 1))
    return tmp_path


@pytest.mark.parametrize(("rule", "certified"), [("hebbian", 0), ("storkey", 8), ("pseudo_inverse", 8)])
def test_the_comparison_of_rules(rule: str, certified: int) -> None:
    rng = np.random.default_rng(0)
    patterns = ExactArray.of(np.where(rng.random((8, 40)) < 0.5, -1, 1))
    results = verify(hopfield_network(patterns, rule)).results
    (cells,) = [entry for entry in results if entry["check"] == "basin_cells"]
    assert cells["obligations"][0]["data"]["certified"] == certified


def test_the_page_lists_every_setting() -> None:
    text = (DOCS / "arrays.md").read_text(encoding="utf-8")
    for setting in ARRAYS.settings:
        assert f"| `{setting}=" in text
    assert Network().zero_diagonal


def test_the_example_of_pytorch(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    _, example = blocks("pytorch.md", "python")
    exec(example, {})
    printed = capsys.readouterr().out.splitlines()
    descents = [line for line in printed if line.startswith("energy_descent")]
    # Nothing is certified of random keys, and nobody is told that something is.
    retrievals = [line for line in printed if line.startswith("memory_retrieval")]
    assert len(descents) == len(retrievals) == 4
    assert all(" pass " in line for line in descents)
    assert not any(" pass " in line for line in retrievals)


def test_the_energy_of_pytorch(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    example, _ = blocks("pytorch.md", "python")
    exec(example, {})
    printed = capsys.readouterr().out
    assert blocks("pytorch.md", "yaml")[0] in printed
    assert "5 of 5 patterns" in printed


def test_a_flow_without_leak_is_written_as_the_page_says() -> None:
    layers = blocks("pytorch.md", "yaml")[1]
    spec = parse_spec(f"hopverify: 1\nname: wells\n{layers}checks: [energy_descent]\n")
    assert verify(spec).verdict == "pass"
    model = build_model(spec)
    x = np.array([0.5, -2.0])
    assert np.allclose(model.flow({"x": x}, FLOATS)["x"], -4 * x * (x**2 - 1))
    assert np.isclose(float(model.energy({"x": x}, FLOATS)), ((x**2 - 1) ** 2).sum())


def test_the_mapping_of_pytorch(here: Path) -> None:
    *_, mapping = blocks("pytorch.md", "yaml")
    Path("model.map.yaml").write_text(mapping, encoding="utf-8")
    np.savez("model.npz", **{"memory.weight": np.eye(6, 4, dtype=np.float32)})
    command = ["import", "model.map.yaml", "--out", "out", "--set", "tensors=model.npz"]
    assert CliRunner().invoke(GROUP, command).exit_code == 0
    assert CliRunner().invoke(GROUP, ["verify", "out"]).exit_code == 0
