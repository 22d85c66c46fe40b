"""The resolvent: the state x of an instantaneous layer that inhibits itself, ρx + c∘g(x) = u, with c ≥ 0 and ρ > 0.

For convex L the left side F is strongly monotone, ⟨F(x) - F(x'), x - x'⟩ ≥ ρ|x - x'|², so there is exactly one solution
for each u, and any guess x̃ comes with its own error bound: |x - x̃| ≤ |F(x̃) - u|/ρ. In balls the guess is that of
floating point, refined, and the radius is this bound, neuron by neuron where g is elementwise (then ρ and c may differ
between neurons). For piecewise-linear g the solution is also given in rationals. With ρ = 1, g(x) is the Yosida
approximation of g at u, the gradient of the Moreau envelope min_x L(x) + |u - x|²/(2c) (Bauschke & Combettes 2017,
section 12.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat

from hopverify.expr.balls import BALLS, ball
from hopverify.expr.dual import Duals, along, slopes_of, values_of
from hopverify.expr.evaluate import Arithmetic, Value, evaluate
from hopverify.expr.exact import EXACT, NotRational
from hopverify.expr.floats import FLOATS
from hopverify.networks.layer import LayerFunction
from hopverify.networks.segments import segments

Floats = np.ndarray[Any, Any]
STEPS, REFINEMENTS = 200, 6


def resolvent(
    function: LayerFunction, u: Value, leak: Sequence[Fraction], inhibition: Sequence[Fraction], a: Arithmetic
) -> Value:
    """Return x with ρx + c∘g(x) = u; ``leak`` and ``inhibition`` have an entry for each neuron."""
    rho, c = np.array(leak, dtype=object), np.array(inhibition, dtype=object)
    if isinstance(a, Duals):
        x = resolvent(function, values_of(u), leak, inhibition, a.base)
        return along(x, _slope(function, x, slopes_of(u), a.base.array(rho), a.base.array(c), a.base))
    if a is FLOATS:
        return _floating(function, np.asarray(u, dtype=np.float64), FLOATS.array(rho), FLOATS.array(c))
    if a is BALLS:
        return _enclosed(function, u, rho, c)
    if a is EXACT:
        return np.array([_exact(function, *entry) for entry in zip(u, rho, c, strict=True)], dtype=object)
    raise NotImplementedError(f"the resolvent is not known in {type(a).__name__}")


def _slope(function: LayerFunction, x: Value, du: Value, rho: Value, c: Value, a: Arithmetic) -> Value:
    """Return dx for a change du: (ρ + cH)dx = du."""
    if function.slope is not None:
        return du / (rho + c * evaluate(function.slope, function.variables(x, a), a))
    H = np.array([function.hessian_times(x, a.array(e), a) for e in np.eye(len(x), dtype=object)]).T
    M = np.diag(rho) + c[:, None] * H
    if a is FLOATS:
        return np.linalg.solve(M.astype(np.float64), np.asarray(du, dtype=np.float64))
    if a is BALLS:
        rows, right = (arb_mat([[arb(v) for v in np.atleast_1d(row)] for row in m]) for m in (M, du))
        return np.array(rows.solve(right).entries(), dtype=object)
    raise NotImplementedError(f"the derivative of the resolvent of a whole layer is not known in {type(a).__name__}")


def _exact(function: LayerFunction, u: Fraction, rho: Fraction, c: Fraction) -> Fraction:
    for part in segments(function) or ():
        pace = rho + c * part.slope
        if pace > 0 and part.holds((u - c * part.intercept) / pace):
            return (u - c * part.intercept) / pace
    raise NotRational("the resolvent of an activation that is not piecewise linear")


def _floating(function: LayerFunction, u: Floats, rho: Floats, c: Floats) -> Floats:
    """Return x in floating point: Newton's method, halved steps where |F - u| would grow."""
    with np.errstate(all="ignore"):
        x, error = _start(function, u, rho, c)
        for _ in range(STEPS):
            step = _newton(function, x, rho, c, error)
            share, better = np.ones_like(x), np.zeros(x.shape, dtype=bool)
            for _ in range(40):
                tried = x - share * step
                left = rho * tried + c * function.activate(tried, FLOATS) - u
                better = np.abs(left) < np.abs(error)
                if not function.elementwise:
                    better[:] = np.linalg.norm(left) < np.linalg.norm(error)
                if better.all() or not step[~better].any():
                    break
                share = np.where(better, share, share / 2)
            if not better.any():
                break
            x, error = np.where(better, tried, x), np.where(better, left, error)
    return x


def _start(function: LayerFunction, u: Floats, rho: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Return u/ρ or 0, whichever leaves the smaller error, and that: far out g may overflow."""
    far, near = u / rho, np.zeros_like(u)
    errors = [rho * x + c * function.activate(x, FLOATS) - u for x in (far, near)]
    sizes = [np.abs(e) if function.elementwise else np.full(u.shape, np.linalg.norm(e)) for e in errors]
    good = np.nan_to_num(sizes[0], nan=np.inf) <= sizes[1]
    return np.where(good, far, near), np.where(good, errors[0], errors[1])


def _newton(function: LayerFunction, x: Floats, rho: Floats, c: Floats, error: Floats) -> Floats:
    """Return (ρ + cH)⁻¹·error in floating point."""
    if function.slope is not None:
        slope = np.maximum(evaluate(function.slope, function.variables(x, FLOATS), FLOATS), 0.0)
        slope = np.nan_to_num(slope, posinf=0.0)
        return np.asarray(error / (rho + c * slope))
    columns = [np.asarray(function.hessian_times(x, d, FLOATS), dtype=np.float64) for d in np.eye(len(x))]
    H = np.nan_to_num(np.array(columns), posinf=0.0, neginf=0.0)
    return np.linalg.solve(np.diag(rho) + c[:, None] * H, error)


def _enclosed(function: LayerFunction, u: Value, rho: Floats, c: Floats) -> Value:
    """Return balls that hold x: the guess, refined, with |F(x̃) - u|/ρ as radius."""
    middle = np.array([entry.mid() for entry in u], dtype=object)
    rates, weights = BALLS.array(rho), BALLS.array(c)
    plain, own = FLOATS.array(rho), FLOATS.array(c)
    guess = BALLS.array(_floating(function, np.array([float(entry) for entry in middle]), plain, own))
    for _ in range(REFINEMENTS):
        error = rates * guess + weights * function.activate(guess, BALLS) - middle
        size = max(float(abs(entry).upper()) for entry in error)
        if not np.isfinite(size) or size == 0:
            break
        scaled = np.array([float((entry / size).mid()) for entry in error])
        step = _newton(function, np.array([float(entry) for entry in guess]), plain, own, scaled)
        guess = np.array([(entry - arb(size) * arb(move)).mid() for entry, move in zip(guess, step, strict=True)])
    error = rates * guess + weights * function.activate(guess, BALLS) - u
    radii = abs(error) / rates
    if not function.elementwise:
        # The sum of absolute values is at least the Euclidean norm.
        radii = np.array([abs(error).sum() / ball(min(rho))] * len(guess), dtype=object)
    return np.array([entry + arb(0, radius) for entry, radius in zip(guess, radii, strict=True)], dtype=object)
