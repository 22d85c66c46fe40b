"""Mapping files: a spec whose arrays are tensors of a trained model, named where a spec names files.

    hopverify: 1
    name: my memory
    layers:
      v: {size: 64, lagrangian: identity}
      h: {size: 512, lagrangian: {softmax: {beta: 8}}, tau: 0}
    synapses:
      xi: {kind: dense, layers: [h, v], weights: {tensor: memory.weight}}

Beside ``tensor`` may stand ``rows`` and ``columns`` (``[start, stop]``, without stop itself), ``shape``, and what may
stand beside a file: ``transpose``, ``tolerance``, ``dtype``. Each such field becomes an array file; the rest stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported, array_field, stem_of
from hopverify.interop.state_dict import tensor
from hopverify.repairs.writing import flow, section
from hopverify.spec import ExactArray
from hopverify.spec.reader import read_file

Array = np.ndarray[Any, Any]
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_SECTIONS = ("layers", "synapses", "memories", "arrays")
_CUTS = ("rows", "columns", "shape")
_KEPT = ("transpose", "tolerance", "dtype")


@dataclass(frozen=True)
class Filling:
    """The tensors that a mapping may name, and the array files made so far."""

    stem: str
    state: Mapping[str, Array]
    files: dict[str, bytes] = field(default_factory=dict)

    def filled(self, value: Any, path: str) -> Any:
        """Return a part of the mapping with files in place of tensors."""
        if isinstance(value, list):
            return [self.filled(item, f"{path}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if "tensor" in value:
            return self._file(value, path)
        for key in value:
            if not _KEY.fullmatch(key):
                raise HopverifyError(f"{path}: {key!r} is no key of a spec: letters, digits, _ and - are")
        return {key: self.filled(item, f"{path}.{key}".lstrip(".")) for key, item in value.items() if item is not None}

    def _file(self, reference: dict[str, Any], path: str) -> dict[str, Any]:
        for key in reference:
            if key not in ("tensor", *_CUTS, *_KEPT):
                raise HopverifyError(f"{path}: beside `tensor` are allowed {', '.join((*_CUTS, *_KEPT))}, not {key!r}")
        values = _cut(tensor(self.state, str(reference["tensor"])), reference, path)
        made: dict[str, Any] = array_field(ExactArray.of(values), f"{self.stem}-{stem_of(path)}.npy", self.files)
        return made | {key: reference[key] for key in _KEPT if key in reference}


def _cut(values: Array, reference: Mapping[str, Any], path: str) -> Array:
    """Return the part of a tensor that a reference names."""
    if "shape" in reference:
        shape = _integers(reference["shape"], f"{path}.shape")
        if any(extent < 1 for extent in shape) or int(np.prod(shape, dtype=object)) != values.size:
            raise HopverifyError(f"{path}.shape: the tensor has shape {values.shape}, which {shape} does not hold")
        values = values.reshape(shape)
    for axis, key in enumerate(("rows", "columns")):
        if key in reference:
            ends = _integers(reference[key], f"{path}.{key}")
            if values.ndim <= axis or len(ends) != 2 or not 0 <= ends[0] < ends[1] <= values.shape[axis]:
                wanted = "[start, stop] within the tensor's"
                raise HopverifyError(f"{path}.{key}: expected {wanted} shape {values.shape}, got {ends}")
            values = values[ends[0] : ends[1]] if axis == 0 else values[:, ends[0] : ends[1]]
    return values


def _integers(listed: Any, path: str) -> list[int]:
    if not isinstance(listed, list) or not all(isinstance(item, Fraction) and item.denominator == 1 for item in listed):
        raise HopverifyError(f"{path}: expected a list of whole numbers")
    return [int(item) for item in listed]


def mapped(path: Path, state: Mapping[str, Array]) -> Imported:
    """Return the spec that a mapping file makes of the tensors; the spec's own errors come when it is read."""
    tree = read_file(path).root.value()
    filling = Filling(stem_of(path.stem), state)
    filled = filling.filled(tree, "")
    if not filling.files:
        raise HopverifyError(f"{path}: no field is {{tensor: …}}; without one it is a spec, and needs no import")
    parts = [top_entry(key, value) for key, value in filled.items()]
    return Imported(filling.stem, "".join(parts), filling.files)


def top_entry(key: str, value: Any) -> str:
    """Return one key of a spec as text: a section, one entry a line, or a value."""
    is_section = key in _SECTIONS and isinstance(value, dict) and all(isinstance(v, dict) for v in value.values())
    return section(key, value) if is_section and value else f"{key}: {flow(value)}\n"
