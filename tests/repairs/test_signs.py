"""Sign networks and their universal repairs: equilibria in the sense of Filippov correspond exactly, in fractions.

The oracle tries, for each sign neuron, γ = -1 with x < 0, γ = 1 with x > 0, and x = 0 with γ free in [-1, 1].
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.expr.exact import EXACT
from hopverify.networks import AlteredSystem
from hopverify.pipeline import verify
from hopverify.repairs.envelopes import smoothed_sign
from hopverify.repairs.subject import Subject
from hopverify.repairs.symmetry import symmetric
from hopverify.spec import read_spec
from tests.repairs.oracle import SEGMENTS, Degenerate, Vector, activation, of_altered, solved
from tests.repairs.subjects import network, of_file, proposed, refused, subject, system_of, text

COUNT = 1000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 120
KINDS = ("any sign", "definite", "scaled", "beside relu")


@dataclass(frozen=True)
class Piece:
    """x = px·z + qx and γ = pg·z + qg for an unknown z; the bounded one of the two lies strictly between the ends."""

    px: int
    qx: int
    pg: int
    qg: int
    ends: tuple[Any, Any]
    bounds_state: bool


SIGN = [
    Piece(1, 0, 0, -1, (None, 0), bounds_state=True),
    Piece(0, 0, 1, 0, (-1, 1), bounds_state=False),
    Piece(1, 0, 0, 1, (0, None), bounds_state=True),
]
RELU = [Piece(1, 0, slope, own, (low, high), bounds_state=True) for low, high, slope, own in SEGMENTS["relu"]]
PIECES = {"abs": SIGN, "relu": RELU}


def filippov(W: Any, b: Any, leak: Any, names: list[str]) -> set[tuple[Vector, Vector]]:
    """Return all (x, γ) with ρx = Wγ + b, γ in the filled-in activation of x; each combination of pieces is tried."""
    n, found = len(b), set()
    for chosen in product(*(PIECES[name] for name in names)):
        A = [[(leak[r] * chosen[c].px if r == c else 0) - W[r][c] * chosen[c].pg for c in range(n)] for r in range(n)]
        known = [b[r] - leak[r] * chosen[r].qx + sum(W[r][c] * chosen[c].qg for c in range(n)) for r in range(n)]
        z = solved([[Fraction(value) for value in row] for row in A], [Fraction(value) for value in known])
        x = tuple(piece.px * value + piece.qx for piece, value in zip(chosen, z, strict=True))
        gamma = tuple(piece.pg * value + piece.qg for piece, value in zip(chosen, z, strict=True))
        if all(lies_inside(piece, own, out) for piece, own, out in zip(chosen, x, gamma, strict=True)):
            found.add((x, gamma))
    return found


def lies_inside(piece: Piece, x: Fraction, gamma: Fraction) -> bool:
    """Whether the piece holds; an end is refused, since two pieces share it."""
    (low, high), value = piece.ends, x if piece.bounds_state else gamma
    if value in (low, high):
        raise Degenerate
    return (low is None or low < value) and (high is None or value < high)


def rationals(generator: np.random.Generator, *shape: int, spread: int = 9, parts: int = 4) -> Any:
    whole = generator.integers(-spread, spread + 1, size=shape)
    whole.flat[0] = whole.flat[0] or 1
    return np.array([Fraction(int(value), parts) for value in whole.ravel()], dtype=object).reshape(shape)


def drawn(kind: str, generator: np.random.Generator) -> Subject:
    """Return a random network with sign neurons; a denominator that no weight has keeps equilibria from the ends."""
    n = int(generator.integers(1, 4))
    b = rationals(generator, n, parts=7)
    leak = ", leak: " + text([Fraction(int(value), 2) for value in generator.integers(1, 6, size=n)])
    if kind == "beside relu":
        A, own = rationals(generator, 2, n, spread=4), rationals(generator, n, n)
        return subject(
            f"layers: {{v: {{size: {n}, lagrangian: abs, bias: {text(b)}{leak}}}, "
            f"h: {{size: 2, lagrangian: relu, bias: [1/11, -2/11], tau: 0}}}}\n"
            f"synapses: {{xi: {{kind: dense, layers: [h, v], weights: {text(A)}}}, "
            f"own: {{kind: dense, layers: [v, v], weights: {text(own + own.T)}}}}}\n"
        )
    W = rationals(generator, n, n)
    if kind == "definite":
        return network(W @ W.T + np.diag([Fraction(1, 4)] * n), lagrangian="abs", bias=b, more=leak)
    d = np.array([Fraction(int(value), 2) for value in generator.integers(1, 6, size=n)], dtype=object)
    return network((W + W.T) / (d[:, None] if kind == "scaled" else 1), lagrangian="abs", bias=b, more=leak)


def rests(system: AlteredSystem) -> list[tuple[Vector, Vector, Vector]]:
    """Return the state, γ and y of each equilibrium of an altered system, by the oracle of hard tanh and relu."""
    names = [str(layer.function.name) for layer in system.fast for _ in range(layer.size)]
    b = [value for layer in system.fast for value in layer.bias.fractions().tolist()]
    leak = [value for layer in system.fast for value in layer.each(layer.leak)]
    A, B = system.synapse.forward.fractions().tolist(), system.synapse.feedback.fractions().tolist()
    a, c = system.slow.bias.fractions().tolist(), list(system.inhibition)
    found = of_altered(A, B, a, system.rate, b, leak, c, names)
    return [
        (rest.x, tuple(activation(name, value) for name, value in zip(names, rest.x, strict=True)), rest.y)
        for rest in found
    ]


def test_equilibria_correspond_one_to_one() -> None:
    generator = np.random.default_rng(1964)
    compared, several, sliding = dict.fromkeys(KINDS, 0), 0, 0
    for number in range(COUNT):
        kind = KINDS[number % len(KINDS)]
        found = drawn(kind, generator)
        whole = found.network
        assert whole is not None
        names = [str(layer.function.name) for layer in whole.layers for _ in range(layer.size)]
        system = system_of(proposed(found, "universal"))
        try:
            theirs = filippov(whole.W.tolist(), whole.b.tolist(), whole.leak.tolist(), names)
            ours = rests(system)
        except Degenerate:
            continue
        rho, c = symmetric(whole).leak, max(system.fast[0].leak)
        assert set(system.fast[0].leak) == {c}
        mapped = {
            (
                tuple(
                    c * (s - g) / r if own == "abs" else s for s, g, r, own in zip(x, gamma, rho, names, strict=True)
                ),
                y,
            )
            for x, gamma, y in ours
        }
        assert mapped == theirs, (kind, number)
        assert len(ours) == len(theirs)
        assert all(gamma == y for _, gamma, y in ours)
        compared[kind] += 1
        several += len(theirs) > 1
        sliding += any(0 in x for x, _ in theirs)
    # What is degenerate is skipped, and that must not have emptied the test.
    assert min(compared.values()) > COUNT / len(KINDS) / 2
    assert several > COUNT / 4
    assert sliding > COUNT / 4


def test_the_energy_has_hubers_function_in_it() -> None:
    generator = np.random.default_rng(5)
    found = network([[1, -2], [-2, "1/3"]], lagrangian="abs", bias=["1/7", -1], more=", leak: [2, 1/2]")
    system = system_of(proposed(found, "universal"))
    (layer,), P = system.fast, system.synapse.forward.fractions()
    c, b = layer.leak[0], layer.bias.fractions()
    assert c > 0
    sides = set()
    for _ in range(40):
        y = rationals(generator, 2, spread=12)
        u = P @ y + b
        huber = sum(value**2 / (2 * c) if abs(value) <= c else abs(value) - c / 2 for value in u)
        assert system.synapse.metric is not None
        assert system.energy(y, system.synapse.metric, EXACT) == y @ P @ y / 2 - huber
        sides |= {abs(value) <= c for value in u}
    assert sides == {True, False}


@pytest.mark.parametrize("weight", ["2", "-2"])
def test_a_repaired_sign_network_is_verified_as_it_expects(tmp_path: Path, weight: str) -> None:
    (tmp_path / "small.yaml").write_text(
        "hopverify: 1\nname: small\nlayers: {x: {size: 1, lagrangian: abs, bias: 1/3}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: [[{weight}]]}}}}\n",
        encoding="utf-8",
    )
    (tmp_path / "new").mkdir()
    new = tmp_path / "new" / "small-universal.yaml"
    proposal = proposed(of_file(tmp_path / "small.yaml"), "universal")
    new.write_text(proposal.text, encoding="utf-8")
    results = verify(read_spec(new)).results
    verdicts = {(entry["check"], entry["verdict"]) for entry in results}
    assert ("equilibria", "pass") in verdicts
    assert {check for check, verdict in verdicts if verdict != "pass"} == {"equilibria_preserved"}
    assert ("equilibria_preserved", "unknown") in verdicts
    assert "# equilibria_preserved stays unknown: it compares activations that are functions" in proposal.text
    assert "expect: {equilibria_preserved: unknown}" in proposal.text


@pytest.mark.parametrize(
    ("c", "leak", "said"),
    [
        (
            "1/2",
            "1",
            "clip(u/0.5, -1, 1), the sign smoothed over |u| ≤ 0.5; u = x + 0.5·γ, γ in the filled-in sign of x",
        ),
        ("1", "2", "clip(u, -1, 1), the sign smoothed over |u| ≤ 1; u = ρ∘x + γ, γ in the filled-in sign of x"),
        ("2/3", "1", "clip(u/(2/3), -1, 1), the sign smoothed over |u| ≤ 2/3; u = x + 2/3·γ, γ in the filled-in"),
    ],
)
def test_the_smoothed_sign_in_words(c: str, leak: str, said: str) -> None:
    layer = network([[1]], lagrangian="abs", more=f", leak: {leak}").model.layers["x"]
    assert smoothed_sign(layer, [Fraction(c)]).startswith(f"layer x: ∇e(u) = {said}")


def test_what_is_said_of_a_sign_and_of_nothing_else() -> None:
    told = proposed(network([[1, 2], [2, 1]], lagrangian="abs"), "universal")
    assert any("the sign is filled in" in line for line in told.map)
    assert any("with the same x and γ" in line for line in told.stayed)
    assert any("not known: which equilibria are stable" in line for line in told.stayed)
    assert any("smaller positive number" in line for line in told.notes)
    plain = proposed(network([[1, 2], [2, 1]]), "universal")
    assert "Filippov" not in " ".join((plain.text, *plain.map, *plain.changed, *plain.stayed, *plain.notes))


@pytest.mark.parametrize("name", ["symmetrised", "altered"])
def test_other_repairs_refuse_a_sign_and_name_the_one_that_may_help(name: str) -> None:
    for found in (network([[2, 1], [1, 2]], lagrangian="abs"), network([[2, 4], [1, 2]], lagrangian="abs")):
        said = refused(found, name)
        assert "layer x has an activation that jumps" in said
        assert "universal (T12) smooths a sign" in said
        assert proposed(found, "universal")


def test_the_sign_is_known_by_what_it_is() -> None:
    W = [[0, 1], [1, 0]]
    own = proposed(network(W, lagrangian="{expression: abs(x), of: neuron}"), "universal")
    assert own.text == proposed(network(W, lagrangian="abs"), "universal").text
    assert "jumps" in refused(network(W, lagrangian="{expression: 2*abs(x), of: neuron}"), "universal")


def test_a_large_sign_layer_is_smoothed_too(tmp_path: Path) -> None:
    size = 410
    np.save(tmp_path / "w.npy", np.eye(size))
    path = tmp_path / "large.yaml"
    path.write_text(
        f"hopverify: 1\nname: large\nlayers: {{x: {{size: {size}, lagrangian: abs}}}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: {file: w.npy}}}\n",
        encoding="utf-8",
    )
    told = proposed(of_file(path), "universal").text
    assert "lagrangian: hard_tanh, tau: 0, leak: 0.015625" in told
    assert "inhibition" not in told
