"""Networks whose drives are linear and not the gradients of their energy, in floating point: dE/dt in closed form.

    f = Tẋ = Wγ + b - ρx,    ∇E = -H(f + δ),    δ = (M - W)γ + β - b,    dE/dt = -(f + δ)ᵀ H T⁻¹ f

-½γᵀMγ is the synapses' part of the energy, β the bias that counts in it, H the slopes of the activations. Where the
flow is -δ/2, the state is an equilibrium of the *averaged* network, with (W + M)/2 and (b + β)/2, and
dE/dt = ¼ δᵀ H T⁻¹ δ. This holds on a few neurons as well, where the slopes of all others are 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.midpoints import matrix
from hopverify.errors import EvidenceRejected
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, Model
from hopverify.networks.structured import structured_network
from hopverify.numerics.energy_form import as_gradient
from hopverify.numerics.limits import Ask, unlimited

Floats = NDArray[np.float64]
MAX_SIZE = 2000
EULER_STEPS, NEWTON_STEPS, CLOSE = 100, 24, 2.0**-40


@dataclass(frozen=True, eq=False)
class AveragedFlow:
    """``W`` and ``M`` are N × N, the others vectors of N numbers; the averaged network is x = (A g(x) + c)/ρ."""

    layers: tuple[tuple[Layer, slice], ...]
    W: Floats
    M: Floats
    b: Floats
    beta: Floats
    leak: Floats
    tau: Floats

    def activation(self, x: Floats) -> Floats:
        """Return g(x)."""
        return np.concatenate([layer.function.activate(x[own], FLOATS) for layer, own in self.layers]).astype(float)

    def slopes(self, x: Floats) -> Floats:
        """Return the diagonal of H."""
        found = np.empty_like(x)
        for layer, own in self.layers:
            assert layer.function.slope is not None
            found[own] = evaluate(layer.function.slope, layer.function.variables(x[own], FLOATS), FLOATS)
        return found

    def rate(self, x: Floats) -> float:
        """Return dE/dt; 0 where roundings may be all that is seen of it."""
        gamma, h = self.activation(x), self.slopes(x) / self.tau
        flow = self.W @ gamma + self.b - self.leak * x
        falls = self.M @ gamma + self.beta - self.leak * x
        parts = -falls * h * flow
        size = (np.abs(self.W) + np.abs(self.M)) @ np.abs(gamma) + np.abs(self.b) + self.leak * np.abs(x)
        found = float(parts.sum())
        return found if abs(found) > CLOSE * float(np.sum(h * size * (np.abs(flow) + np.abs(falls)))) else 0.0

    def rates(self, x: Floats, alive: NDArray[np.intp], of: Floats) -> Floats:
        """Return dE/dt for each row of ``of``, the states of the neurons ``alive``; all others, at x, are flat."""
        kept = self.activation(x)
        kept[alive] = 0.0
        parts = [self._of_neuron(int(i), column) for i, column in zip(alive, of.T, strict=True)]
        gamma, h = (np.array(values).T for values in zip(*parts, strict=True))
        leaks = self.leak[alive] * of
        flow = gamma @ self.W[np.ix_(alive, alive)].T + self.W[alive] @ kept + self.b[alive] - leaks
        falls = gamma @ self.M[np.ix_(alive, alive)].T + self.M[alive] @ kept + self.beta[alive] - leaks
        found: Floats = -(falls * h / self.tau[alive] * flow).sum(axis=1)
        return found

    def _of_neuron(self, i: int, states: Floats) -> tuple[Floats, Floats]:
        """Return activations and slopes of one neuron at some states."""
        function = next(layer.function for layer, own in self.layers if own.start <= i < own.stop)
        assert function.slope is not None
        h = evaluate(function.slope, function.variables(states, FLOATS), FLOATS)
        return np.asarray(function.activate(states, FLOATS), dtype=float), np.broadcast_to(h, states.shape)

    def rest(self, x: Floats, alive: NDArray[np.intp] | None = None, ask: Ask = unlimited) -> Floats | None:
        """Return an equilibrium of the averaged network near the end of its flow from x, or None.

        ``alive`` are the numbers of the neurons that move; the others stay where they are.
        """
        own = np.arange(len(x)) if alive is None else alive
        A, c = (self.W[own] + self.M[own]) / 2, (self.b[own] + self.beta[own]) / 2
        leak, x = self.leak[own], x.copy()
        with np.errstate(all="ignore"):
            for number in range(EULER_STEPS + NEWTON_STEPS):
                ask()
                gamma = self.activation(x)
                flow = A @ gamma + c - leak * x[own]
                if not np.isfinite(flow).all():
                    return None
                if (np.abs(flow) <= CLOSE * (1 + np.abs(A) @ np.abs(gamma) + np.abs(c))).all():
                    return x
                if number < EULER_STEPS:
                    x[own] += flow / 2
                    continue
                try:
                    x[own] += np.linalg.solve(np.diag(leak) - A[:, own] * self.slopes(x)[own], flow)
                except np.linalg.LinAlgError:
                    return None
        return None

    def rising_direction(self, x: Floats) -> Floats:
        """Return v of length 1 that is highest in -((MH - ρ)v)ᵀ H T⁻¹ (WH - ρ)v: dE/dt near a common equilibrium."""
        h, leak = self.slopes(x), np.diag(self.leak)
        form = -(self.M * h - leak).T @ ((h / self.tau)[:, None] * (self.W * h - leak))
        _, vectors = np.linalg.eigh(form + form.T)
        highest: Floats = vectors[:, -1]
        return highest

    def flat_states(self) -> list[list[float]]:
        """Return, for each layer, states at which its neurons have slope 0: at most one below and one above."""
        return [_flat(layer) for layer, _ in self.layers]

    @property
    def unequal(self) -> Floats:
        """|M - W|, by which drives differ from gradients."""
        return np.abs(self.M - self.W)


def _flat(layer: Layer) -> list[float]:
    found, slope = [], layer.function.slope
    assert slope is not None
    for side in (-1.0, 1.0):
        states = side * 4.0 ** np.arange(6)
        with np.errstate(all="ignore"):
            h = np.broadcast_to(evaluate(slope, layer.function.variables(states, FLOATS), FLOATS), states.shape)
        found += [float(x) for x, each in zip(states, h, strict=True) if abs(each) < CLOSE][:1]
    return found


def averaged_flow(model: Model) -> AveragedFlow | None:
    """Return the network of a model in doubles, or None where drives are not linear, or minus gradients anyway."""
    layers = tuple(model.layers.values())
    if model.claimed is not None or sum(layer.size for layer in layers) > MAX_SIZE:
        return None
    if not all(layer.function.elementwise and not layer.instantaneous for layer in layers):
        return None
    # Neurons with parameters of their own are not evaluated one by one.
    if any(layer.function.constants for layer in layers):
        return None
    network = structured_network(model)
    # Each drive minus the gradient of its energy.
    falling = {name: as_gradient(synapse) for name, synapse in model.synapses.items()}
    energies = structured_network(replace(model, synapses=falling))
    if network is None or energies is None:
        return None
    try:
        W, M = matrix(network).values, matrix(energies).values
    except EvidenceRejected:
        return None
    bias = [layer.bias.floats() for layer in layers]
    counted = [b if layer.bias_in_energy else np.zeros_like(b) for layer, b in zip(layers, bias, strict=True)]
    return AveragedFlow(
        tuple((layer, network.places[layer.name]) for layer in layers),
        W,
        M,
        np.concatenate(bias),
        np.concatenate(counted),
        _doubles([rate for layer in layers for rate in layer.each(layer.leak)]),
        _doubles([tau for layer in layers for tau in layer.each(layer.tau)]),
    )


def _doubles(numbers: Sequence[Fraction]) -> Floats:
    return np.array([float(each) for each in numbers])
