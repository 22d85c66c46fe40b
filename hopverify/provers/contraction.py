"""Softmax memories whose patterns lie close together for their inverse temperature: one equilibrium (T16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.midpoints import rows
from hopverify.checker.payload import text_of, texts_of
from hopverify.checker.rules.lure import steepest
from hopverify.errors import EvidenceRejected
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, Model
from hopverify.networks.structured import StructuredNetwork, structured_network
from hopverify.obligations import Bounded, GloballyStable
from hopverify.provers import Budget, Prover
from hopverify.provers.lure_multipliers import raised
from hopverify.provers.structure import found_by_kernel, premise_of
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
# The kernel takes some ten seconds for so many weights, and compares so many patterns, one by one.
MAX_WEIGHTS, MAX_COMPARED = 2**18, 1999
# Where the equilibrium of more neurons lies costs more than that there is one.
MAX_PLACED = 300
STEPS, MOVES, NEARLY = 2000, 300, 1 - 2.0**-20
NARROW = 2.0**-40


@dataclass(frozen=True, eq=False)
class Memory:
    """A hidden layer, where its neurons are, its patterns (K, d), without a ghost's, and cβ/ρ."""

    layer: Layer
    neurons: slice
    patterns: Floats
    strength: float

    def rest(self, gamma: Floats) -> Floats:
        """Return where the layer rests."""
        return np.asarray((self.patterns @ gamma + self.layer.bias.floats()) / float(self.layer.leak[0]))

    def added(self, gamma: Floats) -> Floats:
        """Return what the layer at rest adds to the drives of the visible neurons."""
        shares = np.asarray(self.layer.function.activate(self.rest(gamma), FLOATS), dtype=np.float64)
        return np.asarray(shares @ self.patterns)

    def centre(self) -> tuple[Floats | None, float]:
        """Return a centre of the patterns, or None for all pairs, with the square of the radius R about it."""
        points = self.patterns
        if self.layer.function.name == "ghostmax":
            points = np.concatenate([points, 0 * points[:1]])
        best = (np.inf, points.mean(axis=0))
        c = best[1]
        for step in range(MOVES):
            apart = np.square(points - c).sum(axis=1)
            best = min(best, (float(apart.max()), c), key=lambda each: each[0])
            c = c + (points[int(apart.argmax())] - c) / (step + 2)
        if self.strength * best[0] >= NEARLY and len(points) <= MAX_COMPARED:
            lengths = np.square(points).sum(axis=1)
            widest = float((lengths[:, None] + lengths - 2 * points @ points.T).max())
            if widest / 4 < best[0] * NEARLY:
                return None, widest / 4
        return best[1], best[0]


class Memories:
    """The visible and the hidden layers of a network, in doubles."""

    def __init__(self, network: StructuredNetwork, hidden: Sequence[str]) -> None:
        places = network.places
        self.size, self.visible = network.size, [layer for layer in network.layers if layer.name not in hidden]
        self.columns = np.concatenate([np.r_[places[layer.name]] for layer in self.visible])
        self.memories = [
            Memory(layer, places[layer.name], self._patterns(network, places[layer.name]), _strength(layer))
            for layer in network.layers
            if layer.name in hidden
        ]
        self.leaks = np.array([float(network.leak()[k]) for k in self.columns])
        self.bias = np.concatenate([layer.bias.floats() for layer in self.visible])
        self.heights = {layer.name: raised(steepest(layer)) for layer in self.visible}

    def _patterns(self, network: StructuredNetwork, place: slice) -> Floats:
        return rows(network, place.start, place.stop).values[:, self.columns]

    def gamma(self, x: Floats) -> Floats:
        """Return the activations of the visible neurons."""
        cuts = np.cumsum([layer.size for layer in self.visible])[:-1]
        parts = zip(self.visible, np.split(x, cuts), strict=True)
        return np.concatenate([np.asarray(layer.function.activate(own, FLOATS), dtype=float) for layer, own in parts])

    def image(self, x: Floats) -> Floats:
        """Return where the visible neurons would rest, driven from a state of theirs."""
        gamma = self.gamma(x)
        return np.asarray((sum(each.added(gamma) for each in self.memories) + self.bias) / self.leaks)

    def place(self, rate: float) -> list[Any] | None:
        """Return boxes about the equilibrium, where a map that contracts by a rate leads; None if it does not."""
        x = self.bias / self.leaks
        for _ in range(STEPS):
            before, x = x, self.image(x)
            if np.max(np.abs(x - before)) <= NARROW / 2**10 * (1 + np.max(np.abs(x))):
                break
        x = np.round(x * 2.0**60 / _scale(x)) * 2.0**-60 * _scale(x)
        off = float(np.linalg.norm(self.image(x) - x)) / (1 - rate)
        if not np.isfinite(off):
            return None
        width, gamma = 4 * off + NARROW * _scale(x), self.gamma(x)
        found: list[Any] = [None] * self.size
        for k, value in zip(self.columns, x.tolist(), strict=True):
            found[k] = _around(value, width)
        reach = 2 * width * float(max(self.heights.values()))
        for memory in self.memories:
            spread = np.abs(memory.patterns).sum(axis=1) * reach / float(memory.layer.leak[0])
            for k, (value, own) in enumerate(zip(memory.rest(gamma), spread, strict=True), memory.neurons.start):
                found[k] = _around(float(value), float(own) + NARROW * (1 + abs(float(value))))
        return found


