"""The activation of each layer is the gradient of its Lagrangian (or the bare activation that the spec gives)."""

from __future__ import annotations

import numpy as np

from hopverify.testing.laws import Floats, Law, Violation, differ
from hopverify.testing.subject import Subject


def _violation(subject: Subject, x: Floats) -> Violation | None:
    states = subject.derived.states(x)
    for layer in subject.implementation.activations:
        z = np.array(states[layer], dtype=np.float64)
        yours, wanted = subject.implementation.activation(layer, z), subject.derived.activation(layer, z)
        if differ(yours, wanted, subject.tolerance * subject.derived.activation_size(layer, z)):
            names = (f"your activation of {layer}", "derived from the spec")
            return Violation("activation", x, names, yours, wanted)
    return None


LAW = Law(
    name="activation",
    order=0,
    said="your activation is not the gradient of the spec's Lagrangian",
    concerns=lambda subject: subject.implementation.has("activation"),
    violation=_violation,
    compares=True,
)
