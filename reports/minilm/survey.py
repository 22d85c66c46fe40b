"""The survey: every head, some sentences; what each key and each query comes to rest at, with proof.

What is written down is rounded to the side of caution: radii and lower bounds of weights down, upper bounds up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from certify import Equilibrium, Head
from encoder import HEADS, Encoder

from hopverify.interop.imported import Imported
from hopverify.interop.memories import Naming, dense_memory, inverse_temperature
from hopverify.pipeline import verify
from hopverify.spec import ExactArray, read_spec

Array = np.ndarray[Any, Any]
SENTENCES = (
    "The cat sat on the mat.",
    "Paris is the capital of France.",
    "She did not say that he stole the money.",
    "The bank raised its interest rates again.",
    "A neural network stores memories in its weights, and a Hopfield network recalls them.",
)
BETA = inverse_temperature(32)
PLACES = 1000


def survey(encoder: Encoder, sentences: tuple[str, ...] = SENTENCES) -> Iterator[dict[str, Any]]:
    """Return one sentence after the other: its tokens, and for each layer its heads."""
    for sentence in sentences:
        tokens = encoder.tokens(sentence)
        layers = []
        for layer in encoder.layers(tokens):
            layers.append([surveyed(layer.keys[head], layer.queries[head]) for head in range(HEADS)])
        yield {"sentence": sentence, "tokens": tokens, "layers": layers}


def surveyed(keys: Array, queries: Array) -> dict[str, Any]:
    """Return what one head retrieves."""
    head = Head(keys, BETA)
    found = head.equilibria(np.concatenate([keys, queries]))
    ends = [[head.arrival(start, found)[0] for start in starts] for starts in (keys, queries)]
    return {
        "equilibria": [_written(each) for each in found],
        "keys": ends[0],
        "queries": ends[1],
        "checked": checked_radii(keys),
    }


def _written(found: Equilibrium) -> dict[str, Any]:
    return {
        "single": found.single,
        "members": found.members,
        "lower": [_down(bound) for bound in found.lower],
        "upper": [_up(bound) for bound in found.upper],
        "radius": _down(found.radius - 2 * found.distance),
    }


def _down(value: Fraction) -> float:
    return math.floor(value * PLACES) / PLACES


def _up(value: Fraction) -> float:
    return math.ceil(value * PLACES) / PLACES


def checked_radii(keys: Array) -> list[float | None]:
    """Return the radii around keys that hopverify's checker accepts (T15), rounded down; None where there is none."""
    radii: list[float | None] = [None] * len(keys)
    for index, radius in enumerate(_retrieval(keys)["evidence"]["sheets"][0]["radii"]):
        radii[index] = None if radius is None else _down(Fraction(radius))
    return radii


def retrieved(keys: Array) -> int:
    """Return how many keys are certified as retrieved: of two that are nearly equal, a ball is no sign of either."""
    return int(_retrieval(keys)["data"]["certified"])


def _retrieval(keys: Array) -> Mapping[str, Any]:
    """Return what the certificate of a head says of the retrieval of its keys."""
    with TemporaryDirectory() as folder:
        place = place_of(dense_memory(ExactArray.of(keys), BETA, Naming("head", "A head.")), Path(folder))
        certificate = verify(read_spec(place))
    (entry,) = [entry for entry in certificate.results if entry["check"] == "memory_retrieval"]
    (obligation,) = entry["obligations"]
    return obligation


def place_of(made: Imported, folder: Path) -> Path:
    """Write a spec with its arrays, and return its path."""
    for name, content in made.files.items():
        (folder / name).write_bytes(content)
    path = folder / f"{made.stem}.yaml"
    path.write_text(made.text, encoding="utf-8")
    return path
