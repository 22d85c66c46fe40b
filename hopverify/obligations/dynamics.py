"""Obligations about the dynamics as a whole: bounded solutions, an energy bounded below, one global attractor."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.networks import Model


@dataclass(frozen=True)
class Bounded:
    """Every solution stays bounded (T10)."""

    model: Model

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "every solution stays bounded"


@dataclass(frozen=True)
class EnergyBoundedBelow:
    """The energy, as a function of the state, has a finite lower bound (T10)."""

    model: Model

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "the energy is bounded below"


@dataclass(frozen=True)
class GloballyStable:
    """There is exactly one equilibrium, and every solution converges to it."""

    model: Model

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "there is exactly one equilibrium, and every solution converges to it"
