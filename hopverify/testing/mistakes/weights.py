"""Weights that are not the spec's: not symmetrised, there and back not each other's transposes, or others altogether.

The drive on a layer is linear in the activations that reach it. So the weights in use can be told from what is seen, by
least squares, and compared with those of the spec.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.networks.network import split
from hopverify.testing.mistakes import FITTED, Floats, Mistake, Suspect
from hopverify.testing.subject import Subject

NAME = "unsymmetrised weights"
MOST_NEURONS = 200


@dataclass(frozen=True)
class Place:
    """Layer and number of a neuron, in the order in which activations are stacked."""

    layer: str
    number: int

    def __str__(self) -> str:
        return f"{self.layer}[{self.number}]"


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    model = subject.derived.model
    linear = all(synapse.linear for synapse in model.synapses.values())
    if not linear or sum(layer.size for layer in model.layers.values()) > MOST_NEURONS:
        return
    more = np.random.default_rng(1)
    count = 2 * sum(layer.size for layer in model.layers.values()) + 8
    seen = [*states, *(np.round(8 * more.normal(size=model.size) * 1.5) / 8 for _ in range(count))]
    change = _fitted(subject, seen)
    if change is None:
        return

    def driven(x: Floats) -> Floats:
        return subject.derived.velocity(x) + (change @ _stacked(model, x)) / subject.derived.tau

    said, advice, name = _in_words(model, change)
    yield Suspect(name, said, advice, velocity=driven, looseness=FITTED)


def _stacked(model: Model, x: Floats) -> Floats:
    """Return the activations of all layers as one vector."""
    with np.errstate(all="ignore"):
        gamma = model.complete(split(model, x), FLOATS)[1]
    return np.concatenate([np.asarray(gamma[name], dtype=np.float64) for name in model.layers])


def _fitted(subject: Subject, states: list[Floats]) -> Floats | None:
    """Return A (free neurons × all neurons): what is seen is the spec's flow and Aγ. None if it is not."""
    derived = subject.derived
    rows = [(_stacked(derived.model, x), derived.tau * (subject.velocity(x) - derived.velocity(x))) for x in states]
    rows = [row for row in rows if all(np.isfinite(part).all() for part in row)]
    if not rows:
        return None
    gamma, gaps = (np.array(part) for part in zip(*rows, strict=True))
    found, *_ = np.linalg.lstsq(gamma, gaps, rcond=1e-10)
    left = float(np.max(np.abs(gamma @ found - gaps)))
    whole = float(np.max(np.abs(gaps)))
    return found.T if whole > 0 and left <= 1e-6 * whole else None


def _in_words(model: Model, change: Floats) -> tuple[str, str, str]:
    places = [Place(name, i) for name, layer in model.layers.items() for i in range(layer.size)]
    free = [k for k, place in enumerate(places) if not model.layers[place.layer].instantaneous]
    weights = _weights(model, places)
    used = weights.copy()
    used[free] += change
    # What the fit leaves beside 0 is rounding.
    used[np.abs(used) < 1e-9 * np.max(np.abs(used))] = 0.0
    pairs = _uneven(used, weights, free)
    if pairs is not None:
        i, j = pairs
        said = (
            f"the weights in the update are not symmetric, though the spec's are: {used[i, j]:.6g} from {places[j]} to "
            f"{places[i]}, and {used[j, i]:.6g} back (the spec has {weights[i, j]:.6g} both ways)"
        )
        return said, "use (W + Wᵀ)/2, or the same matrix and its transpose between layers", NAME
    row, column = np.unravel_index(int(np.argmax(np.abs(change))), change.shape)
    i, j = free[int(row)], int(column)
    said = (
        f"the weight from {places[j]} to {places[i]} is {used[i, j]:.6g} in the update, {weights[i, j]:.6g} in the spec"
    )
    return said, "use the weights of the spec, or change them there", "other weights"


def _uneven(used: Floats, weights: Floats, free: list[int]) -> tuple[int, int] | None:
    """Return the pair at which the used weights are least symmetric, if those of the spec are symmetric there."""
    gap = np.abs(used - used.T)
    gap[np.abs(weights - weights.T) > 1e-12 * (1 + np.abs(weights))] = 0
    if gap.max() <= 1e-6 * max(1.0, float(np.abs(used).max())):
        return None
    i, j = (int(k) for k in np.unravel_index(int(np.argmax(gap)), gap.shape))
    # Of the two ways, the one that is not the spec's comes first.
    own = i in free and abs(used[i, j] - weights[i, j]) >= abs(used[j, i] - weights[j, i])
    return (i, j) if own else (j, i)


def _weights(model: Model, places: list[Place]) -> Floats:
    """Return the matrix of the spec's drives, column by column: what unit activations give."""
    columns = []
    for place in places:
        gamma = {name: np.zeros(layer.size) for name, layer in model.layers.items()}
        gamma[place.layer][place.number] = 1.0
        total = {name: np.zeros(layer.size) for name, layer in model.layers.items()}
        for synapse in model.synapses.values():
            for name, drive in synapse.drive({end: gamma[end] for end in synapse.layers}, FLOATS).items():
                total[name] = total[name] + drive
        columns.append(np.concatenate(list(total.values())))
    return np.array(columns).T


MISTAKE = Mistake("weights", 6, _suspects)
