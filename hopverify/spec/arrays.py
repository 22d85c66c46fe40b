"""Array fields of a spec: numbers written inline, arrays in files, and tying by name.

An array field is a number, nested lists of numbers, ``{file: w.npy, key: name, transpose: true}``,
``{same_as: name, transpose: true}``, or ``{values: [[…]]}``. The name is an entry of ``arrays:``, a synapse (its
``weights``, or ``synapse.field``), or a memory (its patterns). The same recipe always gives the same exact numbers.
With ``tolerance: 1e-3`` or ``dtype: bfloat16`` beside file or values it stands for all arrays near these numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from hopverify.spec.advice import advice
from hopverify.spec.array_files import SUFFIXES, ArrayFileError, read_array_file
from hopverify.spec.bounds import MAX_ALL_ELEMENTS, MAX_NESTING
from hopverify.spec.document import Document, child
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.numbers import number, shown
from hopverify.spec.spread import DTYPES, Spread

FORMS = "a number, nested lists of numbers, {file: …}, {values: …} or {same_as: …}"
_NEAR = ("tolerance", "dtype")


@dataclass(frozen=True)
class Arrays:
    """Resolves the array fields of one document; each file is read once."""

    document: Document
    tree: Mapping[str, Any]
    folder: Path | None
    _read: dict[tuple[str, str | None], ExactArray] = field(default_factory=dict, repr=False, compare=False)
    _tied_to: dict[str, ExactArray] = field(default_factory=dict, repr=False, compare=False)

    def resolve(self, raw: Any, path: str) -> ExactArray:
        """Return the exact array that the field at the path describes, or raise :class:`SpecError`."""
        return self._resolve(raw, path, ())

    def _resolve(self, raw: Any, path: str, trail: tuple[str, ...]) -> ExactArray:
        if not isinstance(raw, dict):
            return self._inline(raw, path)
        sources = [key for key in ("file", "values", "same_as") if key in raw]
        if sources == ["file"]:
            self._check_keys(raw, path, ("file", "key"), _NEAR)
            array = self._near(raw, self._file(raw, path), path)
        elif sources == ["values"]:
            self._check_keys(raw, path, (), ("values", *_NEAR))
            array = self._near(raw, self._inline(raw["values"], child(path, "values")), path)
        elif sources == ["same_as"]:
            self._check_keys(raw, path, ("same_as",), ())
            array = self._tied(raw["same_as"], path, trail)
        else:
            raise self.document.error(path, f"must be {FORMS}, got a mapping with other keys")
        return self._transposed(array, path) if raw.get("transpose", False) else array

    def _near(self, raw: dict[str, Any], array: ExactArray, path: str) -> ExactArray:
        """Return the array with the spread that the field states."""
        spread = self._spread(raw, array, path)
        return array if spread is None else array.within(spread)

    def _spread(self, raw: dict[str, Any], array: ExactArray, path: str) -> Spread | None:
        """Return how far the entries may lie from the given ones, or None if they are meant exactly."""
        if "tolerance" in raw and "dtype" in raw:
            raise self.document.error(path, "has one of the keys 'tolerance' and 'dtype' at most, got both")
        if "tolerance" in raw:
            where = child(path, "tolerance")
            tolerance = self._number(raw["tolerance"], where)
            if tolerance <= 0:
                raise self.document.error(where, f"must be greater than 0, got {shown(raw['tolerance'])}")
            return Spread(tolerance)
        if "dtype" not in raw:
            return None
        where, name = child(path, "dtype"), raw["dtype"]
        if not isinstance(name, str) or name not in DTYPES:
            near = advice(name, DTYPES, list_all=False) if isinstance(name, str) else ""
            raise self.document.error(where, f"must be one of {', '.join(DTYPES)}, got {shown(name)}{near}")
        if np.max(np.abs(array.values), initial=0) > DTYPES[name].largest:
            raise self.document.error(where, f"{name} cannot hold all the numbers: some are larger than its largest")
        return DTYPES[name].spread

    def _check_keys(self, raw: dict[str, Any], path: str, texts: tuple[str, ...], others: tuple[str, ...]) -> None:
        known = [*texts, *others, "transpose"]
        for key, value in raw.items():
            where = child(path, key)
            if key not in known:
                raise self.document.error(where, f"unknown key{advice(key, known)}", at_key=True)
            if key in texts and not (isinstance(value, str) and value):
                raise self.document.error(where, f"must be text, got {shown(value)}")
            if key == "transpose" and not isinstance(value, bool):
                raise self.document.error(where, f"must be true or false, got {shown(value)}")

    def _transposed(self, array: ExactArray, path: str) -> ExactArray:
        if array.ndim != 2:
            raise self.document.error(child(path, "transpose"), f"needs a matrix, got an array of shape {array.shape}")
        return array.transpose()

    def _inline(self, raw: Any, path: str) -> ExactArray:
        if not isinstance(raw, list):
            return ExactArray.of(self._number(raw, path))
        self._shape(raw, path)
        return ExactArray.of(self._numbers(raw, path))

    def _numbers(self, raw: Any, path: str) -> Any:
        if isinstance(raw, list):
            return [self._numbers(item, child(path, index)) for index, item in enumerate(raw)]
        return raw if isinstance(raw, Fraction) else self._number(raw, path)

    def _number(self, raw: Any, path: str) -> Fraction:
        try:
            return number(raw)
        except ValueError as error:
            is_file = isinstance(raw, str) and Path(raw).suffix.lower() in SUFFIXES
            in_file = f"; an array in a file is {{file: {shown(raw)}}}" if is_file else ""
            raise self.document.error(path, f"{error}{in_file}") from None

    def _shape(self, raw: Any, path: str) -> tuple[int, ...]:
        """Return the shape of nested lists; rows of different shapes are an error at the first that differs."""
        if not isinstance(raw, list):
            return ()
        if not raw:
            raise self.document.error(path, "must hold at least one number, got an empty list")
        first = self._shape(raw[0], child(path, 0))
        for index, item in enumerate(raw):
            shape = self._shape(item, child(path, index))
            if shape != first:
                message = (
                    f"must have the shape of the first row, which is {_shape_text(first)}, got {_shape_text(shape)}"
                )
                raise self.document.error(child(path, index), message)
        return (len(raw), *first)

    def _file(self, raw: dict[str, Any], path: str) -> ExactArray:
        source = raw["file"], raw.get("key")
        if source not in self._read:
            try:
                self._read[source] = read_array_file(self.folder, *source)
            except ArrayFileError as error:
                raise self.document.error(child(path, "file"), str(error)) from None
            elements = sum(array.values.size for array in self._read.values())
            if elements > MAX_ALL_ELEMENTS:
                message = f"the arrays in files have {elements} elements together; the limit is {MAX_ALL_ELEMENTS}"
                raise self.document.error(child(path, "file"), message)
        return self._read[source]

    def _tied(self, name: str, path: str, trail: tuple[str, ...]) -> ExactArray:
        where = child(path, "same_as")
        if name in trail:
            raise self.document.error(where, f"is tied to itself: {' → '.join([*trail, name])}")
        if len(trail) >= MAX_NESTING:
            raise self.document.error(where, f"is tied through more than {MAX_NESTING} names; name the array itself")
        targets = self._targets.get(name, [])
        if not targets:
            message = f"no array, synapse or memory is called {shown(name)}{advice(name, self._targets)}"
            raise self.document.error(where, message)
        if len(targets) > 1:
            raise self.document.error(where, f"{name!r} is ambiguous: {' and '.join(targets)}; rename one of them")
        target = targets[0]
        if target not in self._tied_to:
            self._tied_to[target] = self._resolve(self._at(target), target, (*trail, name))
        return self._tied_to[target]

    @cached_property
    def _targets(self) -> dict[str, list[str]]:
        targets: dict[str, list[str]] = {}
        for name, path in self._nameable():
            targets.setdefault(name, []).append(path)
        return targets

    def _nameable(self) -> Iterator[tuple[str, str]]:
        """All names that ``same_as`` may use, with the paths that they stand for."""
        for name in _entries(self.tree, "arrays"):
            yield name, f"arrays.{name}"
        for name, synapse in _entries(self.tree, "synapses").items():
            for key in synapse if isinstance(synapse, dict) else ():
                if key not in {"kind", "layers"}:
                    yield f"{name}.{key}", f"synapses.{name}.{key}"
                if key == "weights":
                    yield name, f"synapses.{name}.weights"
        for name in _entries(self.tree, "memories"):
            yield name, f"memories.{name}.patterns"

    def _at(self, path: str) -> Any:
        value: Any = self.tree
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        return value


def _entries(tree: Mapping[str, Any], section: str) -> dict[str, Any]:
    entries = tree.get(section)
    return entries if isinstance(entries, dict) else {}


def _shape_text(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a single number"
    return f"{shape[0]} number{'s' * (shape[0] != 1)}" if len(shape) == 1 else f"shape {shape}"
