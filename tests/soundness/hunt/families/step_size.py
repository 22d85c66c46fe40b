"""Euler steps of the critical length and one unit beyond: there the energy rises from a state that the oracle gives."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.soundness.hunt.cases import Family, Outcome, margin, network, positive, results, symmetric, text, texts
from tests.soundness.oracles.matrices import Matrix, Row, apply, dot, is_semidefinite, scaled, times, transpose


def energy(W: Matrix, b: Row, rho: Fraction, x: Row) -> Fraction:
    """Return E where g(x) = x: ½ρx·x - b·x - ½xᵀWx."""
    return rho * dot(x, x) / 2 - dot(b, x) - dot(x, apply(W, x)) / 2


def own_network(random: Random) -> Outcome:
    """Near an equilibrium inside the linear region, E rises along the least eigenvector iff h(ρ - λ)/τ > 2."""
    n, rho, tau = random.randint(1, 3), positive(random), positive(random)
    activation = random.choice(("relu", "relu", "identity", "hard_tanh"))
    least = -rho * (1 + positive(random)) if activation != "identity" else rho - positive(random)
    W, v = symmetric(random, [least, *(least + abs(positive(random)) for _ in range(n - 1))])
    h = 2 * tau / (rho - least) * (1 + margin(random))
    rest = [Fraction(random.randint(1, 5), 6) for _ in range(n)]
    b = [rho * x - w for x, w in zip(rest, apply(W, rest), strict=True)]
    start = [x + d / 10**3 for x, d in zip(rest, v, strict=True)]
    flow = [w + c - rho * x for w, c, x in zip(apply(W, start), b, start, strict=True)]
    end = [x + h / tau * f for x, f in zip(start, flow, strict=True)]
    assert all(0 < x < 1 for x in (*start, *end))
    rises = energy(W, b, rho, end) > energy(W, b, rho, start)
    document = network(activation, W, b, tau=text(tau), leak=text(rho))
    verdict = results(document, [{"step_size": {"step": text(h)}}])["step_size"]["verdict"]
    if verdict == "pass" and rises:
        return Outcome(verdict, f"E rises from {start} by h = {h}")
    if verdict == "fail" and not rises:
        return Outcome(verdict, f"h = {h} is not beyond 2τ/(ρ - λ), up to which T14 holds")
    return Outcome(verdict)


def altered(random: Random) -> Outcome:
    """Where all fast neurons are dead V = ½λyᵀPy, and a step changes it by -½Δᵀ(2 sym(TP)/h - λP)Δ exactly."""
    m, n = random.randint(1, 2), random.randint(1, 2)
    rate = positive(random)
    P, _ = symmetric(random, [positive(random) for _ in range(m)])
    B = [[Fraction(random.randint(-2, 2)) for _ in range(n)] for _ in range(m)]
    tau = [positive(random)] * m if random.random() < 0.5 else [positive(random) for _ in range(m)]
    TP = [[t * v for v in row] for t, row in zip(tau, P, strict=True)]
    T = [[(p + q) / 2 for p, q in zip(a, c, strict=True)] for a, c in zip(TP, transpose(TP), strict=True)]
    h = critical(T, P, rate) * (1 + margin(random))
    form = [[2 * t / h - rate * p for t, p in zip(a, c, strict=True)] for a, c in zip(T, P, strict=True)]
    layers = {
        "y": {"size": m, "lagrangian": "identity", "tau": texts(tau), "leak": text(rate)},
        "x": {"size": n, "lagrangian": random.choice(("relu", "relu6")), "tau": 0, "bias": -5},
    }
    synapse = {
        "kind": "feedforward_feedback",
        "layers": ["y", "x"],
        "forward": texts(transpose(times(P, B))),
        "feedback": texts(B),
        "metric": texts(P),
    }
    document = {"hopverify": 1, "name": "hunted", "layers": layers, "synapses": {"ab": synapse}}
    verdict = results(document, [{"step_size": {"step": text(h)}}])["step_size"]["verdict"]
    safe = is_semidefinite(form)
    if verdict == "pass" and not safe:
        return Outcome(verdict, f"V rises from a state beside 0 by h = {h}, P = {P}, τ = {tau}")
    if verdict == "fail" and safe:
        return Outcome(verdict, f"no step of length {h} raises V: 2 sym(TP)/h - λP ⪰ 0")
    return Outcome(verdict)


def critical(T: Matrix, P: Matrix, rate: Fraction) -> Fraction:
    """Return the h at which 2T/h - λP becomes singular: exactly for T = τP, else the double nearest to it."""
    ratios = {t / p for a, c in zip(T, P, strict=True) for t, p in zip(a, c, strict=True) if p}
    if len(P) == 1 or (len(ratios) == 1 and scaled(P, next(iter(ratios))) == T):
        return 2 * next(iter(ratios)) / rate
    a = P[0][0] * P[1][1] - P[0][1] ** 2
    b = -(T[0][0] * P[1][1] + T[1][1] * P[0][0] - 2 * T[0][1] * P[0][1])
    c = T[0][0] * T[1][1] - T[0][1] ** 2
    # det(T - kP) = ak² + bk + c; the least root k, and h = 2k/λ.
    root = (float(-b) - max(float(b * b - 4 * a * c), 0.0) ** 0.5) / float(2 * a)
    return 2 * max(Fraction(root), Fraction(1, 1024)) / rate


def draw(random: Random) -> Outcome:
    return random.choice((own_network, altered))(random)


FAMILY = Family("step_size", "Euler steps of the critical length, and a unit beyond", draw, 160, 3_000)
