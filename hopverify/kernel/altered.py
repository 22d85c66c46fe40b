"""Altered systems: a slow linear layer y that the fast neurons x drive, and follow at once (T11, T12).

    T ẏ = Bγ + a - λy,     ρ∘x + c∘γ = Ay + b,     γ = g(x)

c ≥ 0, the same in a layer that acts as a whole. With P = Pᵀ and PB = Aᵀ the energy is, at x = x(y),

    V(y) = ½λ yᵀPy - aᵀPy + Σ [ρ(x·γ - L(x)) - b·γ] - γᵀAy + ½γᵀ(c∘γ) + Σφ(z),     z = Nᵀ(λy - a),

the last sum only where the core states a residual N and φ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq_mat

from hopverify.kernel.affine import Affine, affine_drives, starts
from hopverify.kernel.arithmetic import Value
from hopverify.kernel.balls import BALLS
from hopverify.kernel.cells import line
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.exact import RATIONALS, exact
from hopverify.kernel.functions import ball, exactly, fraction, matrix
from hopverify.kernel.network import Network, activation, slope
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.semidefinite import is_certainly_definite
from hopverify.kernel.terms import STATE, Term

Rows = Sequence[Sequence[Fraction]]
"""A matrix of rationals, row by row."""


def inhibition(core: Core, fast: Sequence[Layer], forms: Sequence[Affine]) -> dict[str, list[Fraction]]:
    """Return c of each instantaneous layer; refuse other drives among such layers, or another sign."""
    first, found = starts(core), dict[str, list[Fraction]]()
    at_once = {first[layer.name] + k for layer in fast for k in range(layer.size)}
    for layer in fast:
        own = range(first[layer.name], first[layer.name] + layer.size)
        found[layer.name] = [-forms[i].slopes.get(i, Fraction(0)) for i in own]
        alone = all(j == i or j not in at_once for i in own for j in forms[i].slopes)
        need(alone, f"layer {layer.name}", "instantaneous neurons drive others of these")
        fits = min(found[layer.name]) >= 0 and (layer.elementwise or len(set(found[layer.name])) == 1)
        need(fits, f"layer {layer.name}", "an instantaneous neuron excites itself, or neurons of a whole layer differ")
    return found


@dataclass(frozen=True, eq=False)
class System:
    """The slow layer of m neurons, the n fast ones, with A (n, m), B (m, n), a (m), b (n), c (n) and λ."""

    core: Core
    slow: Layer
    fast: Sequence[Layer]
    A: fmpq_mat
    B: fmpq_mat
    a: Sequence[Fraction]
    b: Sequence[Fraction]
    c: Mapping[str, Sequence[Fraction]]
    rate: Fraction

    @property
    def tau(self) -> list[Fraction]:
        """The time constants of y."""
        return [Fraction(each) for each in self.slow.tau.entries]

    @property
    def stated(self) -> Rows | None:
        """P as the core states it."""
        term = None if self.core.altered is None else self.core.altered.metric
        return None if term is None else self._matrix(term)

    @property
    def metric(self) -> Rows:
        """P as the core states it; refused where it states none."""
        P = self.stated
        if P is None:
            raise Rejected("metric: the core states none")
        return P

    def _matrix(self, term: Term) -> Rows:
        found: Rows = evaluate(term, arrays_of(self.core, term, arithmetic=RATIONALS), RATIONALS)
        return found

    def check_metric(self, P: Rows, timed: bool) -> None:
        """Refuse a matrix unless P = Pᵀ ≻ 0 and PB = Aᵀ; if ``timed``, unless TP + PT ≻ 0, too."""
        need(all(len(row) == len(P) == self.slow.size for row in P), "metric", "it has another shape")
        symmetric = all(P[i][j] == P[j][i] for i in range(len(P)) for j in range(i))
        need(symmetric and matrix(P) * self.B == self.A.transpose(), "metric", "P is not symmetric, or PB is not Aᵀ")
        need(is_certainly_definite(P), "metric", "P is not shown to be positive definite")
        if timed and len(set(self.tau)) > 1:
            need(
                is_certainly_definite(twice_timed(self.tau, P)),
                "metric",
                "TP + PT is not shown to be positive definite",
            )

    def check_residual(self) -> None:
        """Refuse a residual that feedback reaches, or whose potential does not rest at 0; it asks for one τ."""
        residual, altered = self.core.residual, self.core.altered
        if residual is None or altered is None or altered.residual is None:
            return
        need(len(set(self.tau)) == 1, "residual", "a residual needs one time constant")
        N = self._matrix(altered.residual)
        need(len(N) == self.slow.size, "residual", "N has another number of rows than the slow layer neurons")
        reached = matrix(N).transpose() * self.B
        need(not any(reached.entries()), "residual", "feedback reaches it: NᵀB is not 0")
        rest = exact(self.core, slope(self.core, residual, _potential(residual)), Fraction(0))
        need(rest == 0, "residual", "its potential does not rest at 0")

    def premises(self) -> list[tuple[str, dict[str, str]]]:
        """Return what makes x and γ locally Lipschitz functions of y, and lets the residual's part fall."""
        found: list[tuple[str, dict[str, str]]] = []
        for layer in self.fast:
            found += [(name, {"layer": layer.name}) for name in ("Lipschitz activation", "gradient of L")]
            found += [("convex", {"layer": layer.name})] if any(self.c[layer.name]) else []
        if self.core.residual is not None:
            found += [(name, {"layer": self.core.residual.name}) for name in ("convex", "Lipschitz activation")]
        return found

    def energy(self, x: Mapping[str, Value], gamma: Mapping[str, Value]) -> Value:
        """Return V in balls, with the metric that the core states."""
        P, network, y = self.metric, Network(self.core), x[self.slow.name]
        Py = [BALLS.dot([ball(each) for each in row], y) for row in P]
        weights = [ball(self.rate / 2) * u - ball(shift) for u, shift in zip(y, self.a, strict=True)]
        inputs = [
            BALLS.dot([ball(fraction(self.A[i, k])) for k in range(self.slow.size)], y) for i in range(len(self.b))
        ]
        total, place = BALLS.dot(weights, Py), 0
        for layer in self.fast:
            total += network.own(layer, x[layer.name], gamma[layer.name])
            for each, c in zip(gamma[layer.name], self.c[layer.name], strict=True):
                total += each * (ball(c / 2) * each - ball(self.b[place]) - inputs[place])
                place += 1
        return total + self._of_residual(network, y)

    def _of_residual(self, network: Network, y: Value) -> Value:
        residual, altered = self.core.residual, self.core.altered
        if residual is None or altered is None or altered.residual is None:
            return ball(0)
        w = [ball(self.rate) * u - ball(shift) for u, shift in zip(y, self.a, strict=True)]
        columns = zip(*self._matrix(altered.residual), strict=True)
        z = [BALLS.dot([ball(each) for each in column], w) for column in columns]
        phi = _potential(residual)
        return BALLS.total([evaluate(phi, {**network.arrays, STATE: each}) for each in z])


