"""`hopverify import` of arrays, attention heads and mapping files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hopverify import verify
from hopverify.cli import GROUP
from hopverify.errors import HopverifyError
from hopverify.interop.source import Request, read
from hopverify.spec import read_spec

RNG = np.random.default_rng(0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.savez(tmp_path / "p.npz", a=np.where(RNG.random((2, 12)) < 0.5, -1, 1), b=np.ones((1, 12), np.int8))
    np.save(tmp_path / "x.npy", RNG.normal(size=(3, 4)).astype(np.float32))
    weights = {"l.key.weight": RNG.normal(size=(4, 4)).astype(np.float32), "l.key.bias": np.zeros(4, np.float32)}
    np.savez(tmp_path / "w.npz", **weights)
    text = "hopverify: 1\nname: m\nlayers: {x: {size: 4, lagrangian: tanh}}\n"
    text += "synapses: {w: {kind: dense, layers: [x, x], weights: {tensor: l.key.weight}}}\n"
    (tmp_path / "m.map.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(GROUP, ["import", *map(str, arguments)])
    return result.exit_code, result.output + (result.stderr if result.stderr_bytes else "")


@pytest.mark.parametrize("rule", ["hebbian", "pseudo_inverse", "storkey"])
def test_arrays_are_imported_by_a_rule(rule: str, folder: Path) -> None:
    code, told = run(f"{folder / 'p.npz'}:a", "--out", folder / "out", "--set", f"rule={rule}", "--set", "gain=5/2")
    assert code == 0, told
    spec = read_spec(folder / "out" / "a.yaml")
    assert spec.layers["x"].function.parameters["beta"] == 5 / 2
    assert verify(spec).verdict == "pass"


def test_heads_are_imported(folder: Path) -> None:
    common = ["--from", "attention", "--set", f"input={folder / 'x.npy'}", "--set", "heads=2", "--set", "labels=a, b,c"]
    code, told = run(folder / "w.npz", "--out", folder / "out", *common, "--set", "prefix=l.")
    assert code == 0, told
    assert sorted(path.name for path in (folder / "out").glob("*.yaml")) == ["w-head-0.yaml", "w-head-1.yaml"]
    assert read_spec(folder / "out" / "w-head-1.yaml").memories["keys"].labels == ("a", "b", "c")
    code, told = run(f"{folder / 'w.npz'}:1", "--out", folder / "one", *common, "--set", "dtype=bfloat16")
    assert code == 0, told
    assert [path.name for path in (folder / "one").glob("*.yaml")] == ["w-head-1.yaml"]
    assert read_spec(folder / "one" / "w-head-1.yaml").memories["keys"].patterns.spread is not None


def test_a_mapping_is_imported(folder: Path) -> None:
    code, told = run(folder / "m.map.yaml", "--out", folder / "out", "--set", f"tensors={folder / 'w.npz'}")
    assert code == 0, told
    assert read_spec(folder / "out" / "m-map.yaml").name == "m"


@pytest.mark.parametrize(
    ("file", "member", "source", "settings", "told"),
    [
        ("p.npz", "a", "arrays", {"rule": "hebbian", "states": "ising"}, "states is continuous or spins"),
        ("p.npz", "a", "arrays", {}, "--set rule=NAME: hebbian, pseudo_inverse, storkey"),
        ("p.npz", "a", "arrays", {"rule": "hebbian", "diagonal": "none"}, "diagonal is zero or kept"),
        ("p.npz", "a", "arrays", {"rule": "hebbian", "gain": "0"}, "greater than 0"),
        ("p.npz", "a", "arrays", {"rule": "hebbian", "gain": "much"}, "gain: "),
        ("w.npz", None, "attention", {"heads": "2"}, "--set input="),
        ("w.npz", None, "attention", {"input": "x.npy"}, "--set heads="),
        ("w.npz", None, "attention", {"input": "x.npy", "heads": "two"}, "heads is a number of heads"),
        (
            "w.npz",
            None,
            "attention",
            {"input": "x.npy", "heads": "2", "key_heads": "-1"},
            "key_heads is a number",
        ),
        (
            "w.npz",
            None,
            "attention",
            {"input": "x.npy", "heads": "2", "scale": "d"},
            r"scale is 1/sqrt\(d\)",
        ),
        ("w.npz", None, "attention", {"input": "x.npy", "heads": "2", "scale": "0"}, "or a positive number, got 0"),
        ("w.npz", "2", "attention", {"input": "x.npy", "heads": "2"}, "one of the heads 0 to 1"),
        ("w.npz", "a", "attention", {"input": "x.npy", "heads": "2"}, "one of the heads 0 to 1"),
        ("w.npz", None, "attention", {"input": "x.npy", "heads": "2", "dtype": "int8"}, "dtype is one of bfloat16"),
        ("m.map.yaml", None, "mapping", {}, "--set tensors=FILE"),
    ],
)
def test_what_is_missing_is_told(
    file: str,
    member: str | None,
    source: str,
    settings: dict[str, str],
    told: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(HopverifyError, match=told):
        read(Request(Path(file), member, settings), source)


def test_the_diagonal_can_be_kept(folder: Path) -> None:
    settings = {"rule": "hebbian", "diagonal": "kept", "activation": "hard_tanh", "name": "own name"}
    (made,) = read(Request(folder / "p.npz", "b", settings))
    assert made.stem == "own-name"
    assert "zero_diagonal: false" in made.text
    assert "hard_tanh" in made.text


def test_a_type_of_floats_is_not_a_source(folder: Path) -> None:
    with pytest.raises(HopverifyError, match="no source takes"):
        read(Request(folder / "p.bmp"))
