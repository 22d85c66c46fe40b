"""The form M(h) of T14: a step x⁺ = x + hẋ changes E by at most -½δᵀM(h)δ, and V by at most -½ΔᵀM(h)Δ.

    E:  M(h) = diag(2a/β̃ + ρ/β) + W - B,  a = τ/h - ρ,  β̃ = β if a ≥ 0, else κ
    V:  M(h) = 2 sym(TP)/h - λP - Aᵀdiag(μ/ρ)A

with κ ≤ H ≤ β for the slow layers, ∇²S ⪯ B for those S that are not in W, and L + ½μ|x|² convex for the fast ones. 1/h
is the *pace* of a step, 0 stands for steps of any length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from hopverify.kernel.affine import Affine, affine_drives, starts
from hopverify.kernel.altered import Rows, System, inhibition, twice_timed
from hopverify.kernel.composition import of_activations
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.drive_ranges import EVERYWHERE, activations
from hopverify.kernel.drive_ranges import Bounds as Interval
from hopverify.kernel.functions import exactly, fraction, matrix
from hopverify.kernel.hessians import upper_bound
from hopverify.kernel.numbers import need
from hopverify.kernel.points import needs
from hopverify.kernel.sectors import is_sector, is_steep
from hopverify.kernel.separable import act_apart
from hopverify.kernel.terms import variables
from hopverify.kernel.weight_spreads import radii, row_sums

MAX_SIZE = 400
"""How many neurons with τ > 0 there may be."""

Bounds = Mapping[str, Sequence[Fraction]]
"""κ and β of each layer with τ > 0."""


def of_energy(
    core: Core, bounds: Bounds, curved: Sequence[str], pace: Fraction, box: Mapping[str, Sequence[Interval]]
) -> Rows:
    """Return M(h) of E, or a matrix below it, for states in a box; the Hessians of ``curved`` synapses make B."""
    slow, fast = core.slow_layers, core.fast_layers
    on = tuple((name, tuple(ends)) for name, ends in box.items())
    B = [_curvature(core, name, on) for name in curved]
    rest = replace(core, synapses=tuple(each for each in core.synapses if each.name not in curved))
    first, forms = starts(core), affine_drives(rest.given)
    inhibition(core, fast, forms)
    entries = [entry for layer in slow for entry in _diagonal(core, layer, bounds[layer.name], pace)]
    neurons = [first[layer.name] + k for layer in slow for k in range(layer.size)]
    spreads = _spreads(rest, fast, forms)
    alive = [(i, entry - spreads[i]) for i, entry in zip(neurons, entries, strict=True) if entry is not None]
    need(len(alive) <= MAX_SIZE, "drive", f"M(h) is decided up to {MAX_SIZE} neurons")

    def entry_at(i: int, j: int) -> Fraction:
        bent = sum((of.get((min(i, j), max(i, j)), Fraction(0)) for of in B), Fraction(0))
        return forms[i].slopes.get(j, Fraction(0)) - bent

    return [[entry_at(i, j) + (entry if i == j else 0) for j, _ in alive] for i, entry in alive]


@lru_cache(maxsize=8)
def _curvature(
    core: Core, name: str, on: tuple[tuple[str, tuple[Interval, ...]], ...]
) -> Mapping[tuple[int, int], Fraction]:
    """Return B of a synapse that joins layers with τ > 0 alone: 0 where composition shows S to be concave.

    Steps of several lengths ask for it.
    """
    slow, box = core.slow_layers, dict(on)
    (synapse,) = (each for each in core.synapses if each.name == name)
    own = set(needs(synapse.energy)).union(*(needs(term) for term in (synapse.drive or {}).values()))
    joined = [layer for layer in slow if layer.name in own]
    alone = len(joined) == len(own) and set(synapse.drive or {}) <= {layer.name for layer in slow}
    need(alone, f"synapse {name}", "it joins layers that are instantaneous")
    known = of_activations(core, synapse.energy)
    if known.concave:
        return {}
    need(known.lipschitz, f"synapse {name}", "composition does not show that S is locally Lipschitz")
    used = variables(synapse.energy)
    gamma = {
        layer.name: activations(core, layer, box.get(layer.name, [EVERYWHERE] * layer.size))
        for layer in core.flow_layers
        if ("activation", layer.name) in used
    }
    return upper_bound(core, synapse.energy, gamma)


def _diagonal(core: Core, layer: Layer, bounds: Sequence[Fraction], pace: Fraction) -> list[Fraction | None]:
    """Return 2a/β̃ + ρ/β of each neuron, None for one whose activation is constant."""
    (low, high), where = bounds, f"layer {layer.name}"
    need(0 <= low <= high, where, "expected 0 ≤ κ ≤ β")
    need(is_sector(core, layer, high) and is_steep(core, layer, low), where, "its slopes are not shown to be in [κ, β]")
    alike = len(set(layer.tau.entries)) == 1 or act_apart(core, layer)
    need(alike, where, "it acts as a whole, and has several times")
    found: list[Fraction | None] = []
    for tau, leak in zip(layer.tau.entries, layer.leak.entries, strict=True):
        rho = Fraction(leak)
        a = Fraction(tau) * pace - rho
        need(high == 0 or a >= 0 or low > 0, where, "steps are longer than τ/ρ, and κ = 0")
        found.append(None if high == 0 else 2 * a / (high if a >= 0 else low) + rho / high)
    return found


def _spreads(core: Core, fast: Sequence[Layer], forms: Sequence[Affine]) -> list[Fraction]:
    """Return for each neuron by how much its weights may differ from those given, in sum: W falls by these at most."""
    R, first = radii(core, forms), starts(core)
    at_once = [first[layer.name] + k for layer in fast for k in range(layer.size)]
    need(
        not any(R[i][j] for i in at_once for j in at_once), "drive", "inhibition of instantaneous neurons has a spread"
    )
    return row_sums(R, [Fraction(1)] * len(R))


def of_altered(system: System, moduli: Mapping[str, Fraction], pace: Fraction) -> Rows:
    """Return M(h) of V, for the moduli μ of fast layers; one that is not named is convex."""
    P, rate = system.metric, exactly(system.rate)
    scales = [
        moduli.get(layer.name, Fraction(0)) / Fraction(leak) for layer in system.fast for leak in layer.leak.entries
    ]
    bent = [[fraction(system.A[i, k]) * scale for k in range(len(P))] for i, scale in enumerate(scales)]
    M = matrix(twice_timed(system.tau, P)) * exactly(pace) - matrix(P) * rate - system.A.transpose() * matrix(bent)
    return [[fraction(M[i, j]) for j in range(len(P))] for i in range(len(P))]
