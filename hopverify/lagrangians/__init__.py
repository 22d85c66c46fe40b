"""Lagrangians: one file each, found by name.

A Lagrangian L turns a layer's state x into its activation g = ∇L(x) and its Hessian H = ∂g/∂x (arXiv:2008.06996).
Each file states L, g and, for elementwise ones, h = g' in the expression language, the ranges of its parameters,
and what is known of it. What it declares is proved by the law tests over this registry
(``tests/laws/test_lagrangian_laws.py``), not believed.

An *elementwise* Lagrangian is written for one neuron, L(x) of a number x, and the layer's is Σ L(x_i). The others
are written for the whole layer, x a vector.
"""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.registry import Registry
from hopverify.spec.fields import Field

Bound = str | None
"""An end of an interval, as an expression in the parameters; None where there is none."""


@dataclass(frozen=True)
class Facts:
    """What a Lagrangian declares of itself; None where it depends on the parameters or is not known.

    ``kernel``: the null space of H, in words ("none", "ones", "dead set"). ``dead``: open intervals of x on which h = 0
    exactly. ``saturates``: ends (-1, +1) towards which h → 0 without reaching it. ``activation_range`` encloses g,
    ``slope_range`` encloses h (elementwise) or the eigenvalues of H.
    """

    convex: bool | None
    kernel: str
    dead: tuple[tuple[Bound, Bound], ...] = ()
    saturates: tuple[int, ...] = ()
    activation_range: tuple[Bound, Bound] = (None, None)
    slope_range: tuple[Bound, Bound] = (None, None)


@dataclass(frozen=True)
class Lagrangian:
    """One entry of the catalogue. The texts are in ``x`` and the names of the parameters."""

    name: str
    summary: str
    potential: str
    activation: str
    facts: Facts
    slope: str | None = None
    parameters: tuple[Field, ...] = ()
    reference: str = ""

    @property
    def elementwise(self) -> bool:
        """Whether each neuron's activation depends on its own state only."""
        return self.slope is not None


LAGRANGIANS: Registry[Lagrangian] = Registry("hopverify.lagrangians", "LAGRANGIAN", noun="Lagrangian")
