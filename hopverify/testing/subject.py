"""What is tested: an implementation beside what its spec derives, with the step of an update and the tolerances."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.spec import ModelSpec
from hopverify.testing.derived import Derived
from hopverify.testing.implementation import Implementation
from hopverify.verdict import Verdict

Floats = NDArray[np.float64]
ROUNDINGS = 2.0**13


@dataclass(frozen=True, eq=False)
class Subject:
    """``step`` is the length h of the update x + hẋ; None for a whole one, x ← (drive + b)/ρ.

    ``tolerance`` is relative to the size of the terms that a number is a sum of; ``origin`` is the state whose energy
    counts as 0, since an energy is known up to a constant.
    """

    spec: ModelSpec
    derived: Derived
    implementation: Implementation
    step: float | None
    tolerance: float
    origin: Floats

    @cached_property
    def steps(self) -> Floats:
        """The length of an update for each neuron: h, or τ/ρ (τ where there is no leak)."""
        tau, leak = self.derived.tau, self.derived.leak
        if self.step is not None:
            return np.full(len(tau), self.step)
        whole: Floats = tau / np.where(leak == 0, 1.0, leak)
        return whole

    @cached_property
    def descends(self) -> bool:
        """Whether the spec asks that its energy falls along the flow, or says nothing of it and drives are -∇S."""
        if self.spec.expect.get("energy_descent", Verdict.PASS) is not Verdict.PASS:
            return False
        asked = self.spec.checks is None or any(request.name == "energy_descent" for request in self.spec.checks)
        return asked or all(synapse.defect() is None for synapse in self.derived.model.synapses.values())

    @property
    def update_descends(self) -> bool:
        """Whether the spec asks that no update raises its energy; what it asks of some states alone is not that."""
        asked = [request.parameters for request in self.spec.checks or () if request.name == "step_size"]
        local = any({"lower", "upper", "below"} & parameters.keys() for parameters in asked)
        return self.descends and not local and self.spec.expect.get("step_size", Verdict.PASS) is Verdict.PASS

    def energy(self, x: Floats) -> float:
        """Return the user's energy where there is one, otherwise the derived one, up to a constant."""
        return self.implementation.energy(x) if self.implementation.has("energy") else self.derived.energy(x)

    def velocity(self, x: Floats) -> Floats:
        """Return the user's ẋ, from the velocity or else the update, and otherwise the derived one."""
        if self.implementation.has("velocity"):
            return self.implementation.velocity(x)
        if self.implementation.has("update"):
            return (self.implementation.update(x) - x) / self.steps
        return self.derived.velocity(x)

    def derived_update(self, x: Floats) -> Floats:
        """Return the next state by the spec."""
        return x + self.steps * self.derived.velocity(x)

    def rise(self, x: Floats) -> float:
        """Return E(x) - E(origin) of the user."""
        return self.implementation.energy(x) - self.implementation.energy(self.origin)

    def derived_rise(self, x: Floats) -> float:
        """Return E(x) - E(origin) by the spec."""
        return self.derived.energy(x) - self.derived.energy(self.origin)

    def energy_tolerance(self, x: Floats) -> float:
        """Return how far two computations of E(x) - E(origin) may lie apart."""
        return self.tolerance * (_size(self.derived, x.tobytes()) + _size(self.derived, self.origin.tobytes()))

    def velocity_tolerance(self, x: Floats) -> Floats:
        """Return how far two computations of ẋ may lie apart."""
        return self.tolerance * self.derived.velocity_size(x)

    def update_tolerance(self, x: Floats) -> Floats:
        """Return how far two computations of the next state may lie apart."""
        return self.tolerance * (np.abs(x) + self.steps * self.derived.velocity_size(x))


@lru_cache(maxsize=512)
def _size(derived: Derived, x: bytes) -> float:
    return derived.energy_size(np.frombuffer(x))


def subject_of(
    spec: ModelSpec,
    derived: Derived,
    implementation: Implementation,
    sample: list[Floats],
    *,
    step: float | None,
    tolerance: float | None,
) -> Subject:
    """Return what is tested; the origin is the first state of the sample at which both energies are finite."""
    if step is not None and not (np.isfinite(step) and step > 0):
        raise HopverifyError(f"step must be a number greater than 0, got {step!r}")
    if tolerance is not None and not 0 < tolerance < 1:
        raise HopverifyError(f"tolerance must be between 0 and 1, relative to the size of terms; got {tolerance!r}")
    if implementation.has("energy") and derived.without_energy is not None:
        raise HopverifyError(f"{spec.name} has no energy to compare with: {derived.without_energy}")
    origin = sample[0]
    if implementation.has("energy"):
        finite = (x for x in sample if np.isfinite(derived.energy(x)) and np.isfinite(implementation.energy(x)))
        origin = next(finite, origin)
    used = tolerance if tolerance is not None else ROUNDINGS * implementation.precision(origin)
    return Subject(spec, derived, implementation, step, used, origin)
