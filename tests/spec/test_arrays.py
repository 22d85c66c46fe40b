from __future__ import annotations

import io
import struct
import warnings
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from hopverify.errors import SpecError
from hopverify.extras import to_install
from hopverify.spec import ExactArray, ModelSpec, parse_spec
from hopverify.spec.array_files import read_array_file, read_numbers
from hopverify.spec.bounds import MAX_ELEMENTS

from .examples import RELU_PAIR

MATRIX = np.array([[0.1, 0.5], [0.25, -1.0]])


def spec_with(arrays: str, folder: Path | None = None) -> ModelSpec:
    return parse_spec(f"{RELU_PAIR}arrays: {{{arrays}}}", folder=folder, file="s")


def refusal(arrays: str, folder: Path | None = None) -> str:
    with pytest.raises(SpecError) as caught:
        spec_with(arrays, folder)
    return str(caught.value).split(": ", 1)[1]


def read(reference: str, folder: Path) -> ExactArray:
    return spec_with(f"a: {reference}", folder).arrays["a"]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4", ">f8", "i1", "u2", "i8", "u8"])
def test_npy_files_are_read_exactly(tmp_path: Path, dtype: str) -> None:
    values = (MATRIX * 4).astype(dtype) if dtype[0] not in "u" else np.array([[1, 2], [3, 4]], dtype=dtype)
    np.save(tmp_path / "w.npy", values)
    expected = [[Fraction(value) for value in row] for row in values.tolist()]
    assert read("{file: w.npy}", tmp_path).fractions().tolist() == expected


def test_a_file_in_column_order_and_a_transposed_one(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.asfortranarray(MATRIX))
    assert read("{file: w.npy}", tmp_path) == ExactArray.of(MATRIX)
    assert read("{file: w.npy, transpose: true}", tmp_path) == ExactArray.of(MATRIX.T.copy())


def test_npz_files(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "one.npz", w=MATRIX)
    np.savez(tmp_path / "two.npz", w=MATRIX, v=MATRIX + 1)
    assert read("{file: one.npz}", tmp_path) == ExactArray.of(MATRIX)
    assert read("{file: two.npz, key: v}", tmp_path) == ExactArray.of(MATRIX + 1)
    assert refusal("a: {file: two.npz}", tmp_path).endswith(
        "two.npz: the file holds 2 arrays; choose one by `key`; known: v, w"
    )
    assert refusal("a: {file: two.npz, key: vv}", tmp_path).endswith("holds no array 'vv'; did you mean 'v'?")


def test_safetensors_files(tmp_path: Path) -> None:
    save_file = pytest.importorskip("safetensors.numpy").save_file
    save_file({"w": MATRIX.astype(np.float32), "v": np.array([2**53 + 1])}, tmp_path / "w.safetensors")
    assert read("{file: w.safetensors, key: w}", tmp_path) == ExactArray.of(MATRIX.astype(np.float32))
    assert read("{file: w.safetensors, key: v}", tmp_path).fractions().tolist() == [2**53 + 1]


def test_bfloat16_tensors(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    header = b'{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}'
    content = struct.pack("<Q", len(header)) + header + struct.pack("<HH", 0x3FC0, 0xC000)
    (tmp_path / "w.safetensors").write_bytes(content)
    assert read("{file: w.safetensors}", tmp_path).floats().tolist() == [1.5, -2.0]


def test_other_tensor_types_are_refused(tmp_path: Path) -> None:
    save_file = pytest.importorskip("safetensors.numpy").save_file
    save_file({"w": np.array([True])}, tmp_path / "w.safetensors")
    expected = "the array has type BOOL; float16, float32, float64 and integers are read, and bfloat16"
    assert expected in refusal("a: {file: w.safetensors}", tmp_path)


def test_without_safetensors_the_advice_is_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    (tmp_path / "w.safetensors").touch()
    expected = f"w.safetensors: reading it needs safetensors: {to_install('safetensors')}"
    assert expected in refusal("a: {file: w.safetensors}", tmp_path)


TYPES = {
    "bool": np.array([True]),
    "complex128": np.array([1j]),
    "<U1": np.array(["a"]),
    "object": np.array([None], dtype=object),
    "datetime64[D]": np.array(["2024-01-01"], dtype="M8[D]"),
}
if np.dtype(np.longdouble).itemsize > 8:
    TYPES[str(np.dtype(np.longdouble))] = np.array([1], dtype=np.longdouble)


@pytest.mark.parametrize("name", TYPES)
def test_types_that_a_model_cannot_hold(tmp_path: Path, name: str) -> None:
    np.save(tmp_path / "w.npy", TYPES[name], allow_pickle=True)
    expected = f"arrays.a.file: w.npy: the array has type {name}; float16, float32, float64 and integers are read"
    assert refusal("a: {file: w.npy}", tmp_path) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, "NaN is not a number a model can hold: index [1, 0]"),
        (-np.inf, "infinity is not a number a model can hold: index [1, 0]"),
    ],
)
def test_values_that_are_no_numbers(tmp_path: Path, value: float, message: str) -> None:
    np.save(tmp_path / "w.npy", np.array([[1.0, 2.0], [value, value]]))
    assert refusal("a: {file: w.npy}", tmp_path) == f"arrays.a.file: w.npy: {message}"


