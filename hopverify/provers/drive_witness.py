"""Drive witness: activations at which a drive is not -∇S: of one neuron first, then drawn at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from flint import arb
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.expr.balls import BALLS, precision
from hopverify.obligations import GradientDrive
from hopverify.provers import Budget, Prover
from hopverify.provers._bounds import below
from hopverify.provers.structure import by_kernel
from hopverify.synapses import Synapse
from hopverify.synapses.attention import Attention
from hopverify.synapses.dense import Dense
from hopverify.synapses.diagonal import Diagonal
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback

Floats = NDArray[np.float64]
DRAWN = 20


def _search(obligation: GradientDrive, budget: Budget) -> Iterator[Evidence]:
    synapse, defect = obligation.synapse, obligation.synapse.defect()
    if defect is None:
        return
    gradient = _by_gradient(synapse)
    sizes = {layer: obligation.model.layers[layer].size for layer in dict.fromkeys(synapse.layers)}
    for gamma in _activations(sizes, defect.index, budget.seed):
        layer, index, gap = _widest_gap(synapse, gradient, gamma)
        activations = {name: texts_of(part.tolist()) for name, part in gamma.items()}
        fields = {"synapse": obligation.name, "layer": layer, "index": index, "activations": activations}
        for apart in below(gap):
            yield by_kernel("point", "no gradient drive", **fields, apart=apart)


def _by_gradient(synapse: Synapse) -> Synapse:
    """Return the synapse whose drive is -∇S."""
    if isinstance(synapse, FeedforwardFeedback):
        return replace(synapse, feedback=synapse.forward.transpose())
    return replace(synapse, gradient=True) if isinstance(synapse, Dense | Diagonal | Attention) else synapse


def _widest_gap(stated: Synapse, gradient: Synapse, gamma: dict[str, Floats]) -> tuple[str, int, arb]:
    """Return the layer and the neuron at which two drives are farthest apart, and how far."""
    with precision():
        of_balls = {layer: BALLS.array(part.astype(object)) for layer, part in gamma.items()}
        one, other = (each.drive(of_balls, BALLS) for each in (stated, gradient))
        gaps = [(layer, i, abs(gap)) for layer in one for i, gap in enumerate(one[layer] - other[layer])]
    return max(gaps, key=lambda each: each[2].abs_lower())


def _activations(sizes: dict[str, int], places: tuple[int, ...], seed: int) -> Iterator[dict[str, Floats]]:
    """Yield activations: one neuron's 1 and all others 0, at the places where weights differ; and small numbers."""
    for place in reversed(places):
        for layer, size in sizes.items():
            if place < size:
                yield {name: np.eye(1, n, place)[0] if name == layer else np.zeros(n) for name, n in sizes.items()}
    random = np.random.default_rng(seed)
    for _ in range(DRAWN):
        yield {name: random.integers(-4, 5, n) / 4 for name, n in sizes.items()}


PROVER = Prover(
    name="drive_witness",
    summary="activations at which the drive is not -∇S, those of one neuron first",
    search=_search,
)
