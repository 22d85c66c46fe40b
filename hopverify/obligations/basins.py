"""Obligations about basins: cells of states around stored patterns, each with one equilibrium that attracts it all."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.networks import Model
from hopverify.networks.structured import StructuredNetwork
from hopverify.obligations.stored import its_own, share_of
from hopverify.spec import ExactArray


@dataclass(frozen=True, eq=False)
class BasinCells:
    """At least ``at_least`` patterns are retrieved (M4): each lies in a cell (T9) of an equilibrium of its own.

    The rows of ``patterns`` are states of one ``layer``; from them ``flips`` neurons may be moved anywhere, and up to
    ``errors`` signs of the equilibrium may be wrong. The ``network`` is None where it is not known as blocks.
    """

    model: Model
    network: StructuredNetwork | None
    memory: str
    patterns: ExactArray
    layer: str
    labels: tuple[str, ...]
    at_least: int
    flips: int
    errors: int = 0

    @property
    def place(self) -> slice:
        """The numbers of the layer's neurons among those of all layers."""
        return self.model.places[self.layer]

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        said = (
            f"{share_of(self.at_least, len(self.labels), f'patterns of {self.memory}')} is retrieved: it lies in a "
            "cell of states, or has an activation of it, that the flow keeps, with one equilibrium that attracts it, "
            f"{its_own(self.patterns, self.errors)}"
        )
        if not self.flips:
            return said
        neurons = "1 neuron" if self.flips == 1 else f"any {self.flips} neurons"
        return f"{said}; it stays in its basin when {neurons} of the layer are moved anywhere"
