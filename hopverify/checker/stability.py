"""Stability of an equilibrium in the range of the Hessian (T7).

For symmetric W and slopes h, with A the alive neurons (h > 0), the equilibrium is exponentially stable if
Q = diag(ρ/h)_A - W_AA ≻ 0 and unstable if Q has a negative direction, whatever the time constants are. Elimination on
Q, in rationals or in balls, meets a negative pivot exactly if there is such a direction (Sylvester), and gives it.
Instantaneous neurons take part as the others do: Q on them is positive definite, and the form of the flow that is
reduced to the rest is its Schur complement (T7).

At a kink (a neuron exactly between two segments, the biactive set B) the second-order condition is asked on each cone
of signs: a neuron cannot move to a flat side. It is a strict copositivity test of the Schur complement on B.
For W that is not symmetric the spectrum of T⁻¹(WH - ρ) on A is enclosed (Arb), instantaneous neurons eliminated
(:mod:`hopverify.checker.spectrum`). Networks with whole-layer activations are decided on the range of H
(:mod:`hopverify.checker.range_stability`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from flint import arb

from hopverify.checker.copositivity import is_strictly_copositive
from hopverify.checker.elimination import negative_pivot
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.linear_algebra import solve
from hopverify.checker.range_stability import RangeForm, has_energy, hessian_at, is_smooth_at, linear_flow_at
from hopverify.checker.spectrum import count_to_the_right, linear_flow, real_parts
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.regularity import is_analytic
from hopverify.networks import LinearNetwork
from hopverify.networks.segments import segments

MAX_BIACTIVE = 8
RATES = 64
# Beyond, an equilibrium that is known to attract everything is not eliminated once more.
MAX_ELIMINATED = 40
NOT_ENCLOSED = "the eigenvalues could not be enclosed"


@dataclass(frozen=True)
class Stability:
    """``verdict`` is stable, unstable or undecided; ``evidence`` says why, for the reader."""

    verdict: str
    evidence: dict[str, Any]


@dataclass(frozen=True, eq=False)
class LocalSlopes:
    """The slopes of g to the left and right of each neuron's state (Fractions, or balls where they are enclosed)."""

    left: list[Any]
    right: list[Any]

    @property
    def alive(self) -> list[int]:
        """Neurons with one slope, other than 0."""
        return [i for i, (a, b) in enumerate(zip(self.left, self.right, strict=True)) if a is b and not _is_zero(a)]

    @property
    def biactive(self) -> list[int]:
        """Neurons at a kink."""
        return [i for i, (a, b) in enumerate(zip(self.left, self.right, strict=True)) if a is not b]


def _is_zero(value: Any) -> bool:
    return bool(value == 0)


def slopes_at(network: LinearNetwork, equilibrium: Equilibrium) -> LocalSlopes:
    """Return the slopes of every activation at an equilibrium: exact at exact states, else enclosed in balls."""
    left, right = [], []
    for i, function in enumerate(network.functions):
        parts = segments(function)
        if parts is not None and equilibrium.exact is not None:
            here = [part.slope for part in parts if part.holds(equilibrium.exact[i])]
            left.append(here[0])
            right.append(here[-1] if len(here) > 1 else here[0])
        else:
            low, high = ball(Fraction(equilibrium.lower[i])), ball(Fraction(equilibrium.upper[i]))
            assert function.slope is not None
            slope = evaluate(function.slope, {"x": low.union(high)}, BALLS)
            left.append(slope)
            right.append(slope)
    return LocalSlopes(left, right)


def stability_of(network: LinearNetwork, equilibrium: Equilibrium) -> Stability:
    """Return whether an equilibrium is stable, unstable, or neither shown."""
    attracting = Stability("stable", {"because": "it attracts every solution (T16)"})
    if equilibrium.attracting and network.size > MAX_ELIMINATED:
        return attracting
    found = _linear(network, equilibrium)
    return attracting if equilibrium.attracting and found.verdict == "undecided" else found


def _linear(network: LinearNetwork, equilibrium: Equilibrium) -> Stability:
    """Return what the linear flow, or the form of the energy at kinks, says."""
    with precision():
        if not network.elementwise:
            return _in_the_range(network, equilibrium)
        slopes = slopes_at(network, equilibrium)
        if any(not (a > 0 or a == 0) for a in (*slopes.left, *slopes.right)):
            return Stability("undecided", {"because": "a slope is negative, or its sign is not certain"})
        if equilibrium.face is not None:
            return Stability("undecided", {"because": "the equilibrium is not isolated: λ_max(K) = 1 along its face"})
        if not network.is_symmetric:
            return _spectral(network, slopes)
        if slopes.biactive:
            return _at_kink(network, slopes)
        return _smooth(network, slopes)


