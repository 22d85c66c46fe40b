"""What pictures mark: equilibria, ghosts, cells and stored patterns, read from a certificate's data and evidence.

A certificate is a file that anyone may have written. What does not have the form that the checker gives it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Certificate
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.networks.network import joined, split
from hopverify.synapses import held

Floats = NDArray[np.float64]
EXACT = re.compile(r"-?[0-9]+(/[0-9]+)?")
MOST = 500
STABILITIES = ("stable", "unstable", "undecided")


@dataclass(frozen=True, eq=False)
class Rest:
    """An equilibrium by its number in the certificate, from 1: the state of the layers with τ > 0, and of all.

    ``name`` stands beside it in a picture. ``whole`` is None where the certificate tells only the former. ``row`` is
    what the certificate says of it.
    """

    number: int
    name: str
    state: Floats
    whole: Floats | None
    stability: str
    row: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Stored:
    """A stored pattern as a state; layers other than its own are where it drives them."""

    name: str
    state: Floats


def data_of(certificate: Certificate, *checks: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield data and evidence of every obligation of the named checks, check by check."""
    for check in checks:
        for entry in certificate.results:
            if entry.get("check") == check:
                for row in obligations_of(entry):
                    yield mapping(row.get("data")), mapping(row.get("evidence"))


def obligations_of(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what an entry says of its obligations."""
    rows = entry.get("obligations")
    return [mapping(row) for row in rows] if isinstance(rows, list | tuple) else []


def number(text: Any) -> float:
    """Return a number of a certificate: exact text, or the middle of two; a ``ValueError`` for anything else.

    >>> number("1/4"), number(["0", "1"])
    (0.25, 0.5)
    """
    ends = [str(end) for end in text] if isinstance(text, list | tuple) else [str(text)]
    if not ends or not all(EXACT.fullmatch(end) for end in ends):
        # Not every text that Fraction reads: 1e999999999 would be written out.
        raise ValueError("expected whole numbers or ratios")
    return float(sum(Fraction(end) for end in ends) / len(ends))


def numbers(listed: Any, size: int) -> Floats | None:
    """Return a list of numbers as a vector, or None unless it is one of that length."""
    if not isinstance(listed, list | tuple) or len(listed) != size:
        return None
    try:
        found = np.array([number(entry) for entry in listed], dtype=np.float64)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return found if np.isfinite(found).all() else None


def equilibria(certificate: Certificate, model: Model) -> tuple[Rest, ...]:
    """Return the equilibria that a certificate tells of: a list of all, those beside patterns, or two that differ."""
    for data, _ in data_of(certificate, "equilibrium_stability", "equilibria"):
        found = _listed(data.get("equilibria"), model)
        if found:
            return found
    beside = [rest for _, evidence in data_of(certificate, "equilibria") for rest in _beside(evidence, model)]
    if beside:
        return _numbered(beside)
    for data, _ in data_of(certificate, "global_stability"):
        rows = data.get("equilibria")
        states = [_by_layer(row, model) for row in rows] if isinstance(rows, list) else []
        if any(state is not None for state in states):
            return _numbered([Rest(0, "", state, None, "undecided", {}) for state in states if state is not None])
    return ()


def _listed(rows: Any, model: Model) -> tuple[Rest, ...]:
    size = sum(layer.size for layer in model.layers.values())
    found = []
    for row in rows[:MOST] if isinstance(rows, list) else ():
        whole = numbers(mapping(row).get("x"), size)
        if whole is not None:
            found.append(Rest(0, "", dynamic_part(whole, model), whole, _stability(row), row))
    return _numbered(found)


def _beside(evidence: Mapping[str, Any], model: Model) -> Iterator[Rest]:
    """Yield the equilibria beside patterns, each once: the centres of the boxes in which there is exactly one each."""
    rows, seen = mapping(evidence.get("claim")).get("patterns"), set[str]()
    size = sum(layer.size for layer in model.layers.values())
    for row in rows[:MOST] if isinstance(rows, list) else ():
        whole = numbers(mapping(row).get("x"), size)
        if whole is not None and str(whole.tolist()) not in seen:
            seen.add(str(whole.tolist()))
            yield Rest(0, "", dynamic_part(whole, model), None, _stability(row), row)


def _by_layer(listed: Any, model: Model) -> Floats | None:
    parts = [numbers(mapping(listed).get(layer.name), layer.size) for layer in model.dynamic]
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if known and len(known) == len(parts) else None


def _stability(row: Any) -> str:
    said = str(mapping(row).get("stability"))
    return said if said in STABILITIES else "undecided"


def _numbered(rests: Sequence[Rest]) -> tuple[Rest, ...]:
    return tuple(replace(rest, number=k, name=str(k)) for k, rest in enumerate(rests, start=1))


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping as it is, and an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def dynamic_part(whole: Floats, model: Model) -> Floats:
    """Return the state of the layers with τ > 0 out of that of all layers."""
    parts, start = [], 0
    for layer in model.layers.values():
        if not layer.instantaneous:
            parts.append(whole[start : start + layer.size])
        start += layer.size
    return np.concatenate(parts)


def stored_patterns(model: Model, wanted: Sequence[int]) -> Iterator[Stored]:
    """Yield the stored patterns of the wanted numbers, of each memory of a layer with τ > 0, as states."""
    for memory in model.memories.values():
        if model.layers[memory.layer].instantaneous:
            continue
        for k in wanted:
            if k >= memory.patterns.shape[0]:
                continue
            pattern = held(memory.patterns, FLOATS)[k]
            yield Stored(f"{memory.name}[{k}]", pattern_state(model, memory.layer, pattern))


def pattern_state(model: Model, layer: str, pattern: Floats) -> Floats:
    """Return a state with a pattern in its layer, and the other layers where it drives them."""
    state = dict(split(model, np.zeros(model.size)))
    state[layer] = np.asarray(pattern, dtype=np.float64)
    if len(state) == 1:
        return np.asarray(pattern, dtype=np.float64)
    flow = model.flow(state, FLOATS)
    for other in model.dynamic:
        leak = FLOATS.array(np.array(other.each(other.leak), dtype=object))
        if other.name != layer and (leak > 0).all():
            state[other.name] = np.asarray(flow[other.name]) / leak
    return np.asarray(joined(state), dtype=np.float64)