def _potential(residual: Layer) -> Term:
    """Return φ, the Lagrangian of the residual."""
    assert residual.L is not None
    return residual.L


def twice_timed(tau: Sequence[Fraction], P: Rows) -> list[list[Fraction]]:
    """Return TP + PT, T the diagonal matrix of the time constants."""
    return [[(s + t) * each for t, each in zip(tau, row, strict=True)] for s, row in zip(tau, P, strict=True)]


def altered_system(core: Core) -> System:
    """Return the altered system that a core is, or refuse the core."""
    fast = core.fast_layers
    single = core.spins is None and len(core.slow_layers) == 1
    need(single, "altered", "expected one layer with τ > 0, all others at once")
    (slow,) = core.slow_layers
    leaks = {Fraction(each) for each in slow.leak.entries}
    need(is_identity(core, slow), f"layer {slow.name}", "it is not linear")
    need(len(leaks) == 1 and min(leaks) > 0, f"layer {slow.name}", "it has not one leak > 0")
    forms, first = affine_drives(core), starts(core)
    c = inhibition(core, fast, forms)
    own = range(first[slow.name], first[slow.name] + slow.size)
    need(all(j not in own for i in own for j in forms[i].slopes), f"layer {slow.name}", "it drives itself")
    others = [i for layer in fast for i in range(first[layer.name], first[layer.name] + layer.size)]
    A, B = (block(forms, *places) for places in ((others, own), (own, others)))
    a, b = ([forms[i].constant for i in places] for places in (own, others))
    return System(core, slow, fast, A, B, a, b, c, leaks.pop())


def is_identity(core: Core, layer: Layer) -> bool:
    """Whether the activation of a layer is its state."""
    return layer.elementwise and line(activation(core, layer)) == (Fraction(1), Fraction(0))


def block(forms: Sequence[Affine], rows: Sequence[int], columns: Sequence[int]) -> fmpq_mat:
    """Return the slopes of some drives on some activations."""
    entries = [exactly(forms[i].slopes.get(j, Fraction(0))) for i in rows for j in columns]
    return fmpq_mat(len(rows), len(columns), entries)