def quadratic_form(
    network: LinearNetwork, slopes: list[Any], neurons: list[int], scale: Any = 1
) -> np.ndarray[Any, Any]:
    """Return scale·diag(ρ/h) - W on the given neurons, in the numbers of the slopes."""
    exact = all(isinstance(slopes[i], Fraction) for i in neurons)
    lift: Any = Fraction if exact else (lambda v: v if isinstance(v, arb) else ball(Fraction(v)))
    Q = np.empty((len(neurons), len(neurons)), dtype=object)
    for a, i in enumerate(neurons):
        for b, j in enumerate(neurons):
            Q[a, b] = lift(-network.W[i, j])
        Q[a, a] = Q[a, a] + lift(scale) * lift(network.leak[i]) / lift(slopes[i])
    return Q


def _smooth(network: LinearNetwork, slopes: LocalSlopes) -> Stability:
    neurons = slopes.alive
    if not neurons:
        return Stability("stable", {"lambda_max_at_most": "0"})
    found, direction = negative_pivot(quadratic_form(network, slopes.left, neurons))
    if found == "positive":
        return Stability("stable", {"lambda_max_at_most": str(_rate(network, slopes.left, neurons))})
    if found == "open" or direction is None:
        return Stability("undecided", {"because": "the form diag(ρ/h) - W is singular, or too close to it"})
    shown = {network.names()[i]: _text(value) for i, value in zip(neurons, direction, strict=True)}
    return Stability("unstable", {"direction": shown})


def _in_the_range(network: LinearNetwork, equilibrium: Equilibrium) -> Stability:
    """Decide on the range of H where a layer is not elementwise (:mod:`hopverify.checker.range_stability`)."""
    H = hessian_at(network, equilibrium)
    if not is_smooth_at(network, equilibrium, H):
        return Stability("undecided", {"because": "a neuron is at a kink, or a slope is not certain"})
    if not has_energy(network):
        return _by_spectrum(linear_flow_at(network, H))
    form = RangeForm(network, H)
    if not form.is_metric():
        return Stability("undecided", {"because": "H is not certainly positive off its known null space"})
    found, direction = negative_pivot(form.scaled())
    if found == "positive":
        return Stability("stable", {"lambda_max_at_most": str(_least_rate(form.scaled))})
    if found == "open" or direction is None:
        return Stability(
            "undecided", {"because": "the form ρH - HWH is singular on the range of H, or too close to it"}
        )
    activation = form.HN @ direction
    return Stability("unstable", {"direction": {network.names()[i]: _text(activation[i]) for i in form.alive}})


def _rate(network: LinearNetwork, slopes: list[Any], neurons: list[int]) -> Fraction:
    return _least_rate(lambda scale: quadratic_form(network, slopes, neurons, scale))


def _least_rate(form: Callable[[Fraction], np.ndarray[Any, Any]]) -> Fraction:
    """Return the least k/64 ≤ 1 with λ_max(K) ≤ k/64 certified, by bisection on elimination."""
    good, bad = RATES, 0
    while good - bad > 1:
        middle = (good + bad) // 2
        found, _ = negative_pivot(form(Fraction(middle, RATES)))
        good, bad = (middle, bad) if found == "positive" else (good, middle)
    return Fraction(good, RATES)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, Fraction) else f"≈{float(value.mid()):.6g}"


def _at_kink(network: LinearNetwork, slopes: LocalSlopes) -> Stability:
    """The second-order condition on every cone of signs of the biactive neurons."""
    alive, kinks = slopes.alive, slopes.biactive
    if len(kinks) > MAX_BIACTIVE:
        return Stability("undecided", {"because": f"more than {MAX_BIACTIVE} neurons lie exactly at a kink"})
    sides = [[s for s, slope in ((-1, slopes.left[i]), (1, slopes.right[i])) if not _is_zero(slope)] for i in kinks]
    for signs in product(*([0, *side] for side in sides)):
        moving = [(i, s) for i, s in zip(kinks, signs, strict=True) if s]
        found = _on_cone(network, slopes, alive, moving)
        if found is not None:
            return found
    names = [network.names()[i] for i in kinks]
    return Stability("stable", {"at_kink": names, "because": "strictly copositive on every cone of directions"})


