"""The functions that do what commands do, on a model that has no file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify import (
    Layer,
    Synapse,
    check,
    drawings,
    evaluate,
    model,
    parse_spec,
    read_spec,
    repair,
    report,
    simulate,
    verify,
)
from hopverify.errors import ArgumentError, CertificateRejected, HopverifyError
from hopverify.interop.imported import Imported
from hopverify.reporting.progress import Bar
from hopverify.verdict import Verdict

SPECS = Path(__file__).parents[2] / "specs"


@pytest.fixture(scope="module")
def pair() -> Imported:
    weights = Synapse("dense", ["x", "x"], weights=[[0, -2], [-2, 0]])
    return model({"x": Layer(2, "relu", bias=1)}, [weights], name="pair", checks=["energy_descent", "weight_symmetry"])


def test_check_decides_again_and_takes_paths(pair: Imported, tmp_path: Path) -> None:
    made = verify(pair)
    path, kept = pair.save(tmp_path / "pair.yaml"), tmp_path / "pair.json"
    kept.write_text(made.to_json())
    assert check(path, kept) is check(pair, made.to_json()) is Verdict.PASS


def test_evaluate_is_exact(pair: Imported) -> None:
    found = evaluate(pair, ["1/3", 2])
    assert found.velocity == {"x": (Fraction(-10, 3), Fraction(-5, 3))}
    assert evaluate(pair, {"x": ["1/3", 2]}) == found
    repaired = SPECS / "repaired" / "relu-two-neurons-universal.yaml"
    if repaired.exists():
        assert evaluate(repaired, [0, 0]).altered_energy is not None
    wrong: tuple[Any, ...] = ([1], {"y": [1, 2]}, {"x": [1]}, [[1, 2]])
    for state in wrong:
        with pytest.raises(ArgumentError, match="state"):
            evaluate(pair, state)
    with pytest.raises(HopverifyError, match="rational"):
        evaluate(model({"x": Layer(1, "tanh")}), [1])


def test_simulate_takes_states_and_names(pair: Imported) -> None:
    found = simulate(pair, [[-1, "1/2"], "zero"], time=1)
    assert [each.start for each in found.trajectories][1] == "zero"
    assert str(found).startswith("pair")
    assert repr(found).startswith("<Simulation of 'pair': ")
    for arguments in ({"starts": []}, {"starts": 3}, {"time": 0}, {"step": "x"}, {"seed": -1}, {"noise": float("nan")}):
        with pytest.raises(ArgumentError):
            simulate(pair, **arguments)


def test_repair_verifies_new_specs_of_a_model_without_a_file(pair: Imported) -> None:
    found = repair(pair)
    assert [each.name for each in found] == ["symmetrised", "altered", "universal"]
    (fitting,) = (each for each in found.fitting if each.name == "universal")
    assert fitting.certificate.verdict is Verdict.PASS
    assert "original: pair.yaml" in fitting.text
    assert fitting.spec.original is not None
    assert all(each.reason for each in found.refused)
    assert "written" not in str(found)
    assert repr(found).startswith("<Repairs of pair: symmetrised does not fit, ")
    with pytest.raises(HopverifyError, match="did you mean 'universal'"):
        repair(pair, only="universall")


def test_repair_of_a_text_and_of_what_cannot_be_repaired() -> None:
    text = "hopverify: 1\nname: a b\nlayers: {x: {size: 1, activation: {expression: tanh(x)}}}\n"
    assert not repair(text).fitting
    uneven = Synapse("dense", ["x", "x"], weights=[[0, "1/2"], ["1/4", 0]])
    text = model({"x": Layer(2, "tanh")}, [uneven], name="a b", checks=["energy_descent"]).to_yaml()
    (only,) = repair(parse_spec(text), only="symmetrised")
    assert "original: a-b.yaml" in only.text  # type: ignore[union-attr]


def test_report_is_written_by_the_suffix(pair: Imported, tmp_path: Path) -> None:
    made = verify(pair)
    (path,) = report(pair, tmp_path / "pair.json", certificate=made)
    assert "energy_descent" in path.read_text()
    # A certificate of another spec gives no report.
    with pytest.raises(CertificateRejected):
        report(model({"x": Layer(1, "relu")}), tmp_path / "other.json", certificate=made)
    with pytest.raises(ArgumentError, match=r"ends in one of .*\.html.*, got 'pair\.doc'"):
        report(pair, tmp_path / "pair.doc")


@pytest.mark.long
def test_drawings_have_names(pair: Imported) -> None:
    pytest.importorskip("matplotlib")
    assert "landscape" in drawings(pair)


def test_what_to_do_next_with_a_model_without_a_file_is_said_in_python() -> None:
    uneven = Synapse("dense", ["x", "x"], weights=[[0, 1], ["1/2", 0]])
    made = verify(model({"x": Layer(2, "tanh")}, [uneven], checks=["weight_symmetry", "energy_descent"]), samples=9)
    assert "next: repair(spec)" in str(made)
    assert "hopverify repair" not in str(made)


def test_repair_of_a_spec_in_a_file_takes_its_arrays_along(tmp_path: Path) -> None:
    uneven = Synapse("dense", ["x", "x"], weights=[[0, "1/2"], ["1/4", 0]])
    path = model({"x": Layer(2, "tanh")}, [uneven], checks=["energy_descent"]).save(tmp_path / "own.yaml")
    np.save(tmp_path / "b.npy", np.array([1.0, 0.5]))
    path.write_text(path.read_text().replace("lagrangian: tanh", "lagrangian: tanh, bias: {file: b.npy}"))
    spec = read_spec(path)
    (fitting,) = repair(spec, only="symmetrised").fitting
    assert "original: own.yaml" in fitting.text
    (tmp_path / "new.yaml").write_text(fitting.text)
    assert check(tmp_path / "new.yaml", fitting.certificate) is fitting.certificate.verdict
    (tmp_path / "b.npy").unlink()
    with pytest.raises(ArgumentError, match=r"the array file 'b\.npy' is gone"):
        repair(spec, only="symmetrised")


def test_progress_is_shown_on_a_bar(pair: Imported, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, heard = Bar(1), []
    monkeypatch.setattr("hopverify.reporting.progress.bar", lambda total: shown)
    monkeypatch.setattr(shown, "show", lambda done, text: heard.append((done, text)))
    events: list[str] = []
    made = verify(pair, progress=True, watch=lambda event: events.append(event.kind))
    assert made == verify(pair)
    assert heard[-1][0] == 1.0
    assert "obligation_finished" in events
