"""The symmetriser of a whole network (T13): D ≻ 0 with DW symmetric, one number in layers that are not elementwise."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np

from hopverify.checker.linear_algebra import Matrix
from hopverify.provers.symmetriser import symmetriser
from hopverify.repairs import UnfitError
from hopverify.repairs.finding import cycle_words
from hopverify.repairs.subject import Network


def factors(network: Network) -> Matrix:
    """Return d > 0 with diag(d)W symmetric, all 1 if W is; raise UnfitError with the cycle that excludes it."""
    if network.is_symmetric:
        return np.full(len(network.b), Fraction(1), dtype=object)
    W, linked = network.W.copy(), _links(network)
    for i, j in linked:
        if W[i, j] == W[j, i] == 0:
            # Symmetric weights between two neurons make their factors agree.
            W[i, j] = W[j, i] = Fraction(1)
        elif W[i, j] != W[j, i]:
            raise UnfitError(_refusal(network, [i, j], linked))
    d, cycle = symmetriser(W)
    if d is None:
        raise UnfitError(_refusal(network, cycle or [], linked))
    return np.array(d, dtype=object)


def symmetric(network: Network) -> Network:
    """Return the network with its equations scaled so that W = Wᵀ; raise UnfitError if that cannot be."""
    return network if network.is_symmetric else network.scaled(factors(network))


def _links(network: Network) -> set[tuple[int, int]]:
    """Return pairs of neurons that make the factors within each layer that is not elementwise agree."""
    whole = [network.places[layer.name] for layer in network.layers if not layer.function.elementwise]
    return {(int(i), int(j)) for place in whole for i, j in pairwise(place)}


def _refusal(network: Network, cycle: list[int], linked: set[tuple[int, int]]) -> str:
    said = cycle_words(network.W, cycle, network.names, linked) if len(cycle) > 1 else "its weights are not of one sign"
    return f"W is not symmetric, and no diagonal D ≻ 0 makes DW so: {said} (T13)"