def npy_header(shape: str, descr: str = "<f8") -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header


DAMAGED = {
    npy_header(f"({MAX_ELEMENTS + 1},)"): f"has {MAX_ELEMENTS + 1} elements; the limit is {MAX_ELEMENTS}",
    npy_header("(10**9,)"): "the file cannot be read as .npy",
    npy_header("(1000,)"): "the header promises 8000 bytes of data",
    npy_header("(0,)"): "the array of shape (0,) holds no numbers",
    npy_header("(-1, -1)"): "the array of shape (-1, -1) holds no numbers",
    npy_header("(1,)"): "the header promises 8 bytes of data",
    b"\x93NUMPY\x09\x00": "version 9.0 of the .npy format is not read; 1.0 and 2.0 are",
    b"": "the file cannot be read as .npy",
    b"not an array": "the file cannot be read as .npy",
}


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: DAMAGED[content])
def test_damaged_files(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.npy").write_bytes(content)
    assert DAMAGED[content] in refusal("a: {file: w.npy}", tmp_path)


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_damaged_archives(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"w.{suffix}").write_bytes(b"PK\x03\x04 nothing")
    assert f"the file cannot be read as .{suffix}" in refusal(f"a: {{file: w.{suffix}}}", tmp_path)


def test_two_arrays_of_one_name_are_refused(tmp_path: Path) -> None:
    """Of which one is meant nothing is said; NumPy takes the last one."""
    stream = io.BytesIO()
    np.save(stream, np.ones(2))
    for second in ("w.npy", "w"):
        with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(tmp_path / "w.npz", "w") as archive:
            archive.writestr("w.npy", stream.getvalue())
            archive.writestr(second, stream.getvalue())
        said = refusal("w: {file: w.npz, key: w}", tmp_path)
        assert "the file holds two arrays called 'w'; write it again with a name for each" in said


@pytest.mark.parametrize("header", [b"(" * 5000, b"{" + b" " * 100_000])
def test_nobody_is_advised_to_trust_a_file(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "w.npy").write_bytes(b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header)) + header)
    said = refusal("w: {file: w.npy}", tmp_path)
    assert "the file cannot be read as .npy" in said
    assert "pickle" not in said
    assert "trust" not in said


def test_an_archive_that_unpacks_to_too_much_is_refused_by_its_header(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "w.npz", "w") as archive:
        archive.writestr("w.npy", npy_header(f"({MAX_ELEMENTS}, 2)"))
    assert "elements; the limit is" in refusal("a: {file: w.npz}", tmp_path)


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.save(stream, np.array([print], dtype=object), allow_pickle=True)
    (tmp_path / "w.npy").write_bytes(stream.getvalue())
    assert "has type object" in refusal("a: {file: w.npy}", tmp_path)


