"""The section of an altered system (T11, T12): its energy V, ∇V and dV/dt, or why none is stated.

At the state x that solves ρx + c∘γ = Ay + b the terms ρx·γ - b·γ - γᵀAy of V come to -γᵀ(c∘γ), so that

    V(y) = ½λ yᵀPy - aᵀPy - Σ_l [ρ L(x) + ½ γᵀ(c∘γ)] + Σ φ(z),     z = Nᵀ(λy - a),

which is what is printed; :mod:`hopverify.derivation.altered_crosscheck` compares it with V as the model defines it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.derivation.document import AGAIN, Line, Mark, Section
from hopverify.derivation.formula import ONE, ZERO, Formula, Symbol, formula, total
from hopverify.derivation.language import of_expression
from hopverify.derivation.names import I, J, K
from hopverify.derivation.network_sections import Network, has_bias, lagrangian, per_neuron, sum_of, summed, velocity
from hopverify.derivation.resolvent_section import is_settled, rates_of
from hopverify.expr.differentiate import gradient
from hopverify.networks import AlteredSystem, Layer, Model, altered_system
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback

V, GRADIENT = Mark("V", "V"), Mark("∇V", r"\nabla V")
RATE = Mark("dV/dt", r"\frac{dV}{dt}")
TITLE = "Energy of the altered system"
Note = str | tuple[Any, ...]


def altered_sections(network: Network) -> list[Section]:
    """Return the section of V for a model with a synapse of the kind feedforward_feedback; none for others."""
    if not any(isinstance(synapse, FeedforwardFeedback) for synapse in network.model.synapses.values()):
        return []
    system = altered_system(network.model)
    reasons = (system,) if isinstance(system, str) else obstacles(system)
    if isinstance(system, str) or reasons:
        return [Section(TITLE, (), tuple(f"none is stated: {_ascii(reason)}" for reason in reasons))]
    lines = [*sum_of(V, _terms(network, system)), *_slopes(network, system), *_residual(network, system)]
    return [Section(TITLE, tuple(lines), tuple(_notes(network, system)))]


def obstacles(system: AlteredSystem) -> tuple[str, ...]:
    """Return why ∇V = -PTẏ does not hold with the P and N that the spec states; exact comparisons."""
    synapse, found = system.synapse, list[str]()
    if not is_settled(system.model):
        return ("a layer inhibits itself whose L is not evidently convex, with a continuous g",)
    P, A, B, N = synapse.metric, synapse.forward.fractions(), synapse.feedback.fractions(), synapse.residual
    if P is not None:
        wrong = np.argwhere(P.fractions() @ B != A.T)
        if len(wrong):
            found.append(f"P B differs from the transpose of A in row {wrong[0][0]}, column {wrong[0][1]}")
        if (P.values != P.values.T).any():
            found.append("P is not symmetric")
    if N is not None and (N.fractions().T @ B != 0).any():
        found.append("the feedback reaches the residual: the product of N transposed and B is not 0")
    if N is not None and not system.slow.uniform_tau:
        found.append("a residual needs one time constant on the layer that is fed back to")
    return tuple(found)


def _ascii(words: str) -> str:
    return words.replace("·", "*")


def _name(model: Model, system: AlteredSystem) -> str:
    return next(name for name, synapse in model.synapses.items() if synapse is system.synapse)


def _terms(network: Network, system: AlteredSystem) -> list[tuple[Formula, str]]:
    """Return V term by term."""
    names, slow = network.names, system.slow
    P = names.matrix("P", _name(network.model, system))
    y, a, m = names.vector("x", slow.name), names.vector("b", slow.name), names.size(slow.name)
    pairs = (I, m), (J, m)
    terms = [(formula(system.rate / 2) * total(P[I, J] * y[I] * y[J], *pairs), f"layer {slow.name}")]
    if has_bias(slow):
        terms.append((-total(P[I, J] * a[I] * y[J], *pairs), f"bias of layer {slow.name}"))
    for layer in system.fast:
        terms += _fast_terms(network, layer)
    if system.residual is not None:
        terms.append((total(_phi(system)[0], (K, _width(system))), "residual"))
    return terms


def _fast_terms(network: Network, layer: Layer) -> list[tuple[Formula, str]]:
    """Return -ρL(x) and -½γᵀ(c∘γ) of a fast layer."""
    names, (rho, c) = network.names, rates_of(network, layer)
    g, n = names.vector("g", layer.name)[I], names.size(layer.name)
    terms = [(-lagrangian(network, layer, rho), f"layer {layer.name}, at its x")]
    if c != ZERO:
        terms.append((-summed(c / 2, g**2, n), f"self-inhibition of layer {layer.name}"))
    return terms


def _slopes(network: Network, system: AlteredSystem) -> list[Line]:
    """Return ∇V and dV/dt."""
    slow, P = system.slow, network.names.matrix("P", _name(network.model, system))
    tau, dot = per_neuron(slow.tau, "tau", network, slow), velocity(network, slow)
    m = network.names.size(slow.name)
    moved = Mark("-P T ẋ", r"-P\,T \dot{x}")
    whole = Mark("-ẋᵀ T P ẋ", r"-\dot{x}^{\top} T P \dot{x}")
    inside, before = (tau, ONE) if tau.has(I) else (ONE, tau)
    rate = -before * total(inside * P[I, J] * dot[I] * dot[J], (I, m), (J, m))
    if system.residual is None:
        return [Line(GRADIENT, moved), Line(RATE, whole), Line(AGAIN, rate, f"layer {slow.name}")]
    N = network.names.matrix("N", _name(network.model, system))
    pull = formula(system.rate) * total(N[I, K] * _phi(system)[1], (K, _width(system)))
    decay = formula(system.rate) / tau * total(_z(K) * _phi(system)[1], (K, _width(system)))
    return [
        Line((GRADIENT, Mark("_i", "_i")), (Mark("(-P T ẋ)_i", r"(-P\,T \dot{x})_i"), Mark(" + ", " + "), pull)),
        Line(RATE, rate, f"layer {slow.name}"),
        Line(None, -decay, "residual"),
    ]


def _residual(network: Network, system: AlteredSystem) -> list[Line]:
    """Return what z is, and how it decays."""
    if system.residual is None:
        return []
    names, slow = network.names, system.slow
    N, y = names.matrix("N", _name(network.model, system)), names.vector("x", slow.name)
    inner = formula(system.rate) * y[I] - (names.vector("b", slow.name)[I] if has_bias(slow) else ZERO)
    rate = formula(system.rate / slow.tau[0])
    dot = Mark("ż_k", r"\dot{z}_k")
    return [Line(_z(K), total(N[I, K] * inner, (I, names.size(slow.name)))), Line(dot, -rate * _z(K))]


def _z(index: Formula) -> Formula:
    return Symbol("z")[index]


def _width(system: AlteredSystem) -> Formula:
    assert system.residual is not None
    return formula(system.residual.size)


def _phi(system: AlteredSystem) -> tuple[Formula, Formula]:
    """Return φ(z_k) and φ'(z_k)."""
    potential = system.synapse.potential
    assert potential is not None
    return (
        of_expression(potential, {"z": _z(K)}),
        of_expression(gradient(potential, "z", {"z": 0}), {"z": _z(K)}),
    )


