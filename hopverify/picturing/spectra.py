"""The spectrum that decides the stability of each listed equilibrium, in floating point, and what is certified of it.

For symmetric W, K = (H/ρ)^{1/2} W (H/ρ)^{1/2}: stable iff λ_max(K) < 1 (T7). For other W the real parts of the
eigenvalues of T⁻¹(WH - ρ): stable iff all are < 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Certificate
from hopverify.expr.floats import FLOATS
from hopverify.networks import LinearNetwork, Model, linear_network
from hopverify.picturing.certified import Rest, equilibria, number

Floats = NDArray[np.float64]
SHOWN, APART = 24, 300


@dataclass(frozen=True)
class Row:
    """One equilibrium: its eigenvalues, and the certified ends of the largest; None where nothing is certified."""

    number: int
    stability: str
    eigenvalues: tuple[float, ...]
    at_least: float | None
    at_most: float | None


@dataclass(frozen=True)
class Spectra:
    """``decides`` is 1 for K and 0 for the linearisation; so many equilibria are ``left`` out."""

    symmetric: bool
    rows: tuple[Row, ...]
    left: int

    @property
    def decides(self) -> float:
        """The number that parts stable from unstable."""
        return 1.0 if self.symmetric else 0.0


def spectra_of(model: Model, certificate: Certificate) -> Spectra | None:
    """Return the spectra at the equilibria that a certificate lists, or None without a list or a linear network."""
    rests = [rest for rest in equilibria(certificate, model) if rest.whole is not None]
    network = linear_network(model) if rests else None
    if network is None:
        return None
    # What is not stable is what a reader looks for.
    chosen = sorted(rests, key=lambda rest: rest.stability == "stable")[:SHOWN]
    chosen = sorted(chosen, key=lambda rest: rest.number)
    symmetric = network.is_symmetric
    rows = [row for rest in chosen if (row := _row(network, rest, symmetric)) is not None]
    if not rows:
        return None
    span = max(max(row.eigenvalues) for row in rows) - min(min(row.eigenvalues) for row in rows)
    return Spectra(symmetric, tuple(_thinned(row, span) for row in rows), len(rests) - len(rows))


def _thinned(row: Row, span: float) -> Row:
    """Return a row without eigenvalues that a picture of that span shows in one place."""
    kept = [row.eigenvalues[-1]]
    for value in row.eigenvalues[-2::-1]:
        if kept[-1] - value > span / APART:
            kept.append(value)
    return replace(row, eigenvalues=tuple(reversed(kept)))


def _row(network: LinearNetwork, rest: Rest, symmetric: bool) -> Row | None:
    assert rest.whole is not None
    with np.errstate(all="ignore"):
        H = hessian(network, rest.whole)
        W, leak = FLOATS.array(network.W), FLOATS.array(network.leak)
        if not np.isfinite(H).all():
            return None
        found = _of_form(W, H, leak) if symmetric else _of_flow(network, W, H, leak)
    if found is None or not np.isfinite(found).all():
        return None
    at_least, at_most = _certified(rest, symmetric)
    return Row(rest.number, rest.stability, tuple(np.sort(found).tolist()), at_least, at_most)


def hessian(network: LinearNetwork, x: Floats) -> Floats:
    """Return H at a state of all neurons."""
    H = np.zeros((network.size, network.size))
    for layer, neurons in network.places():
        own = x[neurons]
        for k, j in enumerate(neurons):
            H[neurons, j] = np.asarray(layer.function.hessian_times(own, np.eye(len(own))[k], FLOATS), dtype=np.float64)
    return H


def _of_form(W: Floats, H: Floats, leak: Floats) -> Floats:
    """Return the eigenvalues of K; a slope below 0 has no root, and counts as 0."""
    values, vectors = np.linalg.eigh((H + H.T) / 2)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    scaled = root / np.sqrt(leak)[:, None]
    found: Floats = np.linalg.eigvalsh(scaled @ W @ scaled.T)
    return found


def _of_flow(network: LinearNetwork, W: Floats, H: Floats, leak: Floats) -> Floats | None:
    taus = [tau for layer in network.layers for tau in layer.each(layer.tau)]
    if 0 in taus:
        return None
    tau = FLOATS.array(np.array(taus, dtype=object))
    found: Floats = np.linalg.eigvals((W @ H - np.diag(leak)) / tau[:, None]).real
    return found


def _certified(rest: Rest, symmetric: bool) -> tuple[float | None, float | None]:
    """Return between what the largest eigenvalue lies, as the certificate says; of an unstable one, above 1."""
    row = rest.row
    try:
        if "lambda_max_at_most" in row:
            return None, number(row["lambda_max_at_most"])
        if "rate" in row and not symmetric:
            rate = number(row["rate"])
            return (None, -rate) if rest.stability == "stable" else (rate, None)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None, None
    if rest.stability == "unstable" and symmetric:
        return 1.0, None
    return (None, 1.0) if rest.stability == "stable" and symmetric else (None, None)
