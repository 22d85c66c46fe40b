"""Obligations about discrete steps: Euler steps x + hẋ up to a length h that never raise the energy (T14).

From any state; or from those of a region, or at which E is at most a level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.networks import AlteredSystem, Model

Region = tuple[tuple[Fraction | None, Fraction | None], ...]
"""The interval of each neuron with τ > 0; None for an infinite end."""


@dataclass(frozen=True)
class OfSteps:
    """What obligations about steps share; abstract.

    ``length`` is the h that the spec states, None where it is asked whether there is one. ``system`` is the altered
    system whose energy V is meant, with the metric of the spec; None for the energy E of the model. Steps are those
    from a state of the ``region``, an interval for each neuron with τ > 0, at which E ≤ ``below``; without a level,
    those that end in the region, too.
    """

    model: Model
    length: Fraction | None
    system: AlteredSystem | None
    region: Region | None = None
    below: Fraction | None = None

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
    def local(self) -> bool:
        """Whether not all states are meant."""
        return self.region is not None or self.below is not None

    @property
    def meant(self) -> str:
        """From which states steps are meant, in words."""
        if self.below is None:
            return "from any state" if self.region is None else "within the region"
        where = "" if self.region is None else " of the region"
        return f"from any state{where} with {self.letter} ≤ {self.below}"

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
        meant = f" {self.meant}" if self.local else ""
        return f"the form M(h) with Δ{self.letter} ≤ -½ dᵀM(h)d for every step of length h{meant} is ⪰ 0 for {which}"


@dataclass(frozen=True)
class SafeSteps(OfSteps):
    """No Euler step of a length up to h raises the energy, from any state that is meant."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        if self.length is None:
            return f"there is a length up to which no Euler step x + hẋ raises {self.letter}, {self.meant}"
        return f"no Euler step x + hẋ of a length h ≤ {self.length} raises {self.letter}, {self.meant}"
