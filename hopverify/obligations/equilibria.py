"""Obligations about all equilibria of a network with linear drives: which they are, what the energy hides of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hopverify.errors import EvidenceRejected
from hopverify.networks import LinearNetwork, Model, Neurons


@dataclass(frozen=True, eq=False)
class Search:
    """Where equilibria are listed: a model, and a region of states (None: everywhere).

    ``linear`` is its network where drives are linear and layers leaky, else None.
    """

    model: Model
    linear: LinearNetwork | None
    region: tuple[tuple[Fraction, Fraction], ...] | None

    @property
    def network(self) -> LinearNetwork:
        """The network; raises :class:`EvidenceRejected` for a model that is none, whose evidence is another."""
        if self.linear is None:
            raise EvidenceRejected("the drives are not linear, or a layer has no leak")
        return self.linear

    @property
    def neurons(self) -> Neurons:
        """The neurons of the model."""
        return Neurons(tuple(self.model.layers.values()))

    @property
    def where(self) -> str:
        """The place in words."""
        return "anywhere" if self.region is None else "in the region of the spec"


@dataclass(frozen=True)
class AllEquilibria:
    """The listed equilibria are all there are."""

    search: Search

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the listed equilibria are all there are {self.search.where}"


@dataclass(frozen=True)
class NoGhosts:
    """Every flat region, larger than a point, on which ∇E = 0 holds an equilibrium (T6)."""

    search: Search

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return (
            "every flat region (a segment of states with one activation, or more) on which ∇E = 0 holds an "
            "equilibrium: the energy has no ghost regions"
        )


@dataclass(frozen=True)
class RecoveredStates:
    """Each listed equilibrium is x⋆(γ) of its activation, the coordinates included that the energy cannot see (T6)."""

    search: Search

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "each equilibrium is recovered from its activation: x = b - ∇S(γ), where the energy is flat too"


@dataclass(frozen=True)
class DecidedStability:
    """Each listed equilibrium is stable or unstable, decided in the range of the Hessian (T7)."""

    search: Search

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "the stability of each equilibrium is decided, in the range of the Hessian and for all time constants"


@dataclass(frozen=True)
class FlatRegionsInBasins:
    """The flat region around each listed equilibrium lies in its basin (T8)."""

    search: Search

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "the flat region around each equilibrium (the states around it with its activation) is in its basin"
