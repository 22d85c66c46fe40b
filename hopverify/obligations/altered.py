"""Obligations about altered systems: a metric for their energy, a residual that only falls, the same equilibria."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.networks import AlteredSystem, Model


@dataclass(frozen=True)
class AlteredMetric:
    """P is symmetric positive definite with PB = Aᵀ; if ``timed``, so is sym(TP) (T11).

    P is the one that the spec states, or, where it states none, one that exists.
    """

    system: AlteredSystem
    timed: bool = False

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        stated = self.system.synapse.metric is not None
        said = "the metric P of the spec is positive definite, and PB = Aᵀ" if stated else "some P ≻ 0 has PB = Aᵀ"
        return f"{said}; vᵀTPv > 0 for every velocity v ≠ 0" if self.timed else said


@dataclass(frozen=True)
class FallingResidual:
    """z = Nᵀ(λy - a) decays on its own, and φ'(0) = 0, so that Σφ(z) falls for convex φ: NᵀB = 0, and one τ."""

    system: AlteredSystem

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "no feedback reaches the residual: NᵀB = 0, one time constant, and φ'(0) = 0"


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
