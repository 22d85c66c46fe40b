"""Activations that are the gradient of nothing: one file each, found by name.

A layer may state its ``activation`` where the formula in use has no Lagrangian. (That of single neurons has one, the
integral.) Nothing can then be proved of its energy; the check ``activation_is_gradient`` refutes it with the asymmetric
pair of partial derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.registry import Registry
from hopverify.spec.fields import Field


@dataclass(frozen=True)
class Activation:
    """One entry: the text of g is in ``x`` (the whole layer's state) and the names of the parameters.

    ``requires`` lists expressions in the parameters that must be > 0, beyond the ranges of the single parameters.
    A parameter of the kind ``numbers`` is a number or a vector with one entry per neuron.
    """

    name: str
    summary: str
    activation: str
    parameters: tuple[Field, ...] = ()
    requires: tuple[str, ...] = ()
    reference: str = ""


ACTIVATIONS: Registry[Activation] = Registry("hopverify.activations", "ACTIVATION", noun="activation")
