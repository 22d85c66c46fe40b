"""Arrays from MATLAB's files and from tables of decimals: the numbers they hold, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from hopverify.spec import ExactArray
from hopverify.spec.array_files import ArrayFileError, read_array_file
from hopverify.spec.bounds import MAX_ELEMENTS

W = np.array([[0.1, -2.0, 3.5], [1e-300, 0.0, 2**60]])


def saved(folder: Path, content: dict[str, Any], **options: Any) -> None:
    savemat(folder / "w.mat", content, **options)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_an_array_of_matlab_is_the_numbers_that_it_holds(tmp_path: Path, dtype: str, packed: bool) -> None:
    values = (W if dtype == "f8" else np.array([[1, 2, 3], [100, 5, 6]])).astype(dtype)
    saved(tmp_path, {"first": np.eye(40), "W": values, "words": "text"}, do_compression=packed)
    assert read_array_file(tmp_path, "w.mat", "W") == ExactArray.of(values)
    with pytest.raises(ArrayFileError, match=r"the file holds 2 arrays; choose one by `key`.*W, first"):
        read_array_file(tmp_path, "w.mat", None)
    with pytest.raises(ArrayFileError, match="holds no array 'V'"):
        read_array_file(tmp_path, "w.mat", "V")


def test_rows_columns_and_more_axes_keep_their_order(tmp_path: Path) -> None:
    deep = np.arange(24.0).reshape(2, 3, 4)
    saved(tmp_path, {"column": [[1.0], [2.0]], "row": [[1.0, 2.0]], "deep": deep})
    assert read_array_file(tmp_path, "w.mat", "column") == ExactArray.of(np.array([1.0, 2.0]))
    assert read_array_file(tmp_path, "w.mat", "row").shape == (1, 2)
    assert read_array_file(tmp_path, "w.mat", "deep") == ExactArray.of(deep)


def test_what_matlab_stores_in_a_smaller_type_is_the_same_numbers(tmp_path: Path) -> None:
    """MATLAB writes doubles that are small whole numbers as bytes; here such a file is made by hand."""
    (tmp_path / "w.mat").write_bytes(by_hand(b"\x01\x02\x03\x04", stored=2, size=4))
    assert read_array_file(tmp_path, "w.mat", None) == ExactArray.of(np.array([[1.0, 3.0], [2.0, 4.0]]))
    (tmp_path / "w.mat").write_bytes(by_hand(b"\x01\x02\x03\x04", stored=2, size=4, order=">"))
    assert read_array_file(tmp_path, "w.mat", None).floats().tolist() == [[1.0, 3.0], [2.0, 4.0]]


def by_hand(
    data: bytes,
    *,
    stored: int,
    size: int,
    kind: int = 6,
    flags: int = 0,
    shape: tuple[int, ...] = (2, 2),
    order: str = "<",
) -> bytes:
    """Return a file with one array called w."""
    shapes = struct.pack(f"{order}{len(shape)}i", *shape)
    parts = struct.pack(f"{order}4I", 6, 8, flags << 8 | kind, 0) + struct.pack(f"{order}2I", 5, len(shapes)) + shapes
    parts += struct.pack(f"{order}I", 1 << 16 | 1) + b"w\0\0\0" + struct.pack(f"{order}2I", stored, size) + data
    head = b"MATLAB 5.0".ljust(124) + struct.pack(f"{order}H", 0x0100) + (b"IM" if order == "<" else b"MI")
    return head + struct.pack(f"{order}2I", 14, len(parts)) + parts


EMPTY = struct.pack("<2I", 1, 0)
"""An element that is no array."""

DAMAGED = {
    by_hand(b"", stored=9, size=32) + EMPTY * 1000: "more than 1000 arrays",
    by_hand(b"", stored=9, size=32).replace(struct.pack("<2I", 5, 8), struct.pack("<2I", 5, 800)): "has not the parts",
    by_hand(b"", stored=9, size=0): r"w has shape \(2, 2\), and 0 bytes of numbers",
    by_hand(b"", stored=9, size=32): "the file ends within an array",
    by_hand(b"1" * 32, stored=9, size=32, kind=7): "w has type f4, its numbers type float64",
    by_hand(b"1" * 4, stored=77, size=4): "stored as type 77",
    by_hand(b"", stored=9, size=32, flags=8): "w is an array of kind complex; real numbers are read: save double",
    by_hand(b"", stored=2, size=4, flags=2, kind=9): "w is an array of kind logical",
    by_hand(b"", stored=9, size=32, shape=(MAX_ELEMENTS, 2)): "elements; the limit is",
    by_hand(b"", stored=9, size=32, shape=(-1, 2)): "holds no numbers",
    by_hand(b"", stored=9, size=32, shape=(2, 0)): "holds no numbers",
    by_hand(b"", stored=9, size=32)[:150]: "the file ends within an array",
    by_hand(b"", stored=9, size=32)[:131]: "the file ends within an array",
    b"MATLAB 7.3 MAT-file".ljust(512): r"version 7\.3 is not read; save it again as version 7",
    b"\0\0\0\0" * 50: "version 4 is not read",
    b"nothing of the kind " * 20: "has not the header of a MATLAB file",
    b"": "has not the header",
}


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_damaged_files_of_matlab_are_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.mat").write_bytes(content)
    with pytest.raises(ArrayFileError, match=DAMAGED[content]):
        read_array_file(tmp_path, "w.mat", "w")


def test_nothing_is_unpacked_beyond_what_an_array_needs(tmp_path: Path) -> None:
    """A small element that unpacks to a gigabyte: what it says of its shape is refused, and the rest never seen."""
    inner = by_hand(b"", stored=9, size=2**30, shape=(2, 2))[128:] + bytes(2**26)
    packed = zlib.compress(inner)
    head = by_hand(b"", stored=9, size=0)[:128]
    (tmp_path / "w.mat").write_bytes(head + struct.pack("<2I", 15, len(packed)) + packed)
    with pytest.raises(ArrayFileError, match="and 1073741824 bytes of numbers"):
        read_array_file(tmp_path, "w.mat", "w")


def test_a_table_holds_the_decimals_that_it_spells(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("\ufeff# two rows\n0.1, 1/3,1e2\n\n-1,+.5,7\n", encoding="utf-8")
    found = read_array_file(tmp_path, "w.csv", None).fractions()
    assert found.tolist() == [[Fraction(1, 10), Fraction(1, 3), 100], [-1, Fraction(1, 2), 7]]
    (tmp_path / "b.TXT").write_text("1\n 2\n")
    assert read_array_file(tmp_path, "b.TXT", None) == ExactArray.of([1, 2])
    (tmp_path / "p.txt").write_text("1 -1\t1\n")
    assert read_array_file(tmp_path, "p.txt", None).shape == (1, 3)
    stream = io.StringIO()
    np.savetxt(stream, np.array([[1.5, 2.0], [3.0, 0.25]]))
    (tmp_path / "n.txt").write_text(stream.getvalue())
    assert read_array_file(tmp_path, "n.txt", None) == ExactArray.of([[1.5, 2], [3, Fraction(1, 4)]])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "line 1, column 1: must be a number, got 'a'; a table has no line of names: remove it"),
        ("1,2\n3,x\n", "line 2, column 2: must be a number, got 'x'$"),
        ("1,2\n3\n", "line 2 has 1 column, the first row has 2 columns"),
        ("1;2\n", "line 1, column 1: must be a number, got '1;2'"),
        ("1,\n", "line 1, column 2: must be a number, got ''"),
        ("1,nan\n", "line 1, column 2: NaN is not a number"),
        ("1,inf\n", "infinity"),
        ("1,1e999\n", "the exponent"),
        ("# nothing\n", "the table holds no numbers"),
    ],
)
def test_a_table_of_something_else_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "w.csv").write_text(text)
    with pytest.raises(ArrayFileError, match=f"^w.csv: .*{said}"):
        read_array_file(tmp_path, "w.csv", None)
    with pytest.raises(ArrayFileError, match="remove `key`"):
        read_array_file(tmp_path, "w.csv", "k")


def test_a_table_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "w.csv").write_text("1,2\n" * 10)
    monkeypatch.setattr("hopverify.spec.tables.MAX_RATIONALS", 7)
    with pytest.raises(ArrayFileError, match="more than 7 numbers"):
        read_array_file(tmp_path, "w.csv", None)
    monkeypatch.setattr("hopverify.spec.tables.MAX_TABLE", 30)
    with pytest.raises(ArrayFileError, match="larger than"):
        read_array_file(tmp_path, "w.csv", None)
