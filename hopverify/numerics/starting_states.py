"""Where trajectories begin: zero, random, given numbers, a stored pattern, or the rows of a file; disturbed if asked.

A *start* is text as a person writes it: ``zero``, ``random``, ``1,-2,0.5`` (a number for each free state variable, in
the order of the spec), ``memory:NAME[k]`` (pattern k, from 0; layers other than the memory's begin at 0), ``FILE.npy``
or ``FILE.csv`` (one state, or one a row).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.registry import did_you_mean
from hopverify.regular_files import opened_regular, read_text
from hopverify.spec.array_files import said_of
from hopverify.spec.numbers import exact_number, shown
from hopverify.synapses import held

Floats = NDArray[np.float64]

FORMS = "zero, random, numbers such as 1,-2,0.5, memory:NAME[k], FILE.npy or FILE.csv"
MOST, LONGEST_NAME, MAX_BYTES = 100, 30, 2**28


@dataclass(frozen=True)
class Disturbance:
    """``noise`` is the standard deviation of what is added to each coordinate, ``flips`` how many change their sign."""

    noise: float = 0.0
    flips: int = 0


@dataclass(frozen=True, eq=False)
class Start:
    """A state of the layers with τ > 0, and how it is called."""

    name: str
    x: Floats


def starts(
    model: Model, texts: Sequence[str], *, seed: int = 0, scale: float = 1.0, disturbance: Disturbance | None = None
) -> list[Start]:
    """Return the starts that texts stand for; random ones are normal with standard deviation ``scale``.

    The k-th start is the same for the same seed, whatever the others are. A disturbance meets the coordinates of a
    pattern only, where a start is one. Raises ``HopverifyError`` for a text that stands for no state of the model.
    """
    found: list[Start] = []
    for text in texts:
        for name, x, touched in _begun(model, text, seed, scale, len(found)):
            generator = np.random.default_rng([seed, len(found), 1])
            found.append(_disturbed(name, x, touched, disturbance or Disturbance(), generator))
    if len(found) > MOST:
        raise HopverifyError(f"{len(found):,} trajectories are more than the {MOST} that one run takes: start fewer")
    return found


def _begun(model: Model, text: str, seed: int, scale: float, number: int) -> Iterator[tuple[str, Floats, slice]]:
    """Yield name, state, and the coordinates that a disturbance may touch."""
    every = slice(0, model.size)
    if text == "zero":
        yield "zero", np.zeros(model.size), every
    elif text == "random":
        generator = np.random.default_rng([seed, number])
        yield f"random, seed {seed}", scale * generator.normal(size=model.size), every
    elif text.startswith("memory:"):
        yield _pattern(model, text)
    elif text.lower().endswith((".npy", ".csv")):
        rows = _file(Path(text), model.size)
        for k, row in enumerate(rows):
            yield f"{Path(text).name}[{k}]" if len(rows) > 1 else Path(text).name, row, every
    else:
        yield text if len(text) <= LONGEST_NAME else "given numbers", _numbers(text, model), every


def _numbers(text: str, model: Model) -> Floats:
    try:
        values = [_number(part.strip()) for part in text.split(",")]
    except ValueError as error:
        raise HopverifyError(f"--from {shown(text)}: {error}; expected {FORMS}") from None
    if len(values) != model.size:
        sizes = ", ".join(f"{layer.name} has {layer.size}" for layer in model.dynamic)
        raise HopverifyError(
            f"--from {shown(text)} has {_counted(len(values), 'number')}, but the model has "
            f"{_counted(model.size, 'free state variable')} ({sizes})"
        )
    return np.array(values, dtype=np.float64)


def _number(text: str) -> float:
    try:
        return float(exact_number(text))
    except OverflowError:
        raise ValueError(f"{text} is beyond the range of floating point") from None


def _finite(x: Floats, where: str) -> Floats:
    if not np.isfinite(x).all():
        raise HopverifyError(f"{where}: every coordinate must be a finite number")
    return x


def _pattern(model: Model, text: str) -> tuple[str, Floats, slice]:
    match = re.fullmatch(r"memory:(.+?)(?:\[\s*(-?\d{1,18})\s*\])?", text)
    name = match.group(1) if match else ""
    if match is None or name not in model.memories:
        hint = did_you_mean(name, list(model.memories))
        raise HopverifyError(f"--from {shown(text)}: no memory is called {shown(name)}{hint}")
    memory = model.memories[name]
    count, number = memory.patterns.shape[0], int(match.group(2) or -1)
    if not 0 <= number < count:
        raise HopverifyError(f"--from {shown(text)}: write memory:{name}[k] with k from 0 to {count - 1}")
    places, offset = {}, 0
    for layer in model.dynamic:
        places[layer.name] = slice(offset, offset + layer.size)
        offset += layer.size
    if memory.layer not in places:
        raise HopverifyError(
            f"--from {shown(text)}: layer {memory.layer} is instantaneous (tau: 0), it follows from the others; "
            f"start from a state of {', '.join(places)}"
        )
    x = np.zeros(model.size)
    x[places[memory.layer]] = held(memory.patterns, FLOATS)[number]
    return f"{name}[{number}]", x, places[memory.layer]


def _file(path: Path, size: int) -> Floats:
    try:
        rows = np.atleast_2d(_read(path))
    except OSError as error:
        raise HopverifyError(f"--from {path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError) as error:
        raise HopverifyError(f"--from {path}: holds no table of numbers: {said_of(error)}") from error
    if rows.ndim != 2 or rows.dtype.kind not in "fiu" or rows.shape[1] != size:
        shape = "×".join(map(str, rows.shape))
        raise HopverifyError(
            f"--from {path}: expected rows of {_counted(size, 'number')}, one for each free state variable; "
            f"got {shape} of type {rows.dtype}"
        )
    if not 1 <= len(rows) <= MOST:
        raise HopverifyError(f"--from {path}: expected 1 to {MOST} rows, each a start; got {len(rows):,}")
    return _finite(np.array(rows, dtype=np.float64), f"--from {path}")


def _read(path: Path) -> NDArray[Any]:
    """Return the numbers of a file; nothing is unpickled, and of a large array only its header is read."""
    if path.suffix.lower() == ".npy":
        with opened_regular(path):
            return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    text = read_text(path, MAX_BYTES, "utf-8-sig").strip()
    if not text:
        raise ValueError("the file is empty")
    return np.loadtxt(text.splitlines(), delimiter=",", ndmin=2)


def _disturbed(name: str, x: Floats, touched: slice, disturbance: Disturbance, generator: np.random.Generator) -> Start:
    count = touched.stop - touched.start
    if disturbance.flips > count:
        raise HopverifyError(f"--flip {disturbance.flips}: {name} has only {_counted(count, 'coordinate')} to flip")
    x = x.copy()
    part = x[touched]
    if disturbance.flips:
        part[generator.choice(count, size=disturbance.flips, replace=False)] *= -1
        name += f", {disturbance.flips} flipped"
    if disturbance.noise:
        part += disturbance.noise * generator.normal(size=count)
        name += f", noise {disturbance.noise:g}"
    return Start(name, _finite(x, name))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
