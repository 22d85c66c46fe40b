"""Arrays from files beside the spec: .npy, .npz, .safetensors, .mat, and tables of decimals (.csv, .txt).

A file is untrusted like the spec that names it: it lies within the spec's folder, nothing in it is unpickled, and shape
and type are checked from its header before its data are read. Whatever is wrong is raised as
:class:`ArrayFileError`, without a place: the caller knows where in the spec the file was named.
"""

from __future__ import annotations

import math
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.extras import to_install
from hopverify.regular_files import opened_regular
from hopverify.spec.advice import advice
from hopverify.spec.bounds import MAX_ELEMENTS, MAX_RATIONALS
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.mat_files import MatError, read_mat
from hopverify.spec.numbers import NOT_A_NUMBER, NOT_FINITE, shown
from hopverify.spec.tables import SEPARATORS, TableError, read_table

TYPED = (".npy", ".npz", ".safetensors", ".mat")
"""The kinds of files whose numbers have a type of floats or integers."""

SUFFIXES = (*TYPED, *SEPARATORS)
ACCEPTED = "float16, float32, float64 and integers are read"
_SAFETENSORS_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"} | {
    f"{kind}{bits}": f"<{kind.lower()}{bits // 8}" for kind in "IU" for bits in (8, 16, 32, 64)
}


class ArrayFileError(HopverifyError):
    """An array file that is missing, damaged, out of bounds or of a type that a model cannot hold."""


def read_array_file(folder: Path | None, name: str, key: str | None) -> ExactArray:
    """Return the array in the file, or the one of that name if the file holds several."""
    return ExactArray.of(_read(folder, name, key, SUFFIXES), copy=False)


def read_numbers(folder: Path | None, name: str, key: str | None) -> NDArray[Any]:
    """Return the same array in the type that it has in the file; bfloat16 as float32, which holds its numbers."""
    return _read(folder, name, key, TYPED)


def _read(folder: Path | None, name: str, key: str | None, suffixes: tuple[str, ...]) -> NDArray[Any]:
    path = _within(folder, name)
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        raise ArrayFileError(f"{name!r} must end in {', '.join(suffixes[:-1])} or {suffixes[-1]}")
    try:
        array = _READERS[suffix](path, key)
        check_finite(array)
    except (ArrayFileError, MatError, TableError) as error:
        raise ArrayFileError(f"{name}: {error}") from None
    except Exception as error:
        # A damaged file fails in whatever way NumPy, zipfile, zlib or safetensors choose; the news is the same.
        raise ArrayFileError(f"{name}: the file cannot be read as {path.suffix}: {said_of(error)}") from None
    return array


def said_of(error: Exception) -> str:
    """Return what a library says of a damaged file, unless it recommends to trust the file and to unpickle it."""
    if "pickle" in str(error):
        return "its header is too large, or it holds Python objects"
    return f"{error}"


def _within(folder: Path | None, name: str) -> Path:
    """Return the file's path, which after following all links lies in the spec's folder."""
    if folder is None:
        raise ArrayFileError(f"the spec was read from a text, so it has no folder in which {name!r} could lie")
    if not name.isprintable():
        raise ArrayFileError(f"{name!r} is not a file name")
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or PureWindowsPath(name).root:
        raise ArrayFileError(f"{name!r} must be relative to the spec's folder")
    try:
        root = folder.resolve()
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise ArrayFileError(f"{name!r} leaves the spec's folder; array files stay within it")
        if not path.exists():
            raise ArrayFileError(f"there is no file {name!r} in the spec's folder{_near(path, root)}")
        if not path.is_file():
            raise ArrayFileError(f"{name!r} is not a file")
    except (OSError, RuntimeError, ValueError):
        raise ArrayFileError(f"{name!r} cannot be found: the name is too long or its links go in circles") from None
    return path


def _near(path: Path, root: Path) -> str:
    if not path.parent.is_dir():
        return ""
    files = [file.relative_to(root).as_posix() for file in path.parent.iterdir() if file.suffix in SUFFIXES]
    return advice(path.relative_to(root).as_posix(), files, list_all=False)


def _read_npy(path: Path, key: str | None) -> NDArray[Any]:
    if key is not None:
        raise ArrayFileError("a .npy file holds a single array without a name; remove `key`")
    return _read_stream(lambda: opened_regular(path), path.stat().st_size)


def _read_npz(path: Path, key: str | None) -> NDArray[Any]:
    with opened_regular(path) as stream, zipfile.ZipFile(stream) as archive:
        members = npz_members(archive)
        member = members[_chosen(key, list(members))]
        return _read_stream(lambda: archive.open(member), member.file_size)


