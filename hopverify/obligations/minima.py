"""The obligation about the local minima of an energy that is a logarithm of a sum of bumps."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.networks import Model
from hopverify.synapses.epanechnikov import Epanechnikov


@dataclass(frozen=True, eq=False)
class BallMinima:
    """The listed states are all local minima of E at which some ball holds the state (M2).

    The model is one identity layer without leak and bias, with one epanechnikov synapse: E = S(x).
    """

    model: Model
    synapse: Epanechnikov

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return (
            "the listed states are all the strict local minima of the energy, and attract; outside the balls of "
            f"squared radius {2 / self.synapse.beta} around the patterns the energy is flat and every state rests"
        )
