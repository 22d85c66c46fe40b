"""Mapping files, and the files of tensors that they name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.interop.imported import array_field
from hopverify.interop.mapping import mapped
from hopverify.interop.state_dict import read_tensors, tensor
from hopverify.pipeline import verify
from hopverify.spec import ExactArray
from tests.interop.reading import read_back

FUSED = np.arange(24, dtype=np.float32).reshape(6, 4) / 8
STATE = {"fused": FUSED, "w": np.array([[0, 0.5], [0.5, 0]]), "stored": FUSED.reshape(1, 6, 4)}
HEAD = "hopverify: 1\nname: mapped\n"
ONE = "layers: {x: {size: 2, lagrangian: tanh}}\nsynapses: {w: {kind: dense, layers: [x, x], weights: %s}}\n"
TWO = """\
layers:
  v: {size: 4, lagrangian: identity}
  h: {size: 2, lagrangian: {softmax: {beta: 0.1}}, tau: 0, bias: null}
synapses:
  xi: {kind: dense, layers: [h, v], weights: %s}
"""


def mapping(folder: Path, text: str) -> Path:
    path = folder / "model.map.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def weights_of(folder: Path, text: str, name: str) -> np.ndarray:
    spec = read_back(mapped(mapping(folder, text), STATE), folder)
    return spec.array(spec.synapses[name].values["weights"], f"synapses.{name}.weights").values


def test_a_tensor_becomes_a_file_and_the_rest_stays(tmp_path: Path) -> None:
    made = mapped(mapping(tmp_path, ONE % "{tensor: w}" + "checks: [energy_descent]\n"), STATE)
    assert list(made.files) == ["model-map-synapses-w-weights.npy"]
    assert "checks: [energy_descent]" in made.text
    assert verify(read_back(made, tmp_path)).verdict == "pass"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("{tensor: fused, rows: [2, 4]}", FUSED[2:4]),
        ("{tensor: fused, shape: [4, 6], columns: [4, 6], transpose: true}", FUSED.reshape(4, 6)[:, 4:].T),
        ("{tensor: stored, shape: [6, 4], rows: [0, 2], dtype: bfloat16}", FUSED[:2]),
    ],
)
def test_parts_of_tensors(reference: str, expected: np.ndarray, tmp_path: Path) -> None:
    spec = read_back(mapped(mapping(tmp_path, TWO % reference), STATE), tmp_path)
    from hopverify.networks import build_model

    (synapse,) = build_model(spec).synapses.values()
    assert (synapse.matrix.values == expected).all()  # type: ignore[attr-defined]
    assert (synapse.matrix.spread is not None) == ("dtype" in reference)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ONE % "{tensor: v}", "no tensor is called 'v'"),
        (ONE % "{tensor: w, row: [0, 1]}", "beside `tensor` are allowed rows, columns"),
        (ONE % "{tensor: w, rows: [0, 3]}", r"rows: expected \[start, stop\] within"),
        (ONE % "{tensor: w, rows: [1, 1]}", "within the tensor's shape"),
        (ONE % "{tensor: w, rows: [0]}", "within the tensor's shape"),
        (ONE % "{tensor: w, shape: [4], columns: [0, 1]}", "within the tensor's shape"),
        (ONE % "{tensor: w, rows: [true, 2]}", "whole numbers"),
        (ONE % "{tensor: w, rows: 2}", "whole numbers"),
        (ONE % "{tensor: w, shape: [3, 2]}", "which .* does not hold"),
        (ONE % "{tensor: w, shape: [-2, -2]}", "which .* does not hold"),
        (ONE % "[[0, 1], [1, 0]]", "needs no import"),
        (ONE % "{tensor: w}" + '"a: b": 1\n', "no key of a spec"),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(HopverifyError, match=told):
        mapped(mapping(tmp_path, text), STATE)


def test_a_mapping_is_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(HopverifyError):
        mapped(path, STATE)


def test_tensors_are_read_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "t.npz", **STATE)
    read = read_tensors(tmp_path / "t.npz")
    assert set(read) == set(STATE)
    assert len(read) == 3
    assert read["fused"].dtype == np.float32
    assert (tensor(read, "stored") == STATE["stored"]).all()
    assert read["fused"] is read["fused"]
    with pytest.raises(KeyError):
        read["other"]
    with pytest.raises(HopverifyError, match="did you mean 'fused'"):
        tensor(read, "fuse")


def test_numbers_that_float32_does_not_hold_stay_doubles(tmp_path: Path) -> None:
    np.savez(tmp_path / "t.npz", a=np.array([0.1]), b=np.array([1e300]))
    read = read_tensors(tmp_path / "t.npz")
    assert read["a"].dtype == read["b"].dtype == np.float64


def test_bfloat16_is_read_from_safetensors(tmp_path: Path) -> None:
    numpy = pytest.importorskip("safetensors.numpy")
    types = pytest.importorskip("ml_dtypes")
    numpy.save_file({"w": FUSED.astype(types.bfloat16)}, tmp_path / "t.safetensors")
    read = read_tensors(tmp_path / "t.safetensors")
    assert list(read) == ["w"]
    assert (read["w"] == FUSED.astype(types.bfloat16).astype(np.float32)).all()


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_damaged_file_is_told(suffix: str, tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    path = tmp_path / f"t{suffix}"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(HopverifyError, match="cannot be read as"):
        read_tensors(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HopverifyError, match="trained tensors are read from"):
        read_tensors(tmp_path / "t.pkl")


def touched(path: Path) -> Path:
    path.touch()
    return path


def test_safetensors_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    (tmp_path / "t.safetensors").touch()
    with pytest.raises(HopverifyError, match=r"pip install 'hopverify\[safetensors\]'"):
        read_tensors(touched(tmp_path / "t.safetensors"))


def test_torch_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    (tmp_path / "t.pt").touch()
    with pytest.raises(HopverifyError, match=r"pip install 'hopverify\[torch\]'"):
        read_tensors(touched(tmp_path / "t.pt"))


def test_two_arrays_with_one_file_name_are_refused() -> None:
    """The names of files are cut; of two that became one, one array would stand for both."""
    files: dict[str, bytes] = {}
    array_field(ExactArray.of([1, 2]), "same.npy", files)
    array_field(ExactArray.of([1, 2]), "same.npy", files)
    with pytest.raises(HopverifyError, match=r"two different arrays would be called same\.npy"):
        array_field(ExactArray.of([1, 3]), "same.npy", files)


def test_long_names_do_not_make_one_file_of_two(tmp_path: Path) -> None:
    long = "l" * 64
    mapping = tmp_path / "m.map.yaml"
    function = "{vector_layernorm: {gamma: {tensor: a}, delta: {tensor: b}}}"
    mapping.write_text(f"hopverify: 1\nname: m\nlayers:\n  {long}: {{size: 2, activation: {function}}}\n")
    with pytest.raises(HopverifyError, match="two different arrays would be called"):
        mapped(mapping, {"a": np.ones(2), "b": np.zeros(2)})
