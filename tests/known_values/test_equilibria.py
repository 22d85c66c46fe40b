"""Equilibria, ghosts and stability of the small models in ``specs/``, derived by hand in exact rationals.

Each derivation goes through the choices of alive neurons: γ_A = (I - W_AA)⁻¹ b_A has to be positive, and the others'
targets W_DA γ_A + b_D decide between equilibrium and ghost (T6; arXiv:2410.13866, claim i). Stability is that of
I - W_AA (T7, claim ii), flat regions are products of half-lines (T8, claim iii).
"""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache
from itertools import product
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from hopverify.pipeline import verify
from hopverify.reporting.report import report_of
from hopverify.reporting.terminal import console_for, show
from hopverify.spec import read_spec
from tests.reporting.test_terminal import without_seconds
from tests.soundness.test_equilibria_oracle import oracle

SPECS = Path(__file__).parents[2] / "specs"
CHECKS = ("equilibria", "state_recovery", "equilibrium_stability", "flat_region_stability")
State = tuple[Fraction, ...]


@cache
def results(name: str) -> dict[str, dict[str, Any]]:
    spec = read_spec(SPECS / f"{name}.yaml")
    return {entry["check"]: dict(entry) for entry in verify(spec).results}


def data(name: str, check: str) -> dict[str, Any]:
    (row,) = results(name)[check]["obligations"]
    found: dict[str, Any] = row["data"]
    return found


def state(text: str) -> State:
    return tuple(Fraction(entry) for entry in text.split())


def told(name: str, check: str) -> dict[State, dict[str, Any]]:
    """Return what a check tells of each equilibrium."""
    rows = data(name, check)["equilibria"]
    assert results(name)[check]["verdict"] == "pass"
    found = {state(" ".join(row["x"])): row for row in rows}
    assert len(found) == len(rows)
    return found


# name: {equilibrium: (alive neurons, stability, dead coordinates)}.
#
# relu-two-neurons, γ_i = max(x_i, 0), x⋆ = (1 - 2γ_2, 1 - 2γ_1). Alive {1}: γ = (1, 0), x⋆ = (1, -1). Both:
# γ_1 + 2γ_2 = 2γ_1 + γ_2 = 1, so γ = (1/3, 1/3); I - W = [[1, 2], [2, 1]] has determinant -3. None: x⋆ = (1, 1).
#
# relu-five-equilibria: alive {1, 2, 3}: γ_1 + γ_3/2 = γ_3 + γ_1/2 = 1, so both are 2/3, and γ_2 = 2; likewise
# {0, 1, 3}. {0, 1, 2, 3}: γ_0 + 3γ_2/2 = γ_2 + 3γ_0/2 = 2, both 4/5, unstable since 1 < 3/2.
# {2, 4}: γ_2 + γ_4/2 = 2 and γ_4 + γ_2/2 = 3/2, so γ = (5/3, 2/3). {1, 2, 3, 4}: unstable since 1 < 2.
# All others are ghosts or have no γ > 0.
#
# relu-biactive: alive {0}: γ_0 = 1, and x⋆ = (1, 1/2 - 1/2, 1/2 - 1/2) is at two kinks. I - W has the Schur complement
# [[1, 2], [2, 1]] - [[1/4, 1/4], [1/4, 1/4]] = [[3/4, 7/4], [7/4, 3/4]] there, with positive entries.
#
# relu-dead-coordinate: alive {0}: γ_0/2 = 1, x⋆_1 = 1/2 - 2. Both: γ_0/2 + γ_1 = 1 and γ_0 - γ_1 = 1/2, γ = (1, 1/2);
# I - W = [[1/2, 1], [1, -1]] is indefinite. {1}: -γ_1 = 1/2 has no positive solution.
RELU: dict[str, dict[str, tuple[list[int], str, list[int]]]] = {
    "relu-two-neurons": {
        "1 -1": ([0], "stable", [1]),
        "-1 1": ([1], "stable", [0]),
        "1/3 1/3": ([0, 1], "unstable", []),
    },
    "relu-five-equilibria": {
        "-1 2/3 2 2/3 -13/6": ([1, 2, 3], "stable", [0, 4]),
        "2 2/3 -1 2/3 -25/6": ([0, 1, 3], "stable", [2, 4]),
        "-3/2 -1/3 5/3 -1/3 2/3": ([2, 4], "stable", [0, 1, 3]),
        "4/5 2/3 4/5 2/3 -83/30": ([0, 1, 2, 3], "unstable", [4]),
        "-149/110 2/55 97/55 2/55 26/55": ([1, 2, 3, 4], "unstable", [0]),
    },
    "relu-biactive": {"1 0 0": ([0], "stable", [1, 2])},
    "relu-dead-coordinate": {"2 -3/2": ([0], "stable", [1]), "1 1/2": ([0, 1], "unstable", [])},
}
GHOSTS = {"relu-two-neurons": 1, "relu-five-equilibria": 20, "relu-biactive": 1, "relu-dead-coordinate": 1}


