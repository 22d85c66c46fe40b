"""Retrieval radii of stored patterns by size, and images of patterns without one beside their competitors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Certificate
from hopverify.expr.floats import FLOATS
from hopverify.networks import Memory, Model
from hopverify.picturing.certified import mapping, number, obligations_of
from hopverify.synapses import held

Floats = NDArray[np.float64]
PAIRS, LARGEST, KEPT, MOST = 5, 4096, 600, 1_000_000


@dataclass(frozen=True)
class Series:
    """The radii of one claim from large to small, with the distances of their equilibria, and the ``failed`` by name.

    Of many patterns some are kept: ``places`` has the place of each that is, from 1.
    """

    subject: str
    places: tuple[int, ...]
    radii: tuple[float, ...]
    distances: tuple[float, ...]
    failed: tuple[str, ...]
    certified: int
    patterns: int


@dataclass(frozen=True, eq=False)
class Pair:
    """A pattern without a certified ball and its worst competitor, as images: rows of brightness from 0 to 1."""

    name: str
    competitor: str
    image: Floats
    other: Floats


@dataclass(frozen=True)
class Radii:
    """One series for each claim (one for each inverse temperature), and the first patterns that failed, if images."""

    series: tuple[Series, ...]
    pairs: tuple[Pair, ...]


def radii_of(model: Model, certificate: Certificate) -> Radii | None:
    """Return what `memory_retrieval` says of the patterns, or None where it says nothing."""
    found: list[Series] = []
    troubled: list[Mapping[str, Any]] = []
    for entry in certificate.results:
        for row in obligations_of(entry) if entry.get("check") == "memory_retrieval" else ():
            rows = mapping(row.get("data")).get("memories")
            listed = [mapping(each) for each in rows] if isinstance(rows, list) else []
            series = _series(entry, row, listed)
            if series is not None:
                found.append(series)
                troubled += [each for each in listed if each.get("verdict") != "pass"]
    return Radii(tuple(found), tuple(_pairs(model, troubled))) if found else None


def _series(entry: Mapping[str, Any], row: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> Series | None:
    data = mapping(row.get("data"))
    try:
        listed = [(number(each["radius"]), number(each["distance"])) for each in rows if "radius" in each]
        if "unlisted" in data:
            listed = _unlisted(entry, row["evidence"])
        count = int(data["patterns"])
    except (KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    failed = tuple(str(each.get("name")) for each in rows if each.get("verdict") != "pass")
    if not len(listed) <= count <= len(listed) + len(failed) + int("unlisted" in data) * MOST:
        return None
    ordered = sorted(listed, reverse=True)
    kept = np.unique(np.linspace(0, len(ordered) - 1, KEPT).astype(int)).tolist() if ordered else []
    radii, distances = (tuple(ordered[k][column] for k in kept) for column in (0, 1))
    places = tuple(k + 1 for k in kept)
    return Series(str(entry.get("subject")), places, radii, distances, failed, len(listed), count)


def _unlisted(entry: Mapping[str, Any], evidence: Any) -> list[tuple[float, float]]:
    """Return the radii of a large memory, whose table lists failures only, from its sheet in the evidence."""
    sheets = evidence["sheets"]
    own = [sheet for sheet in sheets if str(entry.get("subject")).endswith(f", beta = {sheet['beta']}")]
    (sheet,) = own if len(sheets) > 1 else sheets
    pairs = zip(sheet["radii"], sheet["distances"], strict=True)
    return [(number(radius), number(distance)) for radius, distance in pairs if radius is not None]


def _pairs(model: Model, rows: list[Mapping[str, Any]]) -> list[Pair]:
    """Return the first failures whose pattern and competitor are images of one memory, each once."""
    found: dict[str, Pair] = {}
    for row in rows:
        name, competitor = str(row.get("name")), str(row.get("competitor"))
        images = [_image(model, each) for each in (name, competitor)]
        if images[0] is not None and images[1] is not None:
            found.setdefault(name, Pair(name, competitor, images[0], images[1]))
        if len(found) == PAIRS:
            break
    return list(found.values())


def _image(model: Model, name: str) -> Floats | None:
    for memory in model.memories.values():
        place = re.fullmatch(re.escape(memory.name) + r"\[(\d{1,9})\].*", name, flags=re.DOTALL)
        if place and memory.shape is not None and len(memory.shape) == 2:
            return _picture(memory, memory.shape, int(place[1]))
    return None


def _picture(memory: Memory, shape: tuple[int, ...], k: int) -> Floats | None:
    if k >= memory.patterns.shape[0] or memory.patterns.shape[1] > LARGEST:
        return None
    values = held(memory.patterns, FLOATS)[k].reshape(shape)
    low, high = float(values.min()), float(values.max())
    scaled: Floats = (values - low) / (high - low if high > low else 1.0)
    return scaled
