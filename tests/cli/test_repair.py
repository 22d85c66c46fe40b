"""``hopverify repair``: what it writes, says and refuses."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import cvxpy
import pytest

from tests.cli.commands import RELU_PAIR, ROOT, run, write_spec

SPECS = ROOT / "specs"
FEEDBACK = """\
hopverify: 1
name: feedback
layers:
  y: {size: 3, lagrangian: identity}
  x: {size: 2, lagrangian: relu, bias: 1/3, tau: 0}
synapses:
  s: {kind: feedforward_feedback, layers: [y, x], feedback: [[1, 0], [1, 1], [0, 1]], forward: [[3, 4, 0], [1, 3, 1]]}
"""


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    return Path(shutil.copy(RELU_PAIR, tmp_path / "relu-pair.yaml"))


def test_a_repair_is_written_verified_and_explained(pair: Path) -> None:
    result = run("repair", pair)
    assert result.exit_code == 0, result.output
    folder = pair.parent / "relu-pair-repaired"
    assert sorted(path.name for path in folder.iterdir()) == [
        "relu-pair-universal.certificate.json",
        "relu-pair-universal.yaml",
    ]
    assert "altered (T11): does not fit" in result.stdout
    assert "x → y: y = g(x)" in result.stdout
    assert "energy_flatness: fail                      altered_flatness: pass" in result.stdout
    assert result.stdout.endswith("pass: 1 repaired spec, with every verdict that was expected\n")
    certificate = folder / "relu-pair-universal.certificate.json"
    assert run("check", folder / "relu-pair-universal.yaml", certificate).exit_code == 0


def test_the_command_writes_the_specs_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    spec = shutil.copy(RELU_PAIR, tmp_path / "specs" / "relu-pair.yaml")
    assert run("repair", spec, "--out", tmp_path / "specs" / "repaired").exit_code == 0
    name = "relu-pair-universal.yaml"
    kept = (SPECS / "repaired" / name).read_text(encoding="utf-8")
    assert (tmp_path / "specs" / "repaired" / name).read_text(encoding="utf-8") == kept


def test_where_no_repair_fits_all_reasons_are_told(tmp_path: Path) -> None:
    result = run("repair", SPECS / "negative-not-symmetrisable.yaml", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stdout.count("does not fit") == 3
    assert "the products of weights are 0.125 one way and 8 the other" in result.stdout
    assert result.stdout.endswith("no repair fits\n")
    assert not (tmp_path / "out").exists()


def test_json(tmp_path: Path) -> None:
    result = run("repair", RELU_PAIR, "--out", tmp_path, "--json")
    assert result.exit_code == 0
    assert result.stdout.isascii()
    told = json.loads(result.stdout)
    assert (told["schema"], told["version"]) == ("hopverify-repair", 1)
    assert told["original"] == {"energy_descent": "pass", "energy_flatness": "fail"}
    by_name = {repair["name"]: repair for repair in told["repairs"]}
    assert list(by_name) == ["symmetrised", "altered", "universal"]
    assert "already" in by_name["symmetrised"]["refused"]
    universal = by_name["universal"]
    assert universal["refused"] is None
    assert universal["checks"]["altered_flatness"] == "pass"
    assert Path(universal["file"]).is_file()
    assert Path(universal["certificate"]).is_file()


def test_weights_that_are_not_symmetric_are_repaired_in_two_ways(tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    text = spec.read_text(encoding="utf-8").replace("[[0, 0.5], [0.5, 0]]", "[[0, 1], [0.25, 0]]")
    spec.write_text(text, encoding="utf-8")
    result = run("repair", spec)
    assert result.exit_code == 0, result.output
    assert "pass: 2 repaired specs" in result.stdout
    assert re.search(r"energy_descent: (fail|unknown) +energy_descent: pass", result.stdout)


@pytest.mark.long
def test_a_family_comes_with_a_figure(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pip install 'hopverify[figures]'")
    spec = tmp_path / "feedback.yaml"
    spec.write_text(FEEDBACK, encoding="utf-8")
    result = run("repair", spec, "--family", 4, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    names = [f"feedback-altered-{k}" for k in range(1, 5)]
    for name in names:
        certificate = json.loads((tmp_path / "out" / f"{name}.certificate.json").read_text(encoding="utf-8"))
        assert certificate["verdict"] == "pass"
    figure = (tmp_path / "out" / "feedback-energies.svg").read_text(encoding="utf-8")
    assert all(f">{name.removeprefix('feedback-')}<" in figure for name in names)


def test_a_family_of_one_is_told_to_be_one(pair: Path) -> None:
    result = run("repair", SPECS / "softmax-equilibria.yaml", "--family", 3, "--out", pair.parent / "out")
    assert result.exit_code == 1
    assert "P is unique" in result.stdout


def test_a_solver_that_is_missing_is_named_and_the_other_one_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "feedback.yaml"
    spec.write_text(FEEDBACK, encoding="utf-8")
    solve = cvxpy.Problem.solve

    def without_clarabel(problem: cvxpy.Problem, *, solver: str) -> object:
        if solver == "CLARABEL":
            raise cvxpy.error.SolverError("The solver CLARABEL is not installed.")
        return solve(problem, solver=solver)

    monkeypatch.setattr(cvxpy.Problem, "solve", without_clarabel)
    result = run("repair", spec, "--solver", "clarabel")
    assert result.exit_code == 0, result.output
    assert "CLARABEL gave no answer" in result.stdout
    assert "P was chosen by SCS" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "universl"], "did you mean 'universal'?"),
        (["--solver", "clarabell"], "did you mean 'CLARABEL'?"),
        (["--family", "0"], "--family"),
    ],
)
def test_wrong_usage(pair: Path, arguments: list[str], said: str) -> None:
    result = run("repair", pair, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not (pair.parent / "relu-pair-repaired").exists()


def test_a_repair_is_not_repaired(tmp_path: Path) -> None:
    result = run("repair", SPECS / "repaired" / "relu-pair-universal.yaml", "--out", tmp_path)
    assert result.exit_code == 1
    assert "a repair of relu-pair itself" in result.stdout


def test_a_wrong_spec_is_an_error_with_its_place(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, lagrangian="rellu")
    result = run("repair", spec)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{spec}:4:")


def test_a_folder_that_cannot_be_written_to(pair: Path) -> None:
    (pair.parent / "file").write_text("", encoding="utf-8")
    result = run("repair", pair, "--out", pair.parent / "file" / "below")
    assert result.exit_code == 2
    assert "give another folder by --out" in result.stderr