@pytest.mark.parametrize("name", list(RELU))
def test_relu_equilibria_are_those_found_by_hand(name: str) -> None:
    expected = {state(x): row for x, row in RELU[name].items()}
    listed, recovered, decided, regions = (told(name, check) for check in CHECKS)
    assert set(listed) == set(recovered) == set(decided) == set(regions) == set(expected)
    for x, (alive, stability, dead) in expected.items():
        assert (listed[x]["alive"], listed[x]["stability"], decided[x]["stability"]) == (alive, stability, stability)
        assert recovered[x]["undetermined"] == {f"x[{i}]": str(x[i]) for i in dead}
        assert regions[x]["region"] == {f"x[{i}]": ["-∞", "0"] for i in dead}
        assert regions[x]["neighbourhood"].startswith("an open") == (stability == "stable")


def relu_network(name: str) -> tuple[list[list[Fraction]], list[Fraction]]:
    """Return W and b as they stand in the spec: whole numbers and fractions, read without the package."""
    document = yaml.safe_load((SPECS / f"{name}.yaml").read_text(encoding="utf-8"))
    layer, weights = document["layers"]["x"], document["synapses"]["w"]["weights"]
    bias = layer["bias"] if isinstance(layer["bias"], list) else [layer["bias"]] * layer["size"]
    return [[Fraction(entry) for entry in row] for row in weights], [Fraction(entry) for entry in bias]


@pytest.mark.parametrize("name", list(RELU))
def test_ghosts_and_equilibria_agree_with_an_independent_enumeration(name: str) -> None:
    equilibria, ghosts, singular = oracle(*relu_network(name))
    assert not singular
    assert set(equilibria) == {state(x) for x in RELU[name]}
    found = data(name, "ghost_regions")
    assert {tuple(ghost["alive"]) for ghost in found["ghosts"]} == ghosts
    assert found["count"] == len(ghosts) == GHOSTS[name]


def test_each_ghost_wakes_the_dead_neurons_with_a_positive_target() -> None:
    for name in RELU:
        for ghost in data(name, "ghost_regions")["ghosts"]:
            waking = [i for i, v in enumerate(ghost["target"]) if i not in ghost["alive"] and Fraction(v) > 0]
            assert waking
            assert ghost["wakes_up"] == [f"x[{i}]" for i in waking]


def test_at_the_kink_the_form_is_indefinite_and_strictly_copositive() -> None:
    W, _ = relu_network("relu-biactive")
    Q = np.eye(3, dtype=int) - np.array(W, dtype=object)
    S = Q[1:, 1:] - np.outer(Q[1:, 0], Q[0, 1:]) / Q[0, 0]
    assert S.tolist() == [[Fraction(3, 4), Fraction(7, 4)], [Fraction(7, 4), Fraction(3, 4)]]
    d = np.array([1, -1])
    assert d @ S @ d < 0
    assert (S > 0).all()
    (row,) = told("relu-biactive", "equilibrium_stability").values()
    assert row["at_kink"] == [1, 2]


def test_the_switch_between_two_relu_neurons_from_its_ghost_region() -> None:
    """The solution of docs/dead-neurons.md from (-1, -2), in closed form, satisfies the flow."""
    s = np.linspace(0, 20, 4001)
    # After ln 2, when neuron 0 wakes up.
    first, second = 1 - np.exp(-s), -1 + (2 * s + 0.5) * np.exp(-s)
    assert second.max() == pytest.approx(-1 + 2 * np.exp(-0.75), abs=1e-6)
    assert second.max() < 0
    velocity = np.gradient(second, s, edge_order=2)
    assert velocity == pytest.approx(-second + 1 - 2 * first, abs=1e-4)
    assert (first[-1], second[-1]) == pytest.approx((1, -1), abs=1e-6)


