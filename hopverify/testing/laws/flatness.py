"""The energy is constant where the activation is: for dead neurons, along the ones of a softmax (T4, T5)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hopverify.testing.laws import Floats, Law, Violation, differ
from hopverify.testing.states import slopes_of
from hopverify.testing.subject import Subject

MOVES = (0.75, -0.75, 3.0)


def _violation(subject: Subject, x: Floats) -> Violation | None:
    before, tolerance = subject.energy(x), subject.energy_tolerance(x)
    for moved in _within_the_region(subject, x):
        after = subject.energy(moved)
        if np.isfinite(before) and differ(after, before, tolerance + subject.energy_tolerance(moved)):
            note = "both states have one activation"
            return Violation("flatness", x, (f"your E at {np.array2string(moved)}", "your E here"), after, before, note)
    return None


def _within_the_region(subject: Subject, x: Floats) -> Iterator[Floats]:
    """Yield other states with the same activations, layer by layer."""
    start = 0
    for layer in subject.derived.model.dynamic:
        place = slice(start, start + layer.size)
        start += layer.size
        for move in MOVES:
            slopes = slopes_of(layer, x[place])
            free = np.ones(layer.size) if slopes is None else (slopes == 0).astype(float)
            moved = x.copy()
            moved[place] += move * free
            if free.any() and _have_one_activation(subject, layer.name, x[place], moved[place]):
                yield moved


def _have_one_activation(subject: Subject, layer: str, x: Floats, moved: Floats) -> bool:
    before, after = subject.derived.activation(layer, x), subject.derived.activation(layer, moved)
    if subject.derived.model.layers[layer].function.elementwise:
        return bool((before == after).all())
    size = subject.derived.activation_size(layer, x)
    return bool(np.all(np.abs(before - after) <= 64 * np.finfo(float).eps * size))


LAW = Law(
    name="flatness",
    order=7,
    said="your energy is not constant where the activation is",
    concerns=lambda s: s.implementation.has("energy") and s.derived.model.claimed is None and not s.derived.is_altered,
    violation=_violation,
)
