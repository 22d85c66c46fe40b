"""Trained tensors from a file, untrusted as any file.

From .safetensors and .npz nothing is unpickled, and PyTorch is not needed. A file of ``torch.save`` (.pt, .pth, .bin)
is a pickle; it is read with ``torch.load(weights_only=True)`` only, which admits tensors and plain containers and
refuses the rest. A .safetensors file is the safer way.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.extras import to_install
from hopverify.registry import did_you_mean
from hopverify.regular_files import opened_regular
from hopverify.spec.array_files import npz_members, read_numbers, said_of

Array = np.ndarray[Any, Any]
PICKLED = (".pt", ".pth", ".bin")
READ = (".safetensors", ".npz", *PICKLED)


@dataclass(frozen=True)
class TensorFile(Mapping[str, Array]):
    """The arrays of a .safetensors or .npz file by name; each is read when it is asked for, in the type that it has."""

    path: Path
    names: tuple[str, ...]
    _read: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> Array:
        if name not in self.names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = widened(read_numbers(self.path.parent, self.path.name, name))
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def widened(array: Array) -> Array:
    """Return float16 as float32, in which it is computed with; other types stay what they are."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


def read_tensors(path: Path) -> Mapping[str, Array]:
    """Return the tensors in a file by name."""
    suffix = path.suffix.lower()
    if suffix not in READ:
        raise HopverifyError(f"{path}: trained tensors are read from {', '.join(READ)}")
    if not path.is_file():
        raise HopverifyError(f"{path}: there is no such file")
    try:
        if suffix == ".safetensors":
            return TensorFile(path, _safetensors_names(path))
        if suffix == ".npz":
            with opened_regular(path) as stream, zipfile.ZipFile(stream) as archive:
                return TensorFile(path, tuple(npz_members(archive)))
    except HopverifyError as error:
        raise HopverifyError(f"{path}: {error}") from None
    except Exception as error:
        # A damaged file fails in whatever way zipfile or safetensors choose; the news is the same.
        raise HopverifyError(f"{path}: the file cannot be read as {suffix}: {said_of(error)}") from None
    from hopverify.interop.torch import load_state

    return load_state(path)


def _safetensors_names(path: Path) -> tuple[str, ...]:
    try:
        from safetensors import safe_open
    except ImportError:
        raise HopverifyError(f"reading it needs safetensors: {to_install('safetensors')}") from None
    with safe_open(path, framework="numpy") as file:
        return tuple(file.keys())


def tensor(state: Mapping[str, Array], name: str) -> Array:
    """Return a tensor by name, or tell which there are."""
    if name not in state:
        raise HopverifyError(f"no tensor is called {name!r}{did_you_mean(name, list(state))}")
    return state[name]
