"""``hopverify simulate``: what it prints and writes, and what it refuses with advice."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hopverify.cli import GROUP
from hopverify.numerics.simulation import METHODS
from hopverify.reporting import figures
from tests.cli.commands import RELU_PAIR, ROOT, modules_after, run, run_apart, write_spec

MODERN = ROOT / "specs" / "modern-hopfield.yaml"


def test_a_trajectory_as_a_small_table() -> None:
    result = run("simulate", RELU_PAIR, "--from", "1,-1/2")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("relu-pair  ")
    assert "1  from 1,-1/2" in lines
    assert "   equilibrium     reached 1 of 1, stable; ≈0 away" in lines
    assert "   state           x = (0.5, -0.75)" in lines
    assert lines[-1].startswith("This is a picture, not a proof")


def test_several_starts_are_several_trajectories() -> None:
    result = run(
        "simulate",
        MODERN,
        "--from",
        "memory:patterns[2]",
        "--from",
        "zero",
        "--flip",
        1,
        "--time",
        0.5,
        "--step",
        0.1,
        "--json",
    )
    found = json.loads(result.stdout)
    assert [each["start"] for each in found["trajectories"]] == ["patterns[2], 1 flipped", "zero, 1 flipped"]
    assert found["trajectories"][0]["nearest_memory"]["pattern"] == "patterns[2]"
    assert found["time"] == 0.5
    assert result.stdout.isascii()


def test_seed_and_scale_belong_to_random_starts() -> None:
    def state(*options: object) -> list[float]:
        found = json.loads(run("simulate", RELU_PAIR, "--time", "1e-9", "--step", "1e-9", "--json", *options).stdout)
        (end,) = (each["state"] for each in found["trajectories"])
        return list(end)

    assert state() == state("--from", "random", "--seed", 0)
    assert state("--seed", 1) != state("--seed", 2)
    assert state("--seed", 1, "--scale", 1000)[0] == pytest.approx(1000 * state("--seed", 1)[0], rel=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_comes_to_the_same_rest(method: str) -> None:
    result = run("simulate", RELU_PAIR, "--from", "2,2", "--method", method, "--json")
    found = json.loads(result.stdout)
    (trajectory,) = found["trajectories"]
    assert (trajectory["ending"], found["method"]) == ("rest", method)
    assert trajectory["state"] == pytest.approx([0.5, -0.75], abs=1e-8)
    assert (found["step"] is None) is (method != "euler")


def test_nothing_is_written_unless_asked_for(tmp_path: Path) -> None:
    done = run_apart("simulate", RELU_PAIR, cwd=tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])
    assert "wrote" not in done.stdout


def test_points_as_csv(tmp_path: Path) -> None:
    out = tmp_path / "new"
    result = run("simulate", RELU_PAIR, "--out", out, "--no-figure")
    assert result.exit_code == 0, result.output
    assert [path.name for path in out.iterdir()] == ["relu-pair-trajectory.csv"]
    assert f"wrote {out / 'relu-pair-trajectory.csv'}" in result.stdout
    rows = list(csv.DictReader((out / "relu-pair-trajectory.csv").open(encoding="utf-8")))
    assert float(rows[-1]["x[0]"]) == pytest.approx(0.5, abs=1e-8)
    assert float(rows[0]["energy"]) >= float(rows[-1]["energy"])


def test_a_figure_beside_the_points(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pip install 'hopverify[figures]'")
    result = run("simulate", RELU_PAIR, "--out", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    files = [str(tmp_path / f"relu-pair-trajectory.{suffix}") for suffix in ("csv", "svg")]
    assert json.loads(result.stdout)["files"] == files
    assert "<desc" in Path(files[1]).read_text(encoding="utf-8")


def test_a_figure_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda _: None)
    result = run("simulate", RELU_PAIR, "--out", tmp_path / "new")
    assert result.exit_code == 2
    assert "pip install 'hopverify[figures]'" in result.stderr
    assert not (tmp_path / "new").exists()
    assert run("simulate", RELU_PAIR, "--out", tmp_path / "new", "--no-figure").exit_code == 0
    assert run("simulate", RELU_PAIR).exit_code == 0


def test_starts_from_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "states.npy", np.array([[1.0, 2.0], [-1.0, 0.0]]))
    found = json.loads(run("simulate", RELU_PAIR, "--from", tmp_path / "states.npy", "--json").stdout)
    assert [each["start"] for each in found["trajectories"]] == ["states.npy[0]", "states.npy[1]"]


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (["--from", "1,2,3"], "has 3 numbers, but the model has 2 free state variables (x has 2)"),
        (["--from", "1,nan"], "NaN"),
        (["--from", "memory:p[0]"], "no memory is called 'p'; there is none"),
        (["--from", "no-such.npy"], "cannot be read"),
        (["--flip", "3"], "has only 2 coordinates"),
        (["--method", "RK54"], "no method is called 'RK54'; did you mean 'RK45'?"),
        (["--step", "-1"], "greater than 0"),
        (["--step", "0"], "greater than 0"),
        (["--step", "1e-400"], "greater than 0"),
        (["--step", "nan"], "NaN"),
        (["--step", "0.1", "--method", "RK45"], "--step is that of the method euler"),
        (["--time", "-1/2"], "greater than 0"),
        (["--time", "1e399"], "greater than 0"),
        (["--time", "inf"], "infinity"),
        (["--time", "1e9"], "more than 10,000,000 steps"),
        (["--rest", "-1"], "at least 0"),
        (["--rest", "nan"], "at least 0"),
        (["--scale", "inf"], "at least 0"),
        (["--noise", "-0.5"], "at least 0"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_bad_input(options: list[str], advice: str) -> None:
    result = run("simulate", RELU_PAIR, *options)
    assert result.exit_code == 2
    assert advice in " ".join(result.stderr.split())
    assert (result.stdout, "Traceback" in result.output) == ("", False)


def test_a_wrong_spec_is_told_with_its_place(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, lagrangian="rellu")
    result = run("simulate", spec)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{spec}:4:")
    assert run("simulate", tmp_path / "none.yaml").exit_code == 2


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("simulate", RELU_PAIR, "--no-figure", "--out", tmp_path / "file" / "below")
    assert result.exit_code == 2
    assert "cannot be written to" in result.stderr


def test_a_state_that_runs_away_is_told_in_the_table(tmp_path: Path) -> None:
    result = run("simulate", ROOT / "specs" / "relu-runaway.yaml", "--from", "3,3")
    assert result.exit_code == 0, result.output
    assert "left the range: the state runs away" in result.stdout
    # Without its rest it is beside no equilibrium, which are not listed then.
    assert "equilibrium " not in result.stdout


def test_a_model_without_energy_has_its_reason() -> None:
    result = run("simulate", ROOT / "specs" / "negative-clipped-softmax.yaml", "--time", "0.1")
    assert "no energy: layer h has an activation but no Lagrangian" in result.stdout
    assert "energy E" not in result.stdout


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hopverify.simulation.simulate", interrupted)
    result = CliRunner().invoke(GROUP, ["simulate", str(RELU_PAIR)])
    assert (result.exit_code, result.stdout) == (130, "")


def test_help_loads_nothing_heavy() -> None:
    loaded = modules_after("import hopverify.cli.simulate")
    assert not loaded & {"sympy", "scipy", "numpy", "matplotlib", "flint", "rich", "pydantic", "yaml"}