def _notes(network: Network, system: AlteredSystem) -> list[Note]:
    """Say what P is, where V is critical, and which network has the same equilibria."""
    P, A, B = (network.names.matrix(letter, _name(network.model, system)) for letter in "PAB")
    who = " is the metric of the spec: " if system.synapse.metric is not None else " is any metric, that is, "
    product = (P,) if system.synapse.is_identity else (P, Mark(" ", r"\,"), B)
    condition: tuple[Any, ...] = ("if ", P, " is positive definite")
    if not system.slow.uniform_tau:
        condition = ("if ", P, " and the symmetric part of T ", P, " are positive definite")
    notes: list[Note] = [
        (P, who, P, " is symmetric, and ", *product, " is the transpose of ", A),
        (*condition, ", V falls wherever the flow moves, and is critical at the equilibria and nowhere else"),
        f"then no region is flat{'' if any(system.inhibition) else ', be L convex or not'}",
    ]
    if system.residual is not None:
        notes.append("the residual's part falls if z*phi'(z) is nowhere negative, as no feedback reaches z")
    return [*notes, _same_equilibria(system)]


def _same_equilibria(system: AlteredSystem) -> Note:
    """Return y = (Bγ + a)/λ and what that makes of ρx + c∘γ = Ay + b."""
    feedback = "" if system.synapse.is_identity else "B"
    rate = "" if system.rate == 1 else f"/{system.rate}" if system.rate.denominator == 1 else f"/({system.rate})"
    plain = all(set(layer.leak) == {Fraction(1)} for layer in system.fast)
    c, a = any(system.inhibition), has_bias(system.slow)
    b = any(has_bias(layer) for layer in system.fast)
    matrix = f"(A{feedback}{rate} - c)" if c else f"A{feedback}{rate}·"
    right = f"{matrix}g(x){f' + Aa{rate}' if a else ''}{' + b' if b else ''}"
    state = f"({feedback}g(x) + a){rate}" if a else f"{feedback}g(x){rate}"
    equation, where = f"{'' if plain else 'ρ'}x = {right}", f"y = {state}"
    shown = (Mark(said, said.replace("ρ", r"\rho ").replace("·", r"\,")) for said in (equation, where))
    first, second = shown
    return ("its equilibria are those of ", first, ", one for one, with ", second, f" in layer {system.slow.name}")
