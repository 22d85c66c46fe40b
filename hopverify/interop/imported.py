"""What an import gives: the text of a spec and the array files beside it, and how both are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import ArgumentError, HopverifyError, require
from hopverify.interop.writing import written
from hopverify.repairs.writing import flow, section
from hopverify.spec import ExactArray, ModelSpec, parse_spec
from hopverify.spec.bounds import MAX_TITLE

FEW, SHORT = 400, 2000
"""A short array has so many numbers at most, in so many characters of a spec at most."""

_SMALLER = (np.int8, np.float16, np.float32)
_SAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, repr=False)
class Imported:
    """A spec as text, to be written into ``stem``.yaml, with array ``files`` beside it; ``notes`` are for the person.

    Imports return it, and so do ``hopverify.model`` and its like; ``hopverify.verify`` takes it.

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
            path = self.write(Path(folder))
            return parse_spec(self.text, folder=path.parent, file=f"<{path.name}>")

    def to_yaml(self) -> str:
        """Return the text of the spec; arrays that it names are in :attr:`files`."""
        return self.text

    def save(self, path: Path | str, *, force: bool = False) -> Path:
        """Write the spec into a file (.yaml) and its arrays beside it, and return the spec's path.

        What is there already is an error, and left as it is, unless ``force`` is given.
        """
        require(path, (str, PathLike), "path", "the path of a .yaml file")
        path = Path(path)
        if path.suffix != ".yaml":
            raise ArgumentError(f"{path}: the name of a spec that is saved ends in .yaml")
        return written(path.parent, path.stem, self.text, self.files, force=force)

    def __repr__(self) -> str:
        beside = f", with {', '.join(self.files)}" if self.files else ""
        return f"<spec {self.stem}{beside}>"

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


def array_field(values: ExactArray, name: str, files: dict[str, bytes], *, inline: bool = False) -> Any:
    """Return an array field: the file ``name``, added to ``files``, or nested lists where doubles do not do.

    With ``inline`` a short array is nested lists, too.
    """
    if not values.is_dyadic:
        return values.values.tolist()
    if inline and values.values.size <= FEW:
        listed = values.fractions().tolist()
        if len(flow(listed)) <= SHORT:
            return listed
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