def _on_cone(
    network: LinearNetwork, slopes: LocalSlopes, alive: list[int], moving: list[tuple[int, int]]
) -> Stability | None:
    """Return None if the form is positive on the cone where the alive neurons are free and the others have signs."""
    local = list(slopes.left)
    for i, sign in moving:
        local[i] = slopes.right[i] if sign > 0 else slopes.left[i]
    neurons = [*alive, *(i for i, _ in moving)]
    Q = quadratic_form(network, local, neurons)
    free = len(alive)
    found, direction = negative_pivot(Q[:free, :free]) if free else ("positive", None)
    if found == "positive" and not moving:
        return None
    if found == "positive":
        signs = np.array([Fraction(sign) for _, sign in moving], dtype=object)
        S = _schur(Q, free) * np.outer(signs, signs)
        holds, witness = is_strictly_copositive(S)
        if holds:
            return None
        direction = _lifted(Q, free, witness * signs) if witness is not None and (witness @ S @ witness) < 0 else None
    if direction is None:
        return Stability("undecided", {"because": "the second-order condition at the kink holds only weakly"})
    shown = {network.names()[i]: _text(value) for i, value in zip(neurons, direction, strict=False)}
    return Stability("unstable", {"direction": shown})


def _schur(Q: np.ndarray[Any, Any], free: int) -> np.ndarray[Any, Any]:
    """Return Q_BB - Q_BA Q_AA⁻¹ Q_AB by elimination of the first ``free`` rows."""
    A = Q.copy()
    for k in range(free):
        for i in range(k + 1, len(A)):
            A[i, k + 1 :] = A[i, k + 1 :] - A[i, k] / A[k, k] * A[k, k + 1 :]
    return A[free:, free:]


def _lifted(Q: np.ndarray[Any, Any], free: int, d: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return (-Q_AA⁻¹ Q_AB d, d): the direction over all neurons that attains the Schur complement's value."""
    if not free:
        return d
    solved = solve(Q[:free, :free], -(Q[:free, free:] @ d))
    assert solved is not None, "the leading block is positive definite"
    return np.concatenate([solved, d])


def _spectral(network: LinearNetwork, slopes: LocalSlopes) -> Stability:
    """Enclose the eigenvalues of T⁻¹(WH - ρ) on the alive neurons, the instantaneous ones eliminated."""
    taus = [tau for layer in network.layers for tau in layer.each(layer.tau)]
    enclosed = [i for i in range(network.size) if isinstance(slopes.left[i], arb)]
    kinked = any(not is_analytic(network.functions[i].activation[0]) for i in enclosed)
    if slopes.biactive or kinked:
        return Stability("undecided", {"because": "W is not symmetric, and a kink is involved"})
    alive = slopes.alive
    if all(taus[i] == 0 for i in alive):
        return Stability("stable", {"because": "no neuron that moves is alive"})
    rows = [
        [
            ball(network.W[i, j]) * (slopes.left[j] if isinstance(slopes.left[j], arb) else ball(slopes.left[j]))
            - ball(network.leak[i]) * int(i == j)
            for j in alive
        ]
        for i in alive
    ]
    return _by_spectrum(linear_flow(np.array(rows, dtype=object), np.array([taus[i] for i in alive], dtype=object)))


def _by_spectrum(J: np.ndarray[Any, Any] | None) -> Stability:
    """Decide by enclosed eigenvalues, or, where they do not come apart, by how many lie to the right."""
    parts = real_parts(J) if J is not None else None
    if parts is not None:
        return _by_eigenvalues(parts)
    right = count_to_the_right(J) if J is not None else None
    if right is None:
        return Stability("undecided", {"because": NOT_ENCLOSED})
    if right:
        have = "1 eigenvalue has" if right == 1 else f"{right} eigenvalues have"
        return Stability("unstable", {"because": f"{have} a positive real part (Routh and Hurwitz)"})
    return Stability("stable", {"because": "all eigenvalues have negative real parts (Routh and Hurwitz)"})


def _by_eigenvalues(parts: list[arb]) -> Stability:
    if all(part < 0 for part in parts):
        return Stability("stable", {"eigenvalues_below": max(parts, key=lambda part: float(part.upper())).str(10)})
    if any(part > 0 for part in parts):
        return Stability("unstable", {"eigenvalue_above": max(parts, key=lambda part: float(part.lower())).str(10)})
    return Stability("undecided", {"because": "an eigenvalue's real part is 0 within its enclosure"})
