"""The universal repair (T12), for symmetric W of any sign and convex L: a slow neuron for each neuron, and inhibition.

With c > max(0, -λ_min(W)) and P = W + cI the altered system A = P, B = I has the equilibria of the original: neurons
solve ρx + c g(x) = Py + b, and where y rests it is g(x), so that ρx = Wg(x) + b. For ρ = 1, g(x) is the gradient of the
Moreau envelope e(u) = min_x L(x) + |u - x|²/(2c) at u = Py + b, and V(y) = ½yᵀPy - e(Py + b).

Of L nothing but convexity is needed. A sign is filled in where it jumps, and for c > 0 the envelope of |x| is Huber's
function (:mod:`hopverify.repairs.signs`).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from hopverify.checker.linear_algebra import Matrix
from hopverify.checker.quadratic_forms import DenseForm
from hopverify.networks.structured import DenseBlock, structured_network
from hopverify.repairs import Proposal, Repair, UnfitError
from hopverify.repairs.convexity import why_not_convex
from hopverify.repairs.drafting import Altered, free_name
from hopverify.repairs.inhibition import least_inhibition
from hopverify.repairs.proposing import proposal
from hopverify.repairs.signs import is_sign
from hopverify.repairs.subject import Network, Subject, too_large
from hopverify.repairs.symmetry import symmetric
from hopverify.repairs.writing import literal
from hopverify.spec import ExactArray

NAME, TITLE, THEORY = "universal", "Universal repair by the Moreau envelope", "T12"


def _propose(subject: Subject) -> Proposal:
    _check_convex(subject)
    network = subject.network
    if network is None:
        parts, c = _large(subject)
    else:
        network = symmetric(network)
        parts, c = _small(subject, network)
    how = "c = 0: W ≻ 0 as it is"
    if c:
        smaller = "smaller positive number" if parts.smoothed else "smaller number"
        how = f"c = {literal(c)}: W + cI ≻ 0 is verified, and was not for a {smaller} of so few digits"
    return proposal(subject, parts, network, name=NAME, title=TITLE, theory=THEORY, notes=(how,))


def _check_convex(subject: Subject) -> None:
    for layer in subject.model.layers.values():
        said = why_not_convex(layer)
        if said is not None:
            raise UnfitError(
                f"the Lagrangian of layer {layer.name} {said}, and the Moreau envelope needs a convex one; "
                "where W ⪰ 0, altered (T11) does not"
            )


def _small(subject: Subject, network: Network) -> tuple[Altered, Fraction]:
    c = least_inhibition(network.W, positive=bool(_signs(subject)))
    P = network.W.copy()
    P[np.diag_indices(len(P))] += c
    leak, b = network.leak.tolist(), network.b.tolist()
    return _parts(subject, ExactArray.of(P), c, b, leak, network.tau), c


def _large(subject: Subject) -> tuple[Altered, Fraction]:
    """Return the same for one dense synapse within one layer of thousands of neurons, in doubles that are exact."""
    network = structured_network(subject.model)
    block = network.placed[0].block if network is not None and len(network.placed) == len(network.layers) == 1 else None
    if not isinstance(block, DenseBlock) or block.factor != 1 or block.symmetrised or not block.matrix.is_dyadic:
        raise UnfitError(too_large(subject.model))
    if not block.is_symmetric:
        raise UnfitError(f"{too_large(subject.model)}; beyond that W has to be symmetric as it stands, and is not")
    W = np.array(block.matrix.values)
    c = least_inhibition(W, form=DenseForm.of(W), positive=bool(_signs(subject)))
    # The diagonal in rationals: what a double does not hold would not be the matrix of the theorem.
    diagonal = [Fraction(value) + c for value in np.diag(W).tolist()]
    W[np.diag_indices(len(W))] = [float(value) for value in diagonal]
    if any(Fraction(value) != exact for value, exact in zip(np.diag(W).tolist(), diagonal, strict=True)):
        raise UnfitError("W + cI is no array of doubles; weights of fewer digits would do")
    (layer,) = subject.model.layers.values()
    tau = np.array(layer.each(layer.tau), dtype=object)
    return _parts(subject, ExactArray.of(W), c, layer.bias.fractions().tolist(), layer.each(layer.leak), tau), c


def _parts(
    subject: Subject, P: ExactArray, c: Fraction, b: list[Fraction], leak: list[Fraction], tau: Matrix
) -> Altered:
    n, shared = len(b), set(tau.tolist())
    one = next(iter(shared)) if len(shared) == 1 else Fraction(1)
    identity = ExactArray.of(np.eye(n))
    return Altered(
        made=f"A = P = W + cI with c = {literal(c)}, B = I"
        if c
        else "A = P = W, which is positive definite, and B = I",
        slow=free_name(subject),
        tau=[one] * n,
        rate=Fraction(1),
        a=[Fraction(0)] * n,
        fast=tuple(subject.model.layers.values()),
        b=b,
        leak=leak,
        inhibition=[c] * n,
        A=P,
        B=identity,
        metric=P,
        smoothed=_signs(subject),
    )


def _signs(subject: Subject) -> frozenset[str]:
    return frozenset(layer.name for layer in subject.model.layers.values() if is_sign(layer))


REPAIR = Repair(NAME, TITLE, THEORY, order=30, propose=_propose)