PATHS = {
    "/etc/passwd.npy": "'/etc/passwd.npy' must be relative to the spec's folder",
    "C:/w.npy": "'C:/w.npy' must be relative to the spec's folder",
    '"\\\\\\\\host\\\\w.npy"': r"'\\\\host\\w.npy' must be relative to the spec's folder",
    "../w.npy": "'../w.npy' leaves the spec's folder; array files stay within it",
    "inner/../../w.npy": "'inner/../../w.npy' leaves the spec's folder; array files stay within it",
    "link.npy": "'link.npy' leaves the spec's folder; array files stay within it",
    "linked/w.npy": "'linked/w.npy' leaves the spec's folder; array files stay within it",
    "loop.npy": "'loop.npy' cannot be found: the name is too long or its links go in circles",
    "inner": "'inner' is not a file",
    "missing.npy": "there is no file 'missing.npy' in the spec's folder",
    "w1.npy": "there is no file 'w1.npy' in the spec's folder; did you mean 'w.npy'?",
    "notes.md": "'notes.md' must end in .npy, .npz, .safetensors, .mat, .csv or .txt",
    '"a\\0b.npy"': r"'a\x00b.npy' is not a file name",
    "n" * 5000 + ".npy": "cannot be found: the name is too long",
}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:30])
def test_files_stay_within_the_folder_of_the_spec(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "specs"
    (folder / "inner").mkdir(parents=True)
    np.save(tmp_path / "w.npy", MATRIX)
    np.save(folder / "w.npy", MATRIX)
    (folder / "notes.md").touch()
    (folder / "link.npy").symlink_to(tmp_path / "w.npy")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "loop.npy").symlink_to(folder / "loop.npy")
    assert PATHS[path] in refusal(f"a: {{file: {path}}}", folder)


def test_links_and_folders_within_the_folder_are_followed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "data" / "w.npy", MATRIX)
    (tmp_path / "w.npy").symlink_to(tmp_path / "data" / "w.npy")
    assert read("{file: data/w.npy}", tmp_path) == read("{file: data/../w.npy}", tmp_path)


WRONG = {
    "a: {}": (
        "arrays.a: must be a number, nested lists of numbers, {file: …}, {values: …} or {same_as: …}, "
        "got a mapping with other keys"
    ),
    "a: {file: w.npy}": (
        "arrays.a.file: the spec was read from a text, so it has no folder in which 'w.npy' could lie"
    ),
    "a: {file: 1}": "arrays.a.file: must be text, got 1",
    "a: {file: w.npy, kye: w}": "arrays.a.kye: unknown key; did you mean 'key'?",
    "a: {same_as: w, transpose: yes}": "arrays.a.transpose: must be true or false, got 'yes'",
    "a: {same_as: ww}": "arrays.a.same_as: no array, synapse or memory is called 'ww'; did you mean 'w'?",
    "a: {same_as: a}": "arrays.a.same_as: is tied to itself: a → a",
    "a: {same_as: b}, b: {same_as: a}": "arrays.a.same_as: is tied to itself: b → a → b",
    "w: 1, a: {same_as: w}": "arrays.a.same_as: 'w' is ambiguous: arrays.w and synapses.w.weights; rename one of them",
    "b: 1, a: {same_as: b, transpose: true}": "arrays.a.transpose: needs a matrix, got an array of shape ()",
    "a: [1, [2]]": "arrays.a[1]: must have the shape of the first row, which is a single number, got 1 number",
    "a: [1, x]": "arrays.a[1]: must be a number, got 'x'",
    "a: [1, ~]": "arrays.a[1]: must be a number, got nothing",
}


@pytest.mark.parametrize("arrays", WRONG)
def test_wrong_array_fields(arrays: str) -> None:
    assert WRONG[arrays] in refusal(arrays).splitlines()[0]


def test_the_key_of_a_single_array(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", MATRIX)
    expected = "w.npy: a .npy file holds a single array without a name; remove `key`"
    assert expected in refusal("a: {file: w.npy, key: w}", tmp_path)


def test_tying_by_name() -> None:
    text = RELU_PAIR + (
        "arrays: {a: {same_as: w, transpose: true}, b: {same_as: a}, c: {same_as: m}, d: {same_as: w.weights}}\n"
        "memories: {m: {layer: x, patterns: [[1, 0.1]]}}"
    )
    arrays = parse_spec(text).arrays
    assert arrays["a"] == arrays["b"] == arrays["d"] == ExactArray.of([[0, Fraction(1, 2)], [Fraction(1, 2), 0]])
    assert arrays["c"].fractions().tolist() == [[1, Fraction(1, 10)]]


def test_the_same_file_is_read_once(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", MATRIX)
    spec = spec_with("a: {file: w.npy}, b: {file: w.npy}", tmp_path)
    assert spec.arrays["a"] is spec.arrays["b"]


def test_numbers_keep_the_type_that_their_file_has(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.array([[0.5, 2]], dtype=np.float32))
    assert read_numbers(tmp_path, "w.npy", None).dtype == np.float32
    assert read_array_file(tmp_path, "w.npy", None) == ExactArray.of([[0.5, 2]])
