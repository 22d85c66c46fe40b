"""Obligations about discrete steps: Euler steps x + hẋ up to a length h that never raise the energy (T14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.networks import AlteredSystem, Model


@dataclass(frozen=True)
class OfSteps:
    """What obligations about steps share; abstract.

    ``length`` is the h that the spec states, None where it is asked whether there is one. ``system`` is the altered
    system whose energy V is meant, with the metric of the spec; None for the energy E of the model.
    """

    model: Model
    length: Fraction | None
    system: AlteredSystem | None

    def energy(self, state: Mapping[str, Value], a: Arithmetic) -> Value:
        """Return the energy that is meant, E or V."""
        if self.system is None or self.system.synapse.metric is None:
            return self.model.energy(state, a)
        return self.system.energy(state[self.system.slow.name], self.system.synapse.metric, a)

    def after(self, state: Mapping[str, Value], step: Value, a: Arithmetic) -> dict[str, Value]:
        """Return the state after one step: x + hẋ."""
        velocity = self.model.velocity(state, a)
        return {name: state[name] + step * velocity[name] for name in velocity}

    @property
    def letter(self) -> str:
        """The name of the energy."""
        return "E" if self.system is None else "V"


@dataclass(frozen=True)
class StepForm(OfSteps):
    """The form M(h) that bounds the change of the energy is positive semidefinite; it falls as h grows."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        which = "some h > 0" if self.length is None else f"h = {self.length}"
        return f"the form M(h) with Δ{self.letter} ≤ -½ dᵀM(h)d for every step of length h is ⪰ 0 for {which}"


@dataclass(frozen=True)
class SafeSteps(OfSteps):
    """No Euler step of a length up to h raises the energy, from any state."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        if self.length is None:
            return f"there is a length up to which no Euler step x + hẋ raises {self.letter}, from any state"
        return f"no Euler step x + hẋ of a length h ≤ {self.length} raises {self.letter}, from any state"
