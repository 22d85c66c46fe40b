"""The symbols of a model: what its layers, synapses and arrays are called in formulas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hopverify.derivation.formula import Symbol
from hopverify.networks import Model, SpinModel

I, J, K = Symbol("i"), Symbol("j"), Symbol("k")  # noqa: E741
X = Symbol("x")


@dataclass(frozen=True)
class Names:
    """Activations are g[i] (g_l[i] with more than one layer), weights W[i, j] (W_name with more than one synapse)."""

    model: Model | SpinModel

    @cached_property
    def _single(self) -> bool:
        return len(self.model.layers) == 1

    def of(self, letter: str, layer: str) -> str:
        """Return the letter with the layer's name where it is needed."""
        return letter if self._single else f"{letter}_{layer}"

    def vector(self, letter: str, layer: str) -> Symbol:
        """Return x, g, b, … of a layer."""
        return Symbol(self.of(letter, layer))

    def size(self, layer: str) -> Symbol:
        """Return n of a layer."""
        return self.vector("n", layer)

    def weights(self, letter: str, synapse: str) -> Symbol:
        """Return the array of a synapse."""
        return Symbol(letter if len(self.model.synapses) == 1 else f"{letter}_{synapse}")

    def matrix(self, letter: str, synapse: str) -> Symbol:
        """Return an array of a synapse whose letters no other kind uses: a suffix only beside one of its own kind."""
        kind = type(self.model.synapses[synapse])
        alone = sum(isinstance(other, kind) for other in self.model.synapses.values()) == 1
        return Symbol(letter if alone else f"{letter}_{synapse}")