def npz_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the members of a .npz file by the names of their arrays; raise where two have one name."""
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        if name in members:
            raise ArrayFileError(f"the file holds two arrays called {shown(name)}; write it again with a name for each")
        members[name] = info
    return members


def _chosen(key: str | None, names: list[str]) -> str:
    if key is None and len(names) == 1:
        return names[0]
    if key is None:
        raise ArrayFileError(f"the file holds {len(names)} arrays; choose one by `key`{advice('', names)}")
    if key not in names:
        raise ArrayFileError(f"the file holds no array {shown(key)}{advice(key, names)}")
    return key


def _read_stream(opened: Any, size: int) -> NDArray[Any]:
    """Read one .npy stream, its header first."""
    with _entered(opened()) as stream:
        version = np.lib.format.read_magic(stream)
        readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        if version not in readers:
            raise ArrayFileError(f"version {version[0]}.{version[1]} of the .npy format is not read; 1.0 and 2.0 are")
        shape, _, dtype = readers[version](stream)
        check_shape_and_type(tuple(shape), dtype)
        needed = math.prod(shape) * dtype.itemsize
        present = size - stream.tell()
        if present < needed:
            raise ArrayFileError(f"the header promises {needed} bytes of data, the file has {present}")
    with _entered(opened()) as stream:
        array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
        return array


def _entered(stream: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    return stream


def _read_safetensors(path: Path, key: str | None) -> NDArray[Any]:
    try:
        from safetensors import safe_open
    except ImportError:
        raise ArrayFileError(f"reading it needs safetensors: {to_install('safetensors')}") from None
    with safe_open(path, framework="numpy") as file:
        name = _chosen(key, list(file.keys()))
        header = file.get_slice(name)
        kind, shape = header.get_dtype(), tuple(header.get_shape())
        if kind == "BF16":
            check_shape_and_type(shape, np.dtype(np.float32))
            return _bfloat16(path, name, shape)
        if kind not in _SAFETENSORS_TYPES:
            raise ArrayFileError(f"the array has type {kind}; {ACCEPTED}, and bfloat16")
        check_shape_and_type(shape, np.dtype(_SAFETENSORS_TYPES[kind]))
        array: NDArray[Any] = file.get_tensor(name)
        return array


def _bfloat16(path: Path, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return bfloat16 numbers, which NumPy does not know, as float32: they are its upper two bytes."""
    import safetensors

    tensors: Any = safetensors.deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    data = next(tensor["data"] for found, tensor in tensors if found == name)
    return (np.frombuffer(data, dtype="<u2").astype(np.uint32) << 16).view(np.float32).reshape(shape)


def _read_mat(path: Path, key: str | None) -> NDArray[Any]:
    return read_mat(path, key, lambda names: _chosen(key, names), check_shape_and_type)


def _read_table(path: Path, key: str | None) -> NDArray[Any]:
    if key is not None:
        raise ArrayFileError("a table holds a single array without a name; remove `key`")
    return read_table(path)


_READERS = {
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".safetensors": _read_safetensors,
    ".mat": _read_mat,
    **dict.fromkeys(SEPARATORS, _read_table),
}


def check_shape_and_type(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Raise unless an array of this shape and type is one that a model can hold."""
    # longdouble has kind "f" as well; where it is not wider than a double, it is one.
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        name = "object" if dtype.hasobject else str(dtype)[:80]
        raise ArrayFileError(f"the array has type {name}; {ACCEPTED}")
    if len(shape) > 8:
        raise ArrayFileError(f"the array has {len(shape)} axes; the limit is 8")
    elements = math.prod(shape)
    if elements > MAX_ELEMENTS:
        raise ArrayFileError(f"the array has {elements} elements; the limit is {MAX_ELEMENTS}")
    if min(shape, default=1) < 1:
        raise ArrayFileError(f"the array of shape {shape} holds no numbers")


def check_finite(array: NDArray[Any]) -> None:
    """Raise unless the array holds finite floats, or integers of which few are beyond doubles."""
    if array.dtype.kind == "f":
        finite = np.isfinite(array)
        if not finite.all():
            index = np.unravel_index(int(np.argmin(finite)), array.shape)
            message = NOT_A_NUMBER if np.isnan(array[index]) else NOT_FINITE
            raise ArrayFileError(f"{message}: index [{', '.join(str(int(step)) for step in index)}]")
    elif array.dtype.kind in "iu" and array.size > MAX_RATIONALS and max(-int(array.min()), int(array.max())) > 2**53:
        limit = f"the limit is {MAX_RATIONALS}"
        raise ArrayFileError(f"an array with integers beyond 2**53 has {array.size} elements; {limit}")
