"""Altered systems (T11): T ẏ = Bg(Ay + b) + a - λy, whose energy ½λyᵀPy - … with PB = Aᵀ, P ≻ 0, has no flat regions.

Three ways lead to A and B with the equilibria of the original. Linear layers that drive the others, and are driven by
them alone, become the slow layer: A and B are the weights between (a bipartite network: let the flat layer be fast).
The patterns of a Hebbian synapse give A = sΞᵀ, B = Ξ, P = sI, and what its diagonal leaves out becomes inhibition. Any
other symmetric W ⪰ 0 has a rank factorisation with pivots J, exact in rationals: A = W_·J, B = W_JJ⁻¹W_J·, P = W_JJ.
Only inhibition asks for convex L: GELU and SiLU get an energy too.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from hopverify.checker.linear_algebra import Matrix
from hopverify.networks import Layer
from hopverify.networks.structured import structured_network
from hopverify.numerics.metric import metrics
from hopverify.repairs import Proposal, Repair, UnfitError
from hopverify.repairs import family as families
from hopverify.repairs.convexity import why_not_convex
from hopverify.repairs.drafting import Altered, free_name
from hopverify.repairs.elimination import Eliminated, eliminated
from hopverify.repairs.finding import asymmetry, diagonal_of, negative_factor, no_metric, rank_factors
from hopverify.repairs.metrics import chosen
from hopverify.repairs.proposing import proposal
from hopverify.repairs.signs import check_no_sign
from hopverify.repairs.subject import Network, Subject, too_large
from hopverify.repairs.symmetry import symmetric
from hopverify.repairs.writing import literal
from hopverify.spec import ExactArray

NAME, TITLE, THEORY = "altered", "Altered system with an energy of its own", "T11"
PIVOTS = 8


def _propose(subject: Subject) -> Proposal:
    parts, network, notes = altered(subject)
    return proposal(subject, parts, network, name=NAME, title=TITLE, theory=THEORY, notes=notes)


def _family(subject: Subject, count: int) -> Sequence[Proposal]:
    parts, network, notes = altered(subject)
    return [
        proposal(subject, member, network, name=f"{NAME}-{k + 1}", title=said, theory=THEORY, notes=notes)
        for k, (member, said) in enumerate(families.members(parts, count))
    ]


class NoMetricError(UnfitError):
    """Raised where A and B as they stand have no metric; another factorisation of AB may have one."""


def altered(subject: Subject) -> tuple[Altered, Network | None, tuple[str, ...]]:
    """Return the parts of the altered system, the network they come from, and notes on P; raise UnfitError."""
    check_no_sign(subject.model)
    found = _from_patterns(subject)
    if found is not None:
        return found, None, ()
    network = subject.network
    if network is None:
        raise UnfitError(too_large(subject.model))
    if all(layer.function.name == "identity" for layer in network.layers):
        raise UnfitError("all layers are linear, so there is neither a flat region nor anything else to repair")
    try:
        apart = _between_layers(subject, network)
    except NoMetricError as reason:
        return _otherwise(subject, network, reason)
    if apart is not None:
        return apart[0], network, apart[1]
    even = symmetric(network)
    return _factorised(subject, even), even, ()


def _otherwise(subject: Subject, network: Network, reason: NoMetricError) -> tuple[Altered, Network, tuple[str, ...]]:
    """Return what symmetric weights allow, or another factorisation of AB ⪰ 0; raise the reason if neither helps."""
    try:
        even = symmetric(network)
        apart = _between_layers(subject, even)
        if apart is not None:
            return apart[0], even, apart[1]
    except UnfitError:
        even = network
    try:
        return _factorised(subject, even), even, ("A and B as they stand have no metric; AB ⪰ 0 is factorised anew",)
    except UnfitError:
        raise reason from None


def _from_patterns(subject: Subject) -> Altered | None:
    """Return A = sΞᵀ, B = Ξ, P = sI for one layer with one Hebbian synapse; W is not formed."""
    network = structured_network(subject.model)
    block = network.low_rank if network is not None else None
    if block is None or not block.scale > 0:
        return None
    (layer,), Xi, s = subject.model.layers.values(), block.patterns, block.scale
    c = (s * (Xi.fractions() ** 2).sum(axis=0)).tolist() if block.zero_diagonal else [Fraction(0)] * layer.size
    _check_inhibition(layer, c, "the diagonal that the synapse leaves out")
    tau = layer.tau[0] if layer.uniform_tau and layer.tau[0] else Fraction(1)
    K = Xi.shape[0]
    return Altered(
        made=f"A = sΞᵀ, B = Ξ and P = sI from the {K} patterns Ξ, s = {literal(s)}: y are the overlaps with them",
        slow=free_name(subject),
        tau=[tau] * K,
        rate=Fraction(1),
        a=[Fraction(0)] * K,
        fast=(layer,),
        b=layer.bias.fractions().tolist(),
        leak=layer.each(layer.leak),
        inhibition=c,
        A=ExactArray.of(s * Xi.fractions().T),
        B=Xi,
        metric=ExactArray.of(_scalar(s, K)),
    )


def _check_inhibition(layer: Layer, c: Sequence[Fraction], what: str) -> None:
    if not any(c):
        return
    said = why_not_convex(layer)
    if said is not None:
        raise UnfitError(f"{what} would be self-inhibition of layer {layer.name}, whose Lagrangian {said}")
    if not layer.function.elementwise and len(set(c)) > 1:
        raise UnfitError(f"{what} differs within layer {layer.name}, which is not elementwise")


def _between_layers(subject: Subject, network: Network) -> tuple[Altered, tuple[str, ...]] | None:
    """Return A and B as the weights between linear and other layers, unless the others are joined among themselves."""
    found = eliminated(network)
    if found is None:
        return None
    c = diagonal_of(-found.among)
    if c is None or (c < 0).any() or not _may_inhibit(found, c):
        return None
    A, B = found.A, found.B
    if not (A.any() and B.any()):
        raise UnfitError("no weights lead from the linear layers to the others and back: each part relaxes on its own")
    family = metrics(A, B)
    if family is None:
        raise NoMetricError(f"no metric P ≻ 0 has PB = Aᵀ: {no_metric(A, B, _names(network, found))} (T11)")
    P, notes = chosen(family, A, B, subject.solvers)
    names = [layer.name for layer in found.linear]
    parts = Altered(
        made=f"A are the weights from {', '.join(names)} to the others, {_back(found)}",
        slow=names[0] if len(names) == 1 else free_name(subject),
        tau=_times(network, found, P),
        rate=found.rate,
        a=found.a.tolist(),
        fast=found.others,
        b=network.b[network.neurons(found.others)].tolist(),
        leak=network.leak[network.neurons(found.others)].tolist(),
        inhibition=c.tolist(),
        A=ExactArray.of(A),
        B=ExactArray.of(B),
        metric=ExactArray.of(P),
    )
    return parts, notes


def _back(found: Eliminated) -> str:
    return "B = M⁻¹ times those back, M = ρ - W among the linear neurons" if found.is_solved else "B those back"


def _may_inhibit(found: Eliminated, c: Matrix) -> bool:
    start = 0
    for layer in found.others:
        own = c[start : start + layer.size].tolist()
        start += layer.size
        if any(own) and (why_not_convex(layer) is not None or (not layer.function.elementwise and len(set(own)) > 1)):
            return False
    return True


def _names(network: Network, found: Eliminated) -> list[str]:
    return [network.names[int(k)] for k in network.neurons(found.others)]


def _times(network: Network, found: Eliminated, P: Matrix) -> list[Fraction]:
    """Return the time constants of the linear neurons where sym(TP) ⪰ 0 is sure, else one for all."""
    own: list[Fraction] = network.tau[network.neurons(found.linear)].tolist()
    if 0 in own or (len(set(own)) > 1 and diagonal_of(P) is None):
        return [_shared(network.tau[network.neurons(found.others)].tolist())] * len(own)
    return own


def _shared(tau: Sequence[Fraction]) -> Fraction:
    """Return the time constant that all neurons share, else 1."""
    return tau[0] if len(set(tau)) == 1 and tau[0] else Fraction(1)


def _factorised(subject: Subject, network: Network) -> Altered:
    """Return the rank factorisation of W on the layers that are not linear, the linear ones eliminated."""
    found = eliminated(network)
    others = network.layers if found is None else found.others
    f = network.neurons(others)
    W = network.W if found is None else found.among + found.A @ found.B / found.rate
    b = network.b[f] if found is None else network.b[f] + found.A @ found.a / found.rate
    names = [network.names[int(k)] for k in f]
    said = asymmetry(W, names)
    if said is not None:
        raise UnfitError(f"with the linear layers eliminated W is not symmetric: {said} (T11)")
    factors = rank_factors(W)
    if not isinstance(factors, tuple):
        raise UnfitError(f"W would have to be positive semidefinite: {negative_factor(W, factors, names)} (T11)")
    pivots, B = factors
    if not pivots:
        raise UnfitError("W = 0: no neuron drives another, and each state relaxes on its own")
    r = len(pivots)
    return Altered(
        made=f"W = AB has rank {r}: A are its columns J, B = W_JJ⁻¹W_J· and P = W_JJ, {_pivots(pivots, names)}",
        slow=free_name(subject),
        tau=[_shared(network.tau[f].tolist())] * r,
        rate=Fraction(1),
        a=[Fraction(0)] * r,
        fast=others,
        b=b.tolist(),
        leak=network.leak[f].tolist(),
        inhibition=[Fraction(0)] * len(f),
        A=ExactArray.of(W[:, pivots]),
        B=ExactArray.of(B),
        metric=ExactArray.of(W[np.ix_(pivots, pivots)]),
    )


def _pivots(pivots: Sequence[int], names: Sequence[str]) -> str:
    shown = ", ".join(names[k] for k in pivots[:PIVOTS])
    return f"J: {shown}" if len(pivots) <= PIVOTS else f"J: {shown}, … {len(pivots)} in all"


def _scalar(s: Fraction, size: int) -> Matrix:
    P = np.full((size, size), Fraction(0), dtype=object)
    np.fill_diagonal(P, s)
    return P


REPAIR = Repair(NAME, TITLE, THEORY, order=20, propose=_propose, family=_family)