PATTERNS = np.array([[1, 1, 1, 1, -1, -1, -1, -1], [1, -1, 1, -1, 1, -1, 1, -1]])
GROUPS = [np.flatnonzero(PATTERNS[0] == PATTERNS[1]), np.flatnonzero(PATTERNS[0] != PATTERNS[1])]


def test_a_hard_tanh_memory_rests_at_its_patterns_and_their_halves() -> None:
    """W joins two neurons only if both patterns agree on them, or both disagree: with 2/5 times the product of signs.

    In the signs of a pattern, a group of four obeys x_i + (2/5)γ_i = (2/5)Σγ. The left side increases with x_i, so
    all four are equal: x = (6/5)·clip(x), that is 0 or ±6/5. Two groups: nine equilibria. At ±6/5 all neurons are
    flat, which is stable; at 0 the group has I - W with the eigenvalue 1 - 6/5 < 0.
    """
    expected = {}
    for signs in product((0, 1, -1), repeat=2):
        x = np.zeros(8, dtype=int)
        for group, sign in zip(GROUPS, signs, strict=True):
            x[group] = sign * PATTERNS[0][group]
        expected[tuple(Fraction(6, 5) * int(v) for v in x)] = "stable" if all(signs) else "unstable"
    listed = told("hard-tanh-memory", "equilibria")
    assert {x: row["stability"] for x, row in listed.items()} == expected
    stable = {x for x, kind in expected.items() if kind == "stable"}
    assert stable == {tuple(Fraction(6, 5) * s * int(v) for v in xi) for xi in PATTERNS for s in (1, -1)}
    for at, row in told("hard-tanh-memory", "flat_region_stability").items():
        zones = {1: ["1", "+∞"], -1: ["-∞", "-1"]}
        assert row["region"] == {f"x[{i}]": zones[1 if v > 0 else -1] for i, v in enumerate(at) if v}


def test_the_ghosts_of_a_hard_tanh_memory_are_counted_by_hand() -> None:
    """Critical regions of a group: p neurons at 1, m at -1, k alive with y = (2/5)(p - m)/(1 - (2/5)(k - 1)), |y| < 1.

    53 of them, and for two groups 53²; nine hold an equilibrium.
    """
    critical = 0
    for p, m in product(range(5), repeat=2):
        k = 4 - p - m
        if k < 0:
            continue
        y = Fraction(2, 5) * (p - m) / (1 - Fraction(2, 5) * (k - 1))
        if k == 0 or abs(y) < 1:
            critical += comb(4, k) * comb(4 - k, p)
    assert critical == 53
    assert data("hard-tanh-memory", "ghost_regions")["count"] == critical**2 - 9


def test_energies_of_the_two_relu_neurons() -> None:
    """The energies of docs/dead-neurons.md: E = Ê(γ) = ½|γ|² - b·γ - ½γᵀWγ, so 0, -1/2, -1/2, -1/3."""
    W, b = relu_network("relu-two-neurons")

    def energy(gamma: list[Fraction]) -> Fraction:
        own = sum((g * g / 2 - v * g for g, v in zip(gamma, b, strict=True)), Fraction(0))
        return own - W[0][1] * gamma[0] * gamma[1]

    one, zero, third = Fraction(1), Fraction(0), Fraction(1, 3)
    values = [energy(list(g)) for g in ((zero, zero), (one, zero), (zero, one), (third, third))]
    assert values == [0, Fraction(-1, 2), Fraction(-1, 2), Fraction(-1, 3)]


def test_the_page_that_follows_the_two_neurons_shows_what_is_printed() -> None:
    page = (SPECS.parent / "docs" / "dead-neurons.md").read_text(encoding="utf-8").partition("## The repair")[0]
    lines = [line for block in page.split("```text\n")[1:] for line in block.partition("```")[0].splitlines()]
    report = report_of(read_spec(SPECS / "relu-two-neurons.yaml"), verify(read_spec(SPECS / "relu-two-neurons.yaml")))
    stream = io.StringIO()
    show(report, console_for(stream, colour=False))
    printed = without_seconds(stream.getvalue())
    assert len(lines) > 15
    for line in lines:
        assert any(row.startswith(" ".join(line.split())) for row in printed), line
