"""What an import gives: the text of a spec and the array files beside it, and how both are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.interop.writing import written
from hopverify.repairs.writing import flow, literal, section
from hopverify.spec import ExactArray, ModelSpec, read_spec
from hopverify.spec.bounds import MAX_TITLE

_SMALLER = (np.int8, np.float16, np.float32)
_SAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Imported:
    """A spec to be written into ``stem``.yaml, with array ``files`` beside it; ``notes`` are for the person.

    ``orders`` says, of a layer whose neurons do not stand where the program has them (flattened), which one stands
    where: the state of the spec is ``x.reshape(-1)[orders[layer]]``.
    """

    stem: str
    text: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    orders: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def model_spec(self) -> ModelSpec:
        """Return the spec, as it would be read back; ``hopverify.verify`` asks for it."""
        with TemporaryDirectory() as folder:
            return read_spec(self.write(Path(folder)))

    def write(self, folder: Path, *, force: bool = False) -> Path:
        """Write the spec and its arrays into a folder and return the spec's path; see :func:`written`."""
        return written(folder, self.stem, self.text, self.files, force=force)


def stem_of(name: str) -> str:
    """Return a name as a file may be called.

    >>> stem_of("encoder.layer.0/keys")
    'encoder-layer-0-keys'
    """
    return _SAFE.sub("-", name).strip("-")[:80] or "imported"


def array_bytes(values: ExactArray) -> bytes:
    """Return a .npy file of the numbers, in the smallest type of integers or floats that holds all of them exactly.

    >>> len(array_bytes(ExactArray.of(np.ones((8, 8))))) - len(array_bytes(ExactArray.of(np.ones((0, 8)))))
    64
    """
    stream = BytesIO()
    np.save(stream, np.ascontiguousarray(_smallest(values.values)), allow_pickle=False)
    return stream.getvalue()


def _smallest(values: NDArray[Any]) -> NDArray[Any]:
    with np.errstate(over="ignore", invalid="ignore"):
        for dtype in _SMALLER:
            held = values.astype(dtype)
            if np.array_equal(held.astype(np.float64), values):
                return held
    return values


def array_field(values: ExactArray, name: str, files: dict[str, bytes]) -> Any:
    """Return an array field: the file ``name``, added to ``files``, or nested lists where doubles do not do."""
    if not values.is_dyadic:
        return values.values.tolist()
    content = array_bytes(values)
    if files.get(name, content) != content:
        raise HopverifyError(f"two different arrays would be called {name}: give the parts of the model shorter names")
    files[name] = content
    return {"file": name}


def spec_text(
    *,
    name: str,
    description: str,
    references: Sequence[str],
    sections: Mapping[str, Mapping[str, Mapping[str, Any]]],
    checks: Sequence[Any] | str = "all",
    expect: Mapping[str, str] | None = None,
    comment: str = "",
    update: str | None = None,
) -> str:
    """Return the text of a spec; ``sections`` are layers, synapses and memories, ``update`` is for spins."""
    lines = [f"# {line}" for line in comment.splitlines()]
    lines += ["hopverify: 1", f"name: {flow(name[:MAX_TITLE])}", f"description: {flow(description)}"]
    if references:
        lines.append(f"references: {flow(list(references))}")
    parts = [section(key, entries) for key, entries in sections.items() if entries]
    parts += [f"update: {update}\n"] if update is not None else []
    asked = f"checks: {flow(checks)}\n" + (f"expect: {flow(expect)}\n" if expect else "")
    return "\n".join(lines) + "\n" + "".join(parts) + asked


def shown_number(value: Fraction) -> str:
    """Return an exact number for a sentence."""
    return literal(value)
