"""A spec as a Python mapping: the keys of docs/spec.md, with numbers and arrays of the program as values.

It is written as the text of a spec, and read like any other. Short arrays stand in the text; long ones become .npy
files beside it, in the smallest type that holds all their numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike, fspath
from typing import Any

import numpy as np

from hopverify.api.numbers import exact, exact_array, is_array, is_number
from hopverify.errors import ArgumentError, SpecError
from hopverify.interop.imported import Imported, array_field, stem_of
from hopverify.interop.mapping import top_entry
from hopverify.networks import any_model
from hopverify.spec import ExactArray

_WITHOUT_FILES = ("lagrangian", "activation", "checks", "expect", "references", "original", "shape")


def spec_from(mapping: Mapping[str, Any], *, name: str = "model") -> Imported:
    """Return the spec that a mapping describes; raise :class:`SpecError` or :class:`ArgumentError` if it is none.

    ``hopverify: 1`` and ``name`` may be left out.
    """
    tree = {"hopverify": 1, "name": name} | dict(mapping)
    stem = stem_of(str(tree["name"]))
    writing = _Writing(stem)
    written = {key: writing.value(item, key, inline=key in _WITHOUT_FILES) for key, item in _entries(tree, "")}
    made = Imported(stem, "".join(top_entry(key, item) for key, item in written.items()), writing.files)
    try:
        any_model(made.model_spec())
    except SpecError as error:
        # The person has not seen the text, so its lines and columns say nothing.
        raise SpecError(*(replace(problem, file=stem, line=0, column=0) for problem in error.problems)) from None
    return made


@dataclass
class _Writing:
    """Turns values of a program into values of a spec's text; long arrays go into ``files``."""

    stem: str
    files: dict[str, bytes] = field(default_factory=dict)

    def value(self, given: Any, path: str, *, inline: bool) -> Any:
        if isinstance(given, Mapping):
            return self._mapping(given, path, inline=inline)
        if isinstance(given, bool | np.bool_):
            return bool(given)
        if isinstance(given, str | PathLike):
            return fspath(given)
        if is_number(given):
            return exact(given, path)
        if isinstance(given, ExactArray) or is_array(given) or _is_numeric(given):
            return self._array(exact_array(given, path), path, inline=inline)
        if isinstance(given, Sequence) and not isinstance(given, bytes | bytearray):
            return [self.value(item, f"{path}[{index}]", inline=inline) for index, item in enumerate(given)]
        if callable(given):
            raise ArgumentError(f'{path}: a function is given by its name, as in "tanh", or by its expression, as text')
        raise ArgumentError(
            f"{path}: a spec holds no {type(given).__name__}; numbers, texts, lists and arrays are taken"
        )

    def _mapping(self, given: Mapping[Any, Any], path: str, *, inline: bool) -> dict[str, Any]:
        done = {
            key: self.value(item, f"{path}.{key}", inline=inline or key in _WITHOUT_FILES)
            for key, item in _entries(given, path)
        }
        # {values: array, tolerance: …} with an array in a file is {file: …, tolerance: …}.
        values = done.get("values")
        if isinstance(values, dict) and "file" in values:
            return {**values, **{key: item for key, item in done.items() if key != "values"}}
        return done

    def _array(self, array: ExactArray, path: str, *, inline: bool) -> Any:
        if inline:
            return array.fractions().tolist()
        name = stem_of(path.partition(".")[2].removesuffix(".values"))
        return array_field(array, f"{self.stem}-{name}.npy", self.files, inline=True)


def _entries(given: Mapping[Any, Any], path: str) -> list[tuple[str, Any]]:
    """Return the entries that say something; a key with None is as if it were not there."""
    for key in given:
        if not isinstance(key, str):
            raise ArgumentError(f"{path or 'the spec'}: a key must be text, got {key!r}")
    return [(key, item) for key, item in given.items() if item is not None]


def _is_numeric(given: Any) -> bool:
    """Whether a list holds numbers, or arrays; its first entry tells."""
    while isinstance(given, list | tuple) and given:
        given = given[0]
    return is_number(given) or is_array(given)
