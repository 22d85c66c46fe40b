"""Networks without their linear layers, and whether two of them rest in the same states (T11, T12, T13).

At an equilibrium linear layers e have x_e = (ρ_e - W_ee)⁻¹(W_ef γ_f + b_e), if that matrix is regular. Two networks of
the same neurons have the same equilibria if the equations of each neuron are multiples of one another, by d > 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq_mat

from hopverify.kernel.affine import affine_drives, has_symmetric_slopes, starts
from hopverify.kernel.altered import block, is_identity
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.functions import matrix
from hopverify.kernel.network import activation, is_lipschitz
from hopverify.kernel.numbers import need
from hopverify.kernel.terms import arrays


@dataclass(frozen=True, eq=False)
class Reduced:
    """ρx = Wγ + b of the layers that are kept, and the names of those that are left out."""

    layers: Sequence[Layer]
    W: fmpq_mat
    b: fmpq_mat
    gone: Sequence[str]

    @property
    def leak(self) -> list[Fraction]:
        """ρ of each neuron."""
        return [Fraction(each) for layer in self.layers for each in layer.leak.entries]


def reduced(core: Core, kept: Sequence[str]) -> Reduced:
    """Return the network of a core on some of its layers; the others are linear, and follow from these at rest."""
    need(core.spins is None, "core", "spins follow no flow")
    layers = {layer.name: layer for layer in core.layers if isinstance(layer, Layer)}
    need(all(is_lipschitz(core, layer) for layer in layers.values()), "core", "an activation may jump")
    gone = [layer for name, layer in layers.items() if name not in kept]
    need(all(is_identity(core, layer) for layer in gone), "core", "a layer that is left out is not linear")
    forms, first = affine_drives(core), starts(core)
    f = [first[name] + k for name in kept for k in range(layers[name].size)]
    e = [first[layer.name] + k for layer in gone for k in range(layer.size)]
    W, b = block(forms, f, f), matrix([[forms[i].constant] for i in f])
    if e:
        own = _diagonal([Fraction(each) for layer in gone for each in layer.leak.entries]) - block(forms, e, e)
        need(own.det() != 0, "core", "linear layers that are left out do not follow from the others")
        across = block(forms, f, e) * own.inv()
        W += across * block(forms, e, f)
        b += across * matrix([[forms[i].constant] for i in e])
    return Reduced([layers[name] for name in kept], W, b, [layer.name for layer in gone])


def factors(core: Core, other: Core, kept: Sequence[str]) -> tuple[list[Fraction], Reduced]:
    """Return d with ρ = dρ', W = diag(d)W', b = d∘b' for two cores on layers of both, and the other one there."""
    names = [{layer.name for layer in each.layers} for each in (core, other)]
    shared = 0 < len(set(kept)) == len(kept) and all(set(kept) <= each for each in names)
    need(shared, "original", "the layers that are kept are not layers of both networks")
    ours, theirs = reduced(core, kept), reduced(other, kept)
    for one, its in zip(ours.layers, theirs.layers, strict=True):
        need(one.size == its.size and acts_alike(core, one, other, its), f"layer {one.name}", "it acts in another way")
    need(min(theirs.leak) > 0 < min(ours.leak), "original", "a layer has no leak")
    d = [rho / its for rho, its in zip(ours.leak, theirs.leak, strict=True)]
    scale = _diagonal(d)
    need(scale * theirs.W == ours.W and scale * theirs.b == ours.b, "original", "weights or biases differ")
    return d, theirs


def acts_alike(core: Core, layer: Layer, other: Core, its: Layer) -> bool:
    """Whether two layers have one activation: the same term, with the same arrays."""
    g = activation(core, layer)
    same = all(
        name in other.arrays
        and core.arrays[name].shape == other.arrays[name].shape
        and core.arrays[name].within is None is other.arrays[name].within
        and list(core.arrays[name].entries) == list(other.arrays[name].entries)
        for name in arrays(g)
    )
    return same and layer.elementwise == its.elementwise and g == activation(other, its)


def has_same_flow(core: Core, other: Core) -> bool:
    """Whether two cores have the same layers, in one order, with the same affine drives, times and leaks."""
    pairs = [
        (one, its)
        for one, its in zip(core.layers, other.layers, strict=False)
        if isinstance(one, Layer) and isinstance(its, Layer)
    ]
    if not len(core.layers) == len(other.layers) == len(pairs):
        return False
    alike = all(
        one.name == its.name
        and one.size == its.size
        and list(one.tau.entries) == list(its.tau.entries)
        and list(one.leak.entries) == list(its.leak.entries)
        and acts_alike(core, one, other, its)
        for one, its in pairs
    )
    return alike and list(affine_drives(core)) == list(affine_drives(other))


def _diagonal(entries: Sequence[Fraction]) -> fmpq_mat:
    return matrix([[each if i == j else Fraction(0) for j in range(len(entries))] for i, each in enumerate(entries)])


def is_stably_reduced(core: Core, kept: Reduced) -> bool:
    """Whether the form of T7 on the kept layers of a core decides stability in all of it.

    Linear layers that are left out have ρ > 0 as their own form, if they do not drive each other, and with symmetric
    weights ρH⁻¹ - W is positive iff what is left after eliminating them is (Schur complement). The factors d count as
    factors of the time constants: a layer that acts as a whole has one, as it has one leak.
    """
    if not kept.gone:
        return True
    forms, first = affine_drives(core), starts(core)
    sizes = {layer.name: layer.size for layer in core.layers}
    e = {first[name] + k for name in kept.gone for k in range(sizes[name])}
    return has_symmetric_slopes(forms) and not any(j in e for i in e for j in forms[i].slopes)
