"""Obligations about altered systems: a metric for their energy, and the same equilibria."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.networks import AlteredSystem, Model


@dataclass(frozen=True)
class AlteredEnergy:
    """Some P ≻ 0 has PB = Aᵀ, and V is critical at equilibria only; it ``falls``: wherever the state moves (T11).

    P is the one that the spec states, or, where it states none, one that exists.
    """

    system: AlteredSystem
    falls: bool = False

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        stated = self.system.synapse.metric is not None
        said = "the metric P of the spec is positive definite, and PB = Aᵀ" if stated else "some P ≻ 0 has PB = Aᵀ"
        return f"{said}; V {'falls wherever the state moves' if self.falls else 'is critical at equilibria only'}"


@dataclass(frozen=True)
class SameEquilibria:
    """The model has the equilibria of its original, or of the network that an altered system stands for.

    ``system`` is None for a model that is no altered system; then all neurons are compared. ``stably``: and whether an
    equilibrium is linearly stable hangs on the same form in both (T7): linear layers of the original that are left out
    have no synapse among themselves and symmetric weights with the others, and whole layers have one factor.
    """

    model: Model
    system: AlteredSystem | None
    stably: bool = False

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        original = self.model.original
        of = f"those of {original.name}" if original is not None else "those of ρx = (AB/λ - c)g(x) + b + Aa/λ"
        said = f"its equilibria correspond to {of}, one to one: the states x are the same"
        return f"{said}, and one form decides their stability" if self.stably else said
