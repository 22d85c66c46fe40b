"""Original and repaired networks rest at the same states, exactly, and agree on which of them are stable.

Hundreds of random networks of relu and hard tanh neurons; a thousand with HYPOTHESIS_PROFILE=long.
"""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.repairs.subject import Subject
from tests.repairs.oracle import Degenerate, Rest, activation, of_altered, of_network
from tests.repairs.subjects import network, proposed, subject, system_of, text

COUNT = 1000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 240
KINDS = ("symmetric", "gram", "scaled", "hebbian", "bipartite")


def rationals(generator: np.random.Generator, *shape: int, spread: int = 9, parts: int = 4) -> Any:
    """Return random rationals with small denominators, the first of them not 0."""
    whole = generator.integers(-spread, spread + 1, size=shape)
    whole.flat[0] = whole.flat[0] or 1
    return np.array([Fraction(int(value), parts) for value in whole.ravel()], dtype=object).reshape(shape)


def drawn(kind: str, generator: np.random.Generator) -> tuple[Subject, str]:
    """Return a random network and the repair that fits it."""
    g, n = str(generator.choice(["relu", "hard_tanh"])), int(generator.integers(1, 4))
    # A denominator that no weight has keeps equilibria away from kinks.
    b = rationals(generator, n, parts=7)
    if kind == "bipartite":
        return bipartite(generator, g, b), "altered"
    if kind == "hebbian":
        return hebbian(rationals(generator, 2, n, spread=3, parts=1), g, b), "altered"
    if kind == "gram":
        factor = rationals(generator, n, int(generator.integers(1, n + 1)), spread=4)
        return network(factor @ factor.T, lagrangian=g, bias=b), "altered"
    W = rationals(generator, n, n)
    d = np.array([Fraction(int(value), 2) for value in generator.integers(1, 6, size=n)], dtype=object)
    return network((W + W.T) / (d[:, None] if kind == "scaled" else 1), lagrangian=g, bias=b), "universal"


def bipartite(generator: np.random.Generator, g: str, b: Any) -> Subject:
    A, a = rationals(generator, len(b), 2, spread=6), rationals(generator, 2, parts=5)
    return subject(
        f"layers: {{v: {{size: 2, lagrangian: identity, bias: {text(a)}, tau: 2}}, "
        f"h: {{size: {len(b)}, lagrangian: {g}, bias: {text(b)}, leak: 3/2}}}}\n"
        f"synapses: {{xi: {{kind: dense, layers: [h, v], weights: {text(A)}}}}}\n"
    )


def hebbian(Xi: Any, g: str, b: Any) -> Subject:
    entry = f"{{kind: hebbian, layers: [x], patterns: {text(Xi)}, scale: 2/3, zero_diagonal: true}}"
    layer = f"{{size: {len(b)}, lagrangian: {g}, bias: {text(b)}}}"
    return subject(f"layers: {{x: {layer}}}\nsynapses: {{w: {entry}}}\n")


def rests_of_original(found: Subject) -> tuple[list[str], list[Rest]]:
    whole = found.network
    assert whole is not None
    names = [str(layer.function.name) for layer in whole.layers for _ in range(layer.size)]
    return names, of_network(whole.W.tolist(), whole.b.tolist(), whole.leak.tolist(), names)


def rests_of_repaired(found: Subject, repair: str) -> tuple[Any, list[str], list[Rest]]:
    system = system_of(proposed(found, repair))
    names = [str(layer.function.name) for layer in system.fast for _ in range(layer.size)]
    b = [value for layer in system.fast for value in layer.bias.fractions().tolist()]
    leak = [value for layer in system.fast for value in layer.each(layer.leak)]
    A, B = system.synapse.forward.fractions().tolist(), system.synapse.feedback.fractions().tolist()
    rests = of_altered(
        A, B, system.slow.bias.fractions().tolist(), system.rate, b, leak, list(system.inhibition), names
    )
    return system, names, rests


def test_equilibria_correspond_one_to_one_and_stability_agrees() -> None:
    generator = np.random.default_rng(20241)
    compared = dict.fromkeys(KINDS, 0)
    seen: set[bool] = set()
    several = 0
    for number in range(COUNT):
        kind = KINDS[number % len(KINDS)]
        found, repair = drawn(kind, generator)
        try:
            whole = rests_of_original(found)[1]
            system, names, ours = rests_of_repaired(found, repair)
        except Degenerate:
            continue
        kept = {layer.name for layer in system.fast}
        assert found.network is not None
        places = [k for layer in found.network.layers if layer.name in kept for k in found.network.places[layer.name]]
        theirs = {tuple(rest.x[k] for k in places): rest.stable for rest in whole}
        assert len(theirs) == len(whole) == len(ours)
        assert {rest.x: rest.stable for rest in ours} == theirs, (kind, number)
        B, a = system.synapse.feedback.fractions(), system.slow.bias.fractions()
        for rest in ours:
            gamma = np.array([activation(name, value) for name, value in zip(names, rest.x, strict=True)], dtype=object)
            assert tuple((B @ gamma + a) / system.rate) == rest.y
        compared[kind] += 1
        seen |= set(theirs.values())
        several += len(whole) > 1
    # What is degenerate is skipped, and that must not have emptied the test.
    assert min(compared.values()) > COUNT / len(KINDS) / 2
    assert seen == {True, False}
    assert several > COUNT / 12


@pytest.mark.parametrize("kind", ["symmetric", "scaled", "bipartite"])
def test_another_original_has_other_equilibria(kind: str) -> None:
    generator = np.random.default_rng(7)
    for _ in range(50):
        (found, repair), (other, _) = drawn(kind, generator), drawn(kind, generator)
        try:
            theirs, ours = rests_of_original(other)[1], rests_of_repaired(found, repair)[2]
        except Degenerate:
            continue
        if {rest.x for rest in theirs} != {rest.x for rest in ours}:
            return
    raise AssertionError("the oracle tells no two networks apart")
