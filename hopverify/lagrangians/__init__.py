"""Lagrangians: one file each, found by name.

A Lagrangian L turns a layer's state x into its activation g = ∇L(x) and its Hessian H = ∂g/∂x (arXiv:2008.06996).
Each file states L, g and, for elementwise ones, h = g' in the expression language, the ranges of its parameters,
and what is known of it. What it declares is proved by the law tests over this registry
(``tests/laws/test_lagrangian_laws.py``), not believed.

An *elementwise* Lagrangian is written for one neuron, L(x) of a number x, and the layer's is Σ L(x_i). The others
are written for the whole layer, x a vector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from hopverify.expr.evaluate import evaluate
from hopverify.expr.exact import EXACT
from hopverify.expr.nodes import Expression, substitute
from hopverify.expr.parser import parse
from hopverify.registry import Registry
from hopverify.spec.fields import Field, FieldKind

Bound = str | None
"""An end of an interval, as an expression in the parameters; None where there is none.

An end that is not a number for certain parameters (a division by 0) bounds nothing there.
"""

Kernel = Literal["none", "ones", "dead set", "support", "isolated states"]
"""The null space of H, at every state where H exists.

"none": {0}. "ones": spanned by the vector of ones. "dead set": the dead neurons' coordinates. "support": the ones and
the coordinates outside the support of g. "isolated states": a neuron's coordinate at isolated values of its state only.
"""


@dataclass(frozen=True)
class Facts:
    """What a Lagrangian declares of itself.

    ``convex`` is None where it depends on the parameters: then L is convex iff the expression ``convex_when`` in them
    is ≥ 0. ``kernel``: the null space of H. ``dead``: open intervals of x on which h = 0 exactly. Where the expression
    ``generic_when`` in the parameters is 0, ``kernel`` and ``dead`` may be larger than told. ``saturates``: ends
    (-1, +1) towards which h → 0 without reaching it. ``activation_range`` encloses g, ``slope_range`` encloses h
    (elementwise) or the eigenvalues of H, both where they are single-valued.
    """

    convex: bool | None
    kernel: Kernel
    convex_when: str | None = None
    generic_when: str | None = None
    dead: tuple[tuple[Bound, Bound], ...] = ()
    saturates: tuple[int, ...] = ()
    activation_range: tuple[Bound, Bound] = (None, None)
    slope_range: tuple[Bound, Bound] = (None, None)


@dataclass(frozen=True)
class Lagrangian:
    """One entry of the catalogue. The texts are in ``x`` and the names of the parameters.

    ``requires`` lists expressions in the parameters that must be > 0, beyond the ranges of the single parameters.
    A parameter of the kind ``numbers`` is a number or a vector with one entry per neuron.
    """

    name: str
    summary: str
    potential: str
    activation: str
    facts: Facts
    slope: str | None = None
    parameters: tuple[Field, ...] = ()
    requires: tuple[str, ...] = ()
    reference: str = ""

    @property
    def elementwise(self) -> bool:
        """Whether each neuron's activation depends on its own state only."""
        return self.slope is not None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The parameters as specs have them: of neurons that act for themselves one number, or one for each."""
        if not self.elementwise:
            return self.parameters
        numbers = FieldKind.NUMBER, FieldKind.NUMBERS
        return tuple(replace(each, kind=numbers[1]) if each.kind is numbers[0] else each for each in self.parameters)


LAGRANGIANS: Registry[Lagrangian] = Registry("hopverify.lagrangians", "LAGRANGIAN", noun="Lagrangian")


def first_unmet(requires: tuple[str, ...], parameters: Mapping[str, Expression]) -> str | None:
    """Return the first of the expressions in the parameters that is not > 0, or None.

    >>> from fractions import Fraction
    >>> from hopverify.expr import Number
    >>> first_unmet(("high - low",), {"low": Number(Fraction(2)), "high": Number(Fraction(1))})
    'high - low'
    """
    for text in requires:
        if not evaluate(substitute(parse(text), parameters), {}, EXACT) > 0:
            return text
    return None
