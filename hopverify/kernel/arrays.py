"""Arrays of exact numbers: in the text of a core, or in files named by their digests (docs/core.md)."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

from hopverify.kernel import json_values
from hopverify.kernel.numbers import Rejected, need, rational, shown
from hopverify.kernel.terms import Shape

INLINE = 1024
"""Arrays of more entries are written by digest, unless all entries are equal."""

MAX_ENTRIES = 2**27
"""Also of an array with one number in all entries, which takes a few characters."""

Entries = Sequence[Fraction | float]
"""Exact numbers in row-major order; a double stands for the rational that it holds."""


@dataclass(frozen=True)
class Within:
    """|entry - given| ≤ absolute + relative·|given| for each entry; of symmetric matrices only, if ``symmetric``."""

    absolute: Fraction
    relative: Fraction
    symmetric: bool


@dataclass(frozen=True, eq=False)
class Array:
    """Exact numbers in a shape. ``within``: the core stands for every array that near."""

    shape: Shape
    entries: Entries
    within: Within | None = None

    @cached_property
    def preimage(self) -> bytes:
        """What the digest is of: a line with the kind and the shape, then doubles (little-endian) or rationals."""
        if self.is_dyadic:
            # + 0.0 makes -0.0 the number that it is.
            doubles = array("d", (float(entry) + 0.0 for entry in self.entries))
            return f"float64{list(self.shape)}\n".encode() + _little_endian(doubles).tobytes()
        lines = (f"{Fraction(entry)}\n" for entry in self.entries)
        return f"rational{list(self.shape)}\n".encode() + "".join(lines).encode()

    @cached_property
    def is_dyadic(self) -> bool:
        """Whether doubles hold all the numbers."""
        return all(isinstance(entry, float) or _is_double(entry) for entry in self.entries)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the preimage."""
        return hashlib.sha256(self.preimage).hexdigest()

    def fraction(self, place: int) -> Fraction:
        """Return an entry, by its place in row-major order."""
        return Fraction(self.entries[place])


def read_array(document: Any, where: str, folder: Path | None) -> Array:
    """Return the array that a JSON value states; its entries may be in a file of the folder."""
    json_values.keys(document, where, "shape", optional=("all", "entries", "sha256", "within"))
    shape = tuple(
        json_values.whole(n, f"{where}.shape") for n in json_values.listed(document["shape"], f"{where}.shape")
    )
    need(prod(shape) <= MAX_ENTRIES, where, f"an array has at most {MAX_ENTRIES} entries")
    forms = [form for form in ("all", "entries", "sha256") if form in document]
    need(len(forms) == 1, where, "one of the keys 'all', 'entries' and 'sha256' says what the entries are")
    within = _within(document["within"], f"{where}.within") if "within" in document else None
    if "all" in document:
        found = Array(shape, _Constant(rational(document["all"], where), prod(shape)), within)
    elif "entries" in document:
        found = Array(shape, _flat(document["entries"], shape, f"{where}.entries"), within)
    else:
        found = Array(shape, _from_file(document["sha256"], shape, where, folder), within)
    need(form_of(found) == forms[0], where, f"these entries are written under the key {form_of(found)!r}")
    need("sha256" not in document or found.digest == document["sha256"], where, "0 is written as 0.0")
    symmetric = within is None or not within.symmetric or is_symmetric(found)
    need(symmetric, where, "where only symmetric matrices are meant, the given one is symmetric")
    return found


def is_symmetric(held: Array) -> bool:
    """Return whether an array is a square matrix that equals its transpose."""
    if len(held.shape) != 2 or held.shape[0] != held.shape[1]:
        return False
    n, entries = held.shape[0], held.entries
    return isinstance(entries, _Constant) or all(
        entries[i * n + j] == entries[j * n + i] for i in range(n) for j in range(i)
    )


def _flat(document: Any, shape: Shape, where: str) -> list[Fraction]:
    """Return the entries of nested lists in row-major order."""
    if not shape:
        return [rational(document, where)]
    parts = json_values.listed(document, where)
    need(len(parts) == shape[0], where, f"expected {shape[0]} entries, got {len(parts)}")
    return [entry for part in parts for entry in _flat(part, shape[1:], where)]


def _nested(entries: Sequence[str], shape: Shape) -> Any:
    if len(shape) < 2:
        return list(entries) if shape else entries[0]
    step = len(entries) // shape[0]
    return [_nested(entries[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])]


class _Constant(Sequence[Fraction]):
    """One number, many times."""

    def __init__(self, value: Fraction, length: int) -> None:
        self.value, self.length = value, length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, place: Any) -> Any:
        if not 0 <= place < self.length:
            raise IndexError(place)
        return self.value


def _within(document: Any, where: str) -> Within:
    json_values.keys(document, where, "absolute", "relative", "symmetric")
    absolute, relative = (rational(document[key], where) for key in ("absolute", "relative"))
    need(min(absolute, relative) >= 0 and absolute + relative > 0, where, "distances are ≥ 0, and not both 0")
    return Within(absolute, relative, json_values.boolean(document["symmetric"], where))


def _from_file(digest: Any, shape: Shape, where: str, folder: Path | None) -> Entries:
    need(isinstance(digest, str) and len(digest) == 64 and set(digest) <= set("0123456789abcdef"), where, "no SHA-256")
    need(folder is not None, where, "no folder with the arrays was given")
    assert folder is not None
    need((folder / digest).is_file(), where, f"{folder / digest} is no file")
    try:
        content = (folder / digest).read_bytes()
    except OSError as error:
        raise Rejected(f"{where}: {folder / digest}: {error.strerror}") from error
    need(hashlib.sha256(content).hexdigest() == digest, where, f"{folder / digest} holds other entries")
    head, _, body = content.partition(b"\n")
    if head == f"float64{list(shape)}".encode():
        doubles = array("d")
        need(len(body) == doubles.itemsize * prod(shape), where, "the file has another length")
        doubles.frombytes(body)
        doubles = _little_endian(doubles)
        need(all(entry - entry == 0 for entry in doubles), where, "entries are finite")
        return doubles
    need(head == f"rational{list(shape)}".encode(), where, f"the file begins with {shown(head)}")
    try:
        lines = body.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Rejected(f"{where}: the file is not in ASCII") from error
    need(len(lines) == prod(shape) + 1 and lines[-1] == "", where, "the file has another number of lines")
    entries = [rational(line, where) for line in lines[:-1]]
    need(not all(map(_is_double, entries)), where, "numbers that doubles hold are written as doubles")
    return entries


def _little_endian(doubles: array[float]) -> array[float]:
    if sys.byteorder == "big":
        doubles = array("d", doubles)
        doubles.byteswap()
    return doubles


def _is_double(value: Fraction | float) -> bool:
    try:
        return Fraction(float(value)) == value
    except OverflowError:
        return False


def form_of(held: Array) -> str:
    """Return the key under which the entries of an array are written."""
    first = held.entries[0]
    if isinstance(held.entries, _Constant) or all(entry == first for entry in held.entries):
        return "all"
    return "entries" if len(held.entries) <= INLINE else "sha256"


def write_array(held: Array) -> dict[str, Any]:
    """Return an array as JSON writes it."""
    form = form_of(held)
    content: Any = held.digest if form == "sha256" else str(held.fraction(0))
    if form == "entries":
        content = _nested([str(Fraction(entry)) for entry in held.entries], held.shape)
    found = {"shape": list(held.shape), form: content}
    if held.within is not None:
        found["within"] = {
            "absolute": str(held.within.absolute),
            "relative": str(held.within.relative),
            "symmetric": held.within.symmetric,
        }
    return found
