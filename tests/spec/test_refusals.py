"""Specs that are refused: limits of files and texts, updates of spins; each beside one that is read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from hopverify.errors import SpecError
from hopverify.spec import ExactArray, array_files, arrays, parse_spec, read_spec
from hopverify.spec.digest import _number
from hopverify.spec.fields import REQUIRED
from hopverify.spec.spins import UpdateSpec, update_of

LAYER = "hopverify: 1\nname: read\nlayers: {x: {size: 2, lagrangian: tanh}}\n"
SPINS = "hopverify: 1\nname: spins\nlayers: {s: {size: 2, states: spins%s}%s}\nupdate: asynchronous\n%s"


def test_updates() -> None:
    assert update_of("asynchronous") == UpdateSpec("asynchronous", "drive")
    assert update_of({"order": "synchronous", "rule": "energy"}) == UpdateSpec("synchronous", "energy")
    for wrong, message in (
        (3, "must be asynchronous or synchronous, or a mapping with the key 'order'"),
        ({"rule": "energy"}, "a mapping with the key 'order'"),
        ({"order": "synchronous", "rul": "energy"}, "unknown key 'rul'"),
        ("synchronuos", "must be asynchronous or synchronous, got 'synchronuos'"),
        ({"order": 3}, "must be asynchronous or synchronous, got 3"),
        ({"order": "synchronous", "rule": 3}, "must be drive or energy, got 3"),
    ):
        with pytest.raises(ValueError, match=message):
            update_of(wrong)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SPINS % ("", ", x: {size: 1, lagrangian: tanh}", ""), "a model with a layer of spins has no others"),
        (SPINS % ("", "", "energy: sum(s)\n"), "a model of spins has no such key"),
        ((SPINS % ("", "", "")).replace("update: asynchronous\n", ""), "layers of spins are missing the key 'update'"),
        (LAYER + "update: asynchronous\n", "only layers with `states: spins` are updated"),
        (SPINS % (", tau: 2", "", ""), "tau"),
        (SPINS % (", lagrangian: tanh", "", ""), "lagrangian"),
        (SPINS % (", leak: 2", "", ""), "leak"),
    ],
)
def test_spins_go_with_spins(text: str, message: str) -> None:
    assert parse_spec(SPINS % ("", "", "")).update == UpdateSpec("asynchronous", "drive")
    with pytest.raises(SpecError, match=message):
        parse_spec(text)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("description: two", "description: 2", "must be text, got 2; put it in quotes"),
        ("description: two", "description: ''", "must be text"),
        ("description: two", f"description: {'a' * 50_000}", "the text has 50000 characters; the limit is"),
        ("description: two", 'description: "a\\u0007b"', "must be printable text, got control characters"),
        ("arrays: {a: [1]}", "arrays: {1a: [1]}", r"must be a name \(a letter, then"),
    ],
)
def test_texts(right: str, wrong: str, message: str) -> None:
    parse_spec(f"{LAYER}{right}\n")
    with pytest.raises(SpecError, match=message):
        parse_spec(f"{LAYER}{wrong}\n")


def test_sizes_are_whole_numbers_within_bounds() -> None:
    for wrong, message in ((0, "from 1 to"), (10**9, "from 1 to"), ("1.5", "whole number")):
        with pytest.raises(SpecError, match=message):
            parse_spec(LAYER.replace("size: 2", f"size: {wrong}"))
    for shape, message in (
        ("[]", "a list of 1 to 8 whole numbers"),
        ("[1, 0]", "from 1 to"),
        ("3", "a list of 1 to 8"),
    ):
        with pytest.raises(SpecError, match=message):
            parse_spec(LAYER.replace("size: 2", f"size: 2, shape: {shape}"))
    assert parse_spec(LAYER.replace("size: 2", "size: 2, shape: [1, 2]")).layers["x"].shape == (1, 2)


def test_labels_are_one_for_each_pattern() -> None:
    memory = "memories: {m: {layer: x, patterns: [[1, 2], [3, 4]], labels: %s}}\n"
    assert parse_spec(LAYER + memory % "[a, b]").memories["m"].labels == ("a", "b")
    assert parse_spec(LAYER + memory % "{values: [7, 8]}").memories["m"].labels == ("7", "8")
    for labels, message in (
        ("[a]", "the patterns are 2, the labels 1"),
        ("[a, 0.5]", r"memories.m.labels\[1\]: must be text, got 0.5; put it in quotes$"),
        ("3", "memories.m.labels: must be a list of labels, or an array such as {file: labels.npy}, got 3$"),
        ("{values: [[7, 8], [9, 0]]}", r"must be a vector of labels, got an array of shape \(2, 2\)"),
    ):
        with pytest.raises(SpecError, match=message):
            parse_spec(LAYER + memory % labels)


def test_exact_arrays_are_made_of_doubles_or_rationals() -> None:
    assert ExactArray.of(np.array([1.5])).fractions().tolist() == [Fraction(3, 2)]
    with pytest.raises(ValueError, match="finite numbers only"):
        ExactArray.of(np.array([np.inf]))
    wide = np.array([1], dtype=np.longdouble)
    if wide.dtype.itemsize > 8:
        with pytest.raises(TypeError, match="float64 at most"):
            ExactArray.of(wide)
    assert ExactArray.of([1, 2]) == ExactArray.of(np.array([1.0, 2.0]))
    assert ExactArray.of([1, 2]) != "[1, 2]"


def test_a_digest_is_of_exact_numbers() -> None:
    assert _number(Fraction(1, 2)) == "1/2"
    with pytest.raises(TypeError, match="a spec's tree holds no float"):
        _number(0.5)
    assert repr(REQUIRED) == "REQUIRED"


def with_file(folder: Path, name: str) -> str:
    path = folder / "spec.yaml"
    weights = f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {{file: {name}}}}}}}\n"
    path.write_text(LAYER + weights, encoding="utf-8")
    read_spec(path)
    return name


def test_files_of_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "w.npy", np.eye(2))
    with_file(tmp_path, "w.npy")
    (tmp_path / "folder.npy").mkdir()
    np.save(tmp_path / "deep.npy", np.ones((1,) * 9))
    np.save(tmp_path / "empty.npy", np.ones((0, 2)))
    np.save(tmp_path / "nan.npy", np.array([[1.0, np.nan], [1.0, 1.0]]))
    for name, message in (
        ("folder.npy", "is not a file"),
        ("v.npy", "there is no file 'v.npy'"),
        ("nowhere/v.npy", "there is no file 'nowhere/v.npy'"),
        ("../w.npy", "array files stay within it"),
        ("w" * 300 + ".npy", "the name is too long"),
        ("deep.npy", "the array has 9 axes; the limit is 8"),
        ("empty.npy", "holds no numbers"),
        ("nan.npy", r"index \[0, 1\]"),
    ):
        with pytest.raises(SpecError, match=message):
            with_file(tmp_path, name)
    np.save(tmp_path / "large.npy", np.full((2, 2), 2**60))
    with_file(tmp_path, "large.npy")
    monkeypatch.setattr(array_files, "MAX_RATIONALS", 3)
    with pytest.raises(SpecError, match=r"integers beyond 2\*\*53 has 4 elements; the limit is 3"):
        with_file(tmp_path, "large.npy")
    monkeypatch.setattr(arrays, "MAX_ALL_ELEMENTS", 3)
    with pytest.raises(SpecError, match="the arrays in files have 4 elements together; the limit is 3"):
        with_file(tmp_path, "w.npy")
    monkeypatch.setattr(array_files, "MAX_ELEMENTS", 3)
    with pytest.raises(SpecError, match="the array has 4 elements; the limit is 3"):
        with_file(tmp_path, "w.npy")


def test_files_of_specs(tmp_path: Path) -> None:
    (tmp_path / "relu.yaml").write_text(LAYER, encoding="utf-8")
    read_spec(tmp_path / "relu.yaml")
    with pytest.raises(SpecError, match=r"did you mean '.*relu\.yaml'"):
        read_spec(tmp_path / "rleu.yaml")
    with pytest.raises(SpecError, match=r"there is no|cannot"):
        read_spec(tmp_path / "nowhere" / "relu.yaml")
    (tmp_path / "latin.yaml").write_bytes(LAYER.encode() + b"# \xe9\n")
    with pytest.raises(SpecError, match="the file is not in UTF-8; save it as UTF-8"):
        read_spec(tmp_path / "latin.yaml")
