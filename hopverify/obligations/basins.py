"""Obligations about basins: cells of states around stored patterns, each with one equilibrium that attracts it all."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.model import Model
from hopverify.model.structured import StructuredNetwork
from hopverify.spec import ExactArray


@dataclass(frozen=True, eq=False)
class BasinCells:
    """At least ``at_least`` of the patterns have a cell (T9), from which ``flips`` neurons may be moved anywhere.

    The rows of ``patterns`` are states of one ``layer``.
    """

    model: Model
    network: StructuredNetwork
    memory: str
    patterns: ExactArray
    layer: str
    labels: tuple[str, ...]
    at_least: int
    flips: int

    @property
    def place(self) -> slice:
        """The numbers of the layer's neurons in the network."""
        return self.network.places[self.layer]

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        count = len(self.labels)
        who = (
            f"each pattern of {self.memory}"
            if self.at_least == count
            else f"at least {self.at_least} of the {count} patterns of {self.memory}"
        )
        said = f"{who} has a cell of states that the flow keeps, with one equilibrium, which attracts all of it"
        if not self.flips:
            return said
        neurons = "1 neuron" if self.flips == 1 else f"any {self.flips} neurons"
        return f"{said}; a smaller cell stays in its basin when {neurons} of the layer are moved anywhere"
