"""Energies of spins that fall with every change, by structure: D1 and D2.

With f = -∇S + b, E = S - b·s and S continuously differentiable, let d be the change of a state by an update.

D1. If S is concave in each coordinate, a flip of neuron i (s_i f_i < 0) gives ΔE ≤ -f_i d_i = 2 s_i f_i < 0. A
    quadratic S = -½sᵀWs is so iff W_ii ≥ 0. The same holds if W_ii ≥ 0 and row i of the drive, without the diagonal and
    with its bias, is a positive multiple of the energy's: then s_i f_i < 0 gives s_i(Q⁰s + c)_i = ΔE/2 < 0.
D2. If S is concave, E(s + d) - E(s) ≤ -f·d = -2 Σ |f_i| over the neurons that change, for any of them at once.

In both every change lowers E strictly, so that no state comes back, and as there are finitely many the run ends. For DW
symmetric with a positive diagonal D, the energy -½sᵀDWs - (Db)·s does the same.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.linear_algebra import is_positive_semidefinite
from hopverify.checker.spins.quadratic import QuadraticForm
from hopverify.expr.curvature import curvature
from hopverify.expr.functions import Bend
from hopverify.networks import SpinModel
from hopverify.networks.spins import drive_matrix
from hopverify.synapses import Synapse
from hopverify.synapses.associative import Associative
from hopverify.synapses.dense import Dense
from hopverify.synapses.diagonal import Diagonal
from hopverify.synapses.expression import ByExpression
from hopverify.synapses.hebbian import Hebbian

MOST = 200
"""The number of neurons up to which W ⪰ 0 is decided in rationals."""


def is_gradient(model: SpinModel) -> bool:
    """Whether every drive is -∇S, exactly, of a continuously differentiable S."""
    return all(synapse.defect() is None and synapse.is_regular() for synapse in model.synapses.values())


def counts_biases(model: SpinModel) -> bool:
    """Whether the energy has every bias that drives."""
    return all(layer.bias_in_energy or not layer.bias.values.any() for layer in model.layers.values())


def is_concave_by_neuron(model: SpinModel) -> bool:
    """Whether S is evidently concave in each neuron's state."""
    total = np.full(model.size, Fraction(0), dtype=object)
    for synapse in model.synapses.values():
        if not synapse.linear:
            if not _is_concave(synapse):
                return False
            continue
        own = _diagonal(synapse)
        if own is None:
            return False
        for name, entries in own.items():
            total[model.places[name]] += entries
    return bool((total >= 0).all())


def is_concave(model: SpinModel) -> bool:
    """Whether S is evidently concave."""
    linear = {name: synapse for name, synapse in model.synapses.items() if synapse.linear}
    if not all(_is_concave(synapse) for name, synapse in model.synapses.items() if name not in linear):
        return False
    if all(_is_concave(synapse) for synapse in linear.values()):
        return True
    W = drive_matrix(SpinModel(model.name, model.layers, linear, {}, model.update)) if model.size <= MOST else None
    return W is not None and bool((W == W.T).all()) and is_positive_semidefinite(W)


def _is_concave(synapse: Synapse) -> bool:
    """Whether the synapse's own energy is concave by its form."""
    if isinstance(synapse, Hebbian):
        return synapse.scale >= 0 and not synapse.zero_diagonal
    if isinstance(synapse, Diagonal):
        return synapse.layers[0] == synapse.layers[1] and min(synapse.rates) >= 0
    if isinstance(synapse, Associative):
        return curvature(synapse.function, {"z"}).bend in (Bend.CONVEX, Bend.AFFINE)
    if isinstance(synapse, ByExpression):
        return curvature(synapse.expression, set(synapse.layers)).bend in (Bend.CONCAVE, Bend.AFFINE)
    return False


def _diagonal(synapse: Synapse) -> dict[str, Any] | None:
    """Return the diagonal of a linear drive's matrix, for the layers that the synapse joins with themselves."""
    if isinstance(synapse, Dense):
        if not synapse.within:
            return {}
        entries = synapse.matrix.fractions().diagonal()
        return {synapse.layers[0]: 2 * synapse.prefactor * entries if synapse.gradient else entries}
    if isinstance(synapse, Diagonal):
        same = synapse.layers[0] == synapse.layers[1]
        return {synapse.layers[0]: np.array(synapse.rates, dtype=object)} if same else {}
    if isinstance(synapse, Hebbian):
        squares = (synapse.patterns.fractions() ** 2).sum(axis=0)
        return {synapse.layers[0]: synapse.scale * (0 if synapse.zero_diagonal else 1) * squares}
    blocks = synapse.blocks()
    if blocks is None:
        return None
    return {target: block.diagonal() for (target, source), block in blocks.items() if target == source}


def is_row_by_row(form: QuadraticForm) -> bool:
    """Whether each row of the update, without the diagonal, is a positive multiple of the energy's, and W_ii ≥ 0."""
    if form.energy is None or not (form.update.diagonal >= 0).all():
        return False
    rows = np.column_stack([form.update.off_diagonal(), form.update.vector]).astype(object)
    others = np.column_stack([form.energy.matrix, form.energy.vector]).astype(object)
    return all(_is_multiple(row, other) for row, other in zip(rows, others, strict=True))


def _is_multiple(row: Any, other: Any) -> bool:
    if not row.any():
        return True
    first = int(np.flatnonzero(row)[0])
    return bool(row[first] * other[first] > 0 and (row * other[first] == other * row[first]).all())


def symmetrised(model: SpinModel, d: Any) -> Any:
    """Return DW where it is symmetric, for positive d; None where it is not, or W is not known as a matrix."""
    W = drive_matrix(model)
    if W is None or not (d > 0).all():
        return None
    scaled = d[:, None] * W
    return scaled if bool((scaled == scaled.T).all()) else None
