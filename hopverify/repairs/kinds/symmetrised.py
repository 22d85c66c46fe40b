"""Symmetrised weights (T13): the equation of each neuron multiplied by d_i > 0, so that the matrix DW is symmetric.

    d_i τ_i ẋ_i = (DWγ)_i + d_i b_i - d_i ρ_i x_i

is the same flow; its derived energy, with d_i counting the neurons, is that of T13 and descends by T2. D is unique up
to a factor on each connected part of the graph of W, and is found exactly on it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hopverify.repairs import Proposal, Repair, UnfitError
from hopverify.repairs.convexity import why_not_convex
from hopverify.repairs.drafting import Draft, layer_entry, listed, written
from hopverify.repairs.finding import diagonal_of
from hopverify.repairs.signs import check_no_sign
from hopverify.repairs.subject import Network, Subject, too_large
from hopverify.repairs.symmetry import factors
from hopverify.repairs.writing import array
from hopverify.spec import ExactArray

NAME, TITLE, THEORY = "symmetrised", "Symmetric weights by a diagonal factor", "T13"
CHECKS = ("weight_symmetry", "lagrangian_convexity", "time_constants", "energy_descent", "equilibria_preserved")


def _propose(subject: Subject) -> Proposal:
    check_no_sign(subject.model)
    network = subject.network
    if network is None:
        raise UnfitError(too_large(subject.model))
    if network.is_symmetric:
        raise UnfitError("W = Wᵀ already, so there is nothing to symmetrise")
    d = factors(network)
    _check_layers(network)
    files: dict[str, bytes] = {}
    scaled = network.scaled(d)
    draft = Draft(
        name=f"{subject.spec.name}-{NAME}",
        comment=(
            f"The network {subject.spec.name} with the equation of each neuron multiplied by d_i > 0.\n"
            "The flow is the same, and DW is symmetric, so that the derived energy descends (T13, T2)."
        ),
        description=f"{subject.spec.name}, symmetrised by D = diag{_parenthesised(listed(d))}.",
        layers={
            layer.name: layer_entry(
                subject,
                layer,
                b=scaled.b[scaled.places[layer.name]],
                tau=scaled.tau[scaled.places[layer.name]],
                leak=scaled.leak[scaled.places[layer.name]],
            )
            for layer in scaled.layers
        },
        synapses=_synapses(subject, scaled, files),
        checks=CHECKS,
        expect={},
    )
    text = written(draft, subject, files)
    return Proposal(
        NAME,
        TITLE,
        THEORY,
        text,
        files,
        map=("x is the same state: every equilibrium, and every solution, stays where it is",),
        changed=(
            f"each equation is multiplied by d = {listed(d)}: weights DW, biases Db, leaks Dρ, time constants Dτ",
            "the energy is (x - b)ᵀDg - Σ d_i L_i - ½gᵀDWg, which descends because DW is symmetric",
        ),
        stayed=("the flow ẋ, hence equilibria, stability and basins",),
    )


def _check_layers(network: Network) -> None:
    """Refuse what would keep the new energy from descending although its weights are symmetric."""
    for layer in network.layers:
        said = why_not_convex(layer)
        if said is not None:
            raise UnfitError(
                f"DW would be symmetric, but the Lagrangian of layer {layer.name} {said}; see altered (T11)"
            )
        if not layer.function.elementwise and not layer.uniform_tau:
            raise UnfitError(
                f"DW would be symmetric, but layer {layer.name} is not elementwise, and its time constants differ (T2)"
            )


def _parenthesised(text: str) -> str:
    return text if text.startswith("(") else f"({text})"


def _synapses(subject: Subject, network: Network, files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """Return a synapse for each pair of layers that weights join, and one for each layer that is joined with itself."""
    synapses: dict[str, dict[str, Any]] = {}
    for k, first in enumerate(network.layers):
        for second in network.layers[k:]:
            W = network.W[network.places[first.name][:, None], network.places[second.name]]
            if not W.any():
                continue
            name = f"w_{first.name}" if first is second else f"w_{first.name}_{second.name}"
            synapses[name] = _synapse(subject, (first.name, second.name), W, name, files)
    return synapses


def _synapse(subject: Subject, ends: tuple[str, str], W: Any, name: str, files: dict[str, bytes]) -> dict[str, Any]:
    own = diagonal_of(W) if ends[0] == ends[1] else None
    if own is not None:
        return {"kind": "diagonal", "layers": list(ends), "weights": [Fraction(entry) for entry in own]}
    weights = array(ExactArray.of(W), f"{subject.file}-{NAME}-{name}.npy", files)
    return {"kind": "dense", "layers": list(ends), "weights": weights}


REPAIR = Repair(NAME, TITLE, THEORY, order=10, propose=_propose)
