"""The key `original`: the spec that another one repairs; it is read with it, counts in its digest, travels with it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected, SpecError
from hopverify.networks import build_model
from hopverify.pipeline import verify
from hopverify.spec import parse_spec, read_spec
from tests.cli.commands import run
from tests.execution.certificates import text_of

ORIGINAL = """\
hopverify: 1
name: original
layers:
  x: {size: 2, lagrangian: relu, bias: [0.5, -1]}
synapses:
  w: {kind: dense, layers: [x, x], weights: {file: w.npy}}
checks: [weight_symmetry]
"""
REPAIRED = """\
hopverify: 1
name: repaired
original: original.yaml
layers:
  y: {size: 2, lagrangian: identity}
  x: {size: 2, lagrangian: relu, bias: [0.5, -1], tau: 0}
synapses:
  forth_and_back: {kind: feedforward_feedback, layers: [y, x], forward: [[1, 0.5], [0.5, 1]]}
checks: [lagrangian_convexity]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "original.yaml").write_text(ORIGINAL, encoding="utf-8")
    (tmp_path / "repaired.yaml").write_text(REPAIRED, encoding="utf-8")
    np.save(tmp_path / "w.npy", np.array([[0.0, 0.5], [0.5, 0.0]]))
    return tmp_path


def refused(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        read_spec(path)
    return str(caught.value)


def rewritten(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_it_is_read_and_built(folder: Path) -> None:
    spec = read_spec(folder / "repaired.yaml")
    assert spec.original is not None
    assert spec.original.digest == read_spec(folder / "original.yaml").digest
    model = build_model(spec)
    assert model.original is not None
    assert (model.original.name, set(model.original.layers)) == ("original", {"x"})
    assert build_model(spec.original).original is None


CHANGES: dict[str, Callable[[Path], object]] = {
    "a bias": lambda folder: rewritten(folder / "original.yaml", "bias: [0.5", "bias: [0.25"),
    "an array": lambda folder: np.save(folder / "w.npy", np.array([[0.0, 0.5], [0.5, np.nextafter(0, 1)]])),
    "its name": lambda folder: rewritten(folder / "original.yaml", "name: original", "name: another"),
    "the reference": lambda folder: rewritten(folder / "repaired.yaml", "original: original.yaml\n", ""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_it_counts_in_the_digest(folder: Path, change: Callable[[Path], object]) -> None:
    before = read_spec(folder / "repaired.yaml").digest
    change(folder)
    assert read_spec(folder / "repaired.yaml").digest != before


def test_comments_do_not_count(folder: Path) -> None:
    before = read_spec(folder / "repaired.yaml").digest
    rewritten(folder / "original.yaml", "hopverify: 1\n", "# a comment\nhopverify: 1\n")
    assert read_spec(folder / "repaired.yaml").digest == before


def test_it_may_lie_elsewhere_and_in_another_format(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "repaired.toml").write_text(
        'hopverify = 1\nname = "repaired"\noriginal = "../original.json"\n[layers.x]\nsize = 2\nlagrangian = "relu"\n',
        encoding="utf-8",
    )
    original = {"hopverify": 1, "name": "of json", "layers": {"x": {"size": 2, "lagrangian": "relu"}}}
    (folder / "original.json").write_text(json.dumps(original), encoding="utf-8")
    spec = read_spec(inner / "repaired.toml")
    assert spec.original is not None
    assert spec.original.name == "of json"


BAD = [
    ("missing.yaml", "3:11: original: 'missing.yaml' cannot be read: there is no such file"),
    ("w.npy", "original: 'w.npy' cannot be read: a spec's name must end in"),
    ("broken.yaml", "original: 'broken.yaml' cannot be read"),
    ("folder.yaml", "original: 'folder.yaml' cannot be read"),
    ("repaired.yaml", "original: a spec does not repair itself"),
    ("./inner/../repaired.yaml", "original: a spec does not repair itself"),
    ("chain.yaml", "original: 'chain.yaml' is a repair itself; name the spec that it repairs"),
    ("/etc/original.yaml", "must be relative to the spec's folder"),
    ("'C:\\original.yaml'", "must be relative to the spec's folder"),
    ("[original.yaml]", "original: must be text"),
    ("''", "original: must be text"),
]


@pytest.mark.parametrize(("name", "message"), BAD)
def test_bad_references_point_into_the_spec(folder: Path, name: str, message: str) -> None:
    (folder / "inner").mkdir()
    (folder / "folder.yaml").mkdir()
    (folder / "broken.yaml").write_text("layers: [", encoding="utf-8")
    (folder / "chain.yaml").write_text(REPAIRED.replace("name: repaired", "name: chain"), encoding="utf-8")
    rewritten(folder / "repaired.yaml", "original: original.yaml", f"original: {name}")
    told = refused(folder / "repaired.yaml")
    assert message in told
    assert told.startswith(str(folder / "repaired.yaml"))


def test_two_that_name_each_other_are_refused(folder: Path) -> None:
    (folder / "original.yaml").write_text(REPAIRED.replace("original.yaml", "repaired.yaml"), encoding="utf-8")
    assert "is a repair itself" in refused(folder / "repaired.yaml")
    assert "is a repair itself" in refused(folder / "original.yaml")


def test_what_is_wrong_with_it_is_told_where_it_stands(folder: Path) -> None:
    """All problems at once: those of the original in its file, those of the repair in its own."""
    rewritten(folder / "original.yaml", "bias: [0.5, -1]", "bias: [0.5, -1, 2]")
    rewritten(folder / "repaired.yaml", "bias: [0.5, -1]", "bias: [0.5]")
    told = refused(folder / "repaired.yaml")
    assert f"{folder / 'original.yaml'}:4" in told
    assert "or 2, the size of the layer, got 3" in told
    assert f"{folder / 'repaired.yaml'}:6" in told


def test_an_original_that_describes_no_model_is_an_error(folder: Path) -> None:
    rewritten(folder / "original.yaml", "lagrangian: relu", "lagrangian: rleu")
    with pytest.raises(SpecError, match=r"original\.yaml:4.*no Lagrangian is called 'rleu'"):
        build_model(read_spec(folder / "repaired.yaml"))


def test_a_text_has_no_folder_to_look_in(folder: Path) -> None:
    with pytest.raises(SpecError, match="the spec was read from a text"):
        parse_spec(REPAIRED)
    spec = parse_spec(REPAIRED, folder=folder)
    assert spec.original is not None


def test_a_text_that_names_no_original_is_read_as_ever() -> None:
    assert parse_spec(REPAIRED.replace("original: original.yaml\n", "")).original is None


def test_it_travels_with_the_spec(folder: Path) -> None:
    spec = pickle.loads(pickle.dumps(read_spec(folder / "repaired.yaml"), protocol=5))
    for file in folder.iterdir():
        file.unlink()
    model = build_model(spec)
    assert model.original is not None
    (w,) = model.original.synapses.values()
    assert w.weights is not None
    assert w.weights.fractions().tolist() == [[0, 0.5], [0.5, 0]]


def test_processes_make_the_serial_certificate(folder: Path) -> None:
    spec = read_spec(folder / "repaired.yaml")
    assert text_of(verify(spec, jobs=2)) == text_of(verify(spec))


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "the reference"])
def test_a_certificate_is_rejected_when_the_original_has_changed(folder: Path, change: str) -> None:
    path = folder / "repaired.yaml"
    text = verify(path).to_json()
    check_certificate(read_spec(path), parse_certificate(text))
    CHANGES[change](folder)
    with pytest.raises(CertificateRejected):
        check_certificate(read_spec(path), parse_certificate(text))


def test_the_command_line_rejects_it_too(folder: Path) -> None:
    path, certificate = folder / "repaired.yaml", folder / "certificate.json"
    certificate.write_text(verify(path).to_json(), encoding="utf-8")
    assert run("check", path, certificate).exit_code == 0
    rewritten(folder / "original.yaml", "bias: [0.5", "bias: [0.25")
    assert run("check", path, certificate).exit_code == 4


def test_an_original_with_uncertain_weights_is_refused(folder: Path) -> None:
    build_model(read_spec(folder / "repaired.yaml"))
    rewritten(folder / "original.yaml", "{file: w.npy}", "{file: w.npy, tolerance: 0.1}")
    with pytest.raises(SpecError, match="3:11: original: the weights of w there are uncertain"):
        build_model(read_spec(folder / "repaired.yaml"))