def _strength(layer: Layer) -> float:
    return float(layer.function.parameters.get("beta", Fraction(1)) / layer.leak[0])


def _scale(x: Floats) -> float:
    """Return a power of two that no entry exceeds by much."""
    return float(2.0 ** np.ceil(np.log2(1 + np.max(np.abs(x)))))


def _around(value: float, width: float) -> list[str]:
    return [text_of(Fraction(value) - Fraction(width)), text_of(Fraction(value) + Fraction(width))]


def memories_of(model: Model) -> Memories | None:
    """Return the memories of a model that is made of them; None of others, and of too many weights."""
    hidden = [each.name for each in model.layers.values() if each.function.name in ("softmax", "ghostmax")]
    network = None if model.uncertain or not hidden else structured_network(model)
    if network is None or len(hidden) == len(network.layers) or not network.is_symmetric:
        return None
    weights = sum(
        (part.target.stop - part.target.start) * (part.source.stop - part.source.start) for part in network.placed
    )
    if weights > 2 * MAX_WEIGHTS or not all(rho > 0 for rho in network.leak()):
        return None
    try:
        found = Memories(network, hidden)
    except EvidenceRejected:
        return None
    finite = all(np.isfinite(each.patterns).all() and each.layer.uniform_tau for each in found.memories)
    return found if finite and _are_hidden(network, found) else None


def _are_hidden(network: StructuredNetwork, found: Memories) -> bool:
    """Whether each block of weights joins a hidden layer with a visible one."""
    starts = {each.neurons.start for each in found.memories}
    return all((part.target.start in starts) != (part.source.start in starts) for part in network.placed)


def contracting(model: Model) -> Iterator[Evidence]:
    """Offer the claim of global stability, with the place of the equilibrium and without, the cheaper first."""
    found = memories_of(model)
    if found is None:
        return
    with np.errstate(all="ignore"):
        centres = {each.layer.name: each.centre() for each in found.memories}
        gain = sum(each.strength * centres[each.layer.name][1] for each in found.memories)
        rate = gain * float(max(found.heights.values())) / float(found.leaks.min())
        place = found.place(rate) if rate < NEARLY else None
    if not rate < NEARLY:
        return
    proof = {
        "centres": {
            name: None if centre is None else texts_of(centre.tolist()) for name, (centre, _) in centres.items()
        },
        "heights": {name: text_of(height) for name, height in found.heights.items()},
    }
    placed: list[dict[str, Any]] = [] if place is None else [{"x": place}]
    for more in [*placed, {}] if found.size <= MAX_PLACED else [{}, *placed]:
        yield found_by_kernel(proof, "contraction", "global stability", **more)


def _search(obligation: GloballyStable | Bounded, budget: Budget) -> Iterator[Evidence]:
    for evidence in contracting(obligation.model):
        if isinstance(obligation, GloballyStable):
            yield evidence
        elif "x" not in evidence["claim"]:
            yield found_by_kernel({"premises": [premise_of(evidence)]}, "stability", "bounded solutions")


PROVER = Prover(
    name="contraction",
    summary="softmax memories whose patterns lie close together: one equilibrium, about a centre or by all pairs",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
