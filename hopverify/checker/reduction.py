"""The network that an altered system stands for, and comparison of networks up to what does not move an equilibrium.

At an equilibrium of T ẏ = Bγ + a - λy, ρx + c∘γ = Ay + b the slow layer is y = (Bγ + a)/λ, so that

    ρx = (AB/λ - diag c) γ + (b + Aa/λ),     γ = g(x);

conversely each solution x gives the equilibrium with that y. A network with linear layers e beside nonlinear ones f has
likewise x_e = (ρ_e - W_ee)⁻¹(W_ef γ_f + b_e), if that matrix is regular. Two networks of the same neurons have the same
equilibria if the equations of each neuron are multiples of one another, by d_i = ρ_i/ρ'_i > 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hopverify.checker.linear_algebra import Matrix, array_of, flint_matrix, solve
from hopverify.errors import EvidenceRejected
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import AlteredSystem, Layer, LinearNetwork, Model, linear_network
from hopverify.networks.structured import DenseBlock, HebbianBlock, structured_network
from hopverify.spec import ExactArray
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback


@dataclass(frozen=True, eq=False)
class Reduced:
    """ρx = Wγ + b in rationals: W (n, n), b and ρ (n,), for the neurons of ``layers`` one after the other."""

    W: Matrix
    b: Matrix
    leak: Matrix
    layers: tuple[Layer, ...]


def is_identity(B: ExactArray) -> bool:
    """Whether B is the identity matrix."""
    return B.shape[0] == B.shape[1] and bool((B.values == np.eye(len(B.values))).all())


def reduced_system(system: AlteredSystem) -> Reduced:
    """Return the network that an altered system stands for."""
    A, B = system.synapse.forward.fractions(), system.synapse.feedback.fractions()
    W = A.copy() if is_identity(system.synapse.feedback) else array_of(flint_matrix(A) * flint_matrix(B))
    W = W / system.rate
    W[np.diag_indices(len(W))] -= np.array(system.inhibition, dtype=object)
    b = _biases(system.fast) + (A @ system.slow.bias.fractions()) / system.rate
    return Reduced(W, b, _leaks(system.fast), system.fast)


def reduced_network(model: Model, kept: Sequence[str]) -> Reduced:
    """Return the network of a model on the layers named ``kept``, linear layers beside them eliminated."""
    network = _network(model)
    places = {layer.name: place for layer, place in network.places()}
    gone = [layer for layer in network.layers if layer.name not in kept]
    if any(layer.function.name != "identity" for layer in gone):
        raise EvidenceRejected(f"layer {gone[0].name} is missing, and it is not linear")
    missing = [name for name in kept if name not in places]
    if missing:
        raise EvidenceRejected(f"the original has no layer {missing[0]}")
    f = np.concatenate([places[name] for name in kept])
    W, b = network.W[np.ix_(f, f)], network.b[f]
    if gone:
        e = np.concatenate([places[layer.name] for layer in gone])
        M = np.diag(network.leak[e]) - network.W[np.ix_(e, e)]
        answer = solve(M, np.column_stack([network.W[np.ix_(e, f)], network.b[e]]))
        if answer is None:
            raise EvidenceRejected("the linear layers that are left out do not follow from the others")
        W, b = W + network.W[np.ix_(f, e)] @ answer[:, :-1], b + network.W[np.ix_(f, e)] @ answer[:, -1]
    return Reduced(W, b, network.leak[f], tuple(model.layers[name] for name in kept))


def _network(model: Model) -> LinearNetwork:
    for layer in model.layers.values():
        if not all(is_locally_lipschitz(part) for part in layer.function.activation):
            said = f"the activation of layer {layer.name} of {model.name} may jump"
            raise EvidenceRejected(f"{said}, and only continuous ones are compared")
    network = linear_network(model)
    if network is None:
        raise EvidenceRejected(f"{model.name} is no leaky network with linear drives, or too large for rationals")
    return network


def compare(one: Reduced, other: Reduced) -> Matrix:
    """Return d such that ρ, W, b of ``one`` are d times those of ``other``; raise EvidenceRejected if there is none."""
    for a, b in zip(one.layers, other.layers, strict=True):
        if not a.acts_like(b):
            raise EvidenceRejected(f"layer {a.name} has another activation than in the original")
    d: Matrix = one.leak / other.leak
    if not (d[:, None] * other.W == one.W).all():
        i, j = (int(k) for k in np.argwhere(d[:, None] * other.W != one.W)[0])
        raise EvidenceRejected(f"W[{i},{j}] is {one.W[i, j]}, and {d[i] * other.W[i, j]} in the original")
    if not (d * other.b == one.b).all():
        i = int(np.flatnonzero(d * other.b != one.b)[0])
        raise EvidenceRejected(f"the bias of neuron {i} is {one.b[i]}, and {d[i] * other.b[i]} in the original")
    return d


def is_stably_reduced(model: Model, kept: Reduced, d: Matrix) -> bool:
    """Whether the form of T7 on the kept layers, times d, decides stability in the whole network.

    Linear layers e that are left out have ρ_e > 0 as their own form, if no synapse joins them with each other, and with
    symmetric weights ρH⁻¹ - W on all layers is positive iff what is left after eliminating them is (Schur complement).
    The factors d count as factors of the time constants, of which whole layers have one.
    """
    start = 0
    for layer in kept.layers:
        own, start = d[start : start + layer.size], start + layer.size
        if not layer.function.elementwise and len(set(own.tolist())) > 1:
            return False
    network = _network(model)
    names = {layer.name for layer in kept.layers}
    e = [i for layer, place in network.places() if layer.name not in names for i in place.tolist()]
    return not e or (network.is_symmetric and not network.W[np.ix_(e, e)].any())


def compare_large(system: AlteredSystem, original: Model) -> None:
    """The same for one fast layer of any size and one dense or Hebbian synapse, without a product of matrices.

    W = A - diag c for B = I, or A = sΞᵀ, B = Ξ, c = s·diag(ΞᵀΞ) or 0; λ = 1 and a = 0; leak and bias as they are.
    """
    network = structured_network(original)
    if network is None or len(network.placed) != 1 or len(network.layers) != 1 or len(system.fast) != 1:
        raise EvidenceRejected("too large for rationals, and not one layer with one dense or Hebbian synapse")
    (ours,), (theirs,), block = system.fast, network.layers, network.placed[0].block
    same = ours.acts_like(theirs) and ours.name == theirs.name and ours.bias == theirs.bias
    if not same or ours.each(ours.leak) != theirs.each(theirs.leak):
        raise EvidenceRejected("activation, bias or leak differ from the original's")
    if system.rate != 1 or system.slow.bias.values.any():
        raise EvidenceRejected("the slow layer has a leak or a bias of its own")
    if isinstance(block, DenseBlock):
        _compare_dense(system, block)
    elif isinstance(block, HebbianBlock):
        _compare_hebbian(system.synapse, system.inhibition, block)
    else:
        raise EvidenceRejected("the original's synapse is neither dense nor Hebbian")


def _compare_dense(system: AlteredSystem, block: DenseBlock) -> None:
    A, W, c = system.synapse.forward.values, block.matrix.values, system.inhibition
    if not is_identity(system.synapse.feedback) or block.factor != 1 or block.symmetrised:
        raise EvidenceRejected("B is not the identity, or the original's weights have a factor")
    W = W.T if block.transposed else W
    unequal = A != W
    np.fill_diagonal(unequal, False)
    diagonal = all(Fraction(a) - own == Fraction(w) for a, w, own in zip(np.diag(A), np.diag(W), c, strict=True))
    if unequal.any() or not diagonal:
        raise EvidenceRejected("A - diag c differs from the original's weights")


def _compare_hebbian(synapse: FeedforwardFeedback, inhibition: Sequence[Fraction], block: HebbianBlock) -> None:
    Xi = block.patterns
    scaled = block.scale * Xi.fractions()
    if synapse.feedback != Xi or not (synapse.forward.fractions() == scaled.T).all():
        raise EvidenceRejected("A and B are not sΞᵀ and Ξ")
    own = (scaled * Xi.fractions()).sum(axis=0) if block.zero_diagonal else np.full(Xi.shape[1], Fraction(0))
    if not (np.array(inhibition, dtype=object) == own).all():
        raise EvidenceRejected("the inhibition is not the diagonal that the original leaves out")


def _biases(layers: Sequence[Layer]) -> Matrix:
    return np.concatenate([layer.bias.fractions() for layer in layers])


def _leaks(layers: Sequence[Layer]) -> Matrix:
    return np.array([rate for layer in layers for rate in layer.each(layer.leak)], dtype=object)
