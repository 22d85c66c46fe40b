"""Retrieval of stored patterns: claims for several inverse temperatures, all hidden layers, and what balls promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.checks import claims_of
from hopverify.errors import SpecError
from hopverify.networks import build_model
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec, read_spec
from tests.checks.networks import listed

SPECS = Path(__file__).parents[2] / "specs"
Patterns = np.ndarray[Any, Any]


def memory(patterns: Any, hidden: str, check: str = "memory_retrieval", bias: str = "0") -> ModelSpec:
    count, size = np.shape(patterns)
    return parse_spec(f"""
hopverify: 1
name: memory
layers:
  v: {{size: {size}, lagrangian: identity}}
  h: {{size: {count}, lagrangian: {hidden}, tau: 0, bias: {bias}}}
synapses:
  xi: {{kind: dense, layers: [h, v], weights: {listed(patterns)}}}
checks: [{check}]
""")


def entries(spec: ModelSpec) -> list[Mapping[str, Any]]:
    """Return the entries of a certificate that the checker accepts."""
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return list(certificate.results)


def table(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    data: Mapping[str, Any] = entry["obligations"][0]["data"]
    return data


def random_patterns(seed: int, count: int = 8, size: int = 12) -> Patterns:
    """Return dyadic patterns, so that texts and doubles are the same numbers."""
    return np.round(np.random.default_rng(seed).normal(size=(count, size)) * 64) / 64


# ------------------------------------------------------------------ several inverse temperatures


def test_each_beta_is_a_claim_of_its_own_and_one_search_serves_all() -> None:
    patterns = random_patterns(1)
    found = entries(memory(patterns, "{softmax: {beta: 8}}", "{memory_retrieval: {beta: [1/50, 8, 16]}}"))
    assert [entry["subject"] for entry in found] == ["xi, beta = 1/50", "xi, beta = 8", "xi, beta = 16"]
    # At β = 1/50 one equilibrium attracts everything; too few patterns are sought at the model's own β.
    assert [entry["verdict"] for entry in found] == ["unknown", "pass", "pass"]
    assert "with beta = 16 in place of 8" in found[2]["statement"]
    assert "in place of" not in found[1]["statement"]
    sheets = [entry["obligations"][0]["evidence"]["sheets"] for entry in found]
    assert sheets[0] == sheets[1] == sheets[2]
    assert [sheet["beta"] for sheet in sheets[0]] == ["1/50", "8", "16"]


def test_a_claim_about_another_beta_says_what_that_model_would_get() -> None:
    """The same radii as the model with that beta; the competitors as well."""
    patterns = random_patterns(2)
    (asked,) = entries(memory(patterns, "{softmax: {beta: 1}}", "{memory_retrieval: {beta: 3}}"))
    (own,) = entries(memory(patterns, "{softmax: {beta: 3}}"))
    assert table(asked) == table(own)


def test_at_least_is_one_number_or_one_for_each_beta() -> None:
    patterns = random_patterns(3)
    hidden = "{softmax: {beta: 8}}"
    for least, verdicts in (("3", ["unknown", "pass"]), ("8", ["unknown", "pass"]), ("[8, 1]", ["unknown", "pass"])):
        check = f"{{memory_retrieval: {{beta: [1/50, 8], at_least: {least}}}}}"
        assert [entry["verdict"] for entry in entries(memory(patterns, hidden, check))] == verdicts


@pytest.mark.parametrize(
    ("hidden", "parameters", "message"),
    [
        ("sparsemax", "beta: 3", "sparsemax, which has no inverse temperature"),
        ("ghostmax", "beta: [3]", "ghostmax, which has no inverse temperature"),
        ("softmax", "beta: [2, 3, 2]", "lists a number twice"),
        ("softmax", "beta: []", "got an empty list"),
        ("softmax", "beta: 0", "must be greater than 0"),
        ("softmax", "beta: [1, -2]", "must be greater than 0"),
        ("softmax", "beta: .nan", "NaN"),
        ("softmax", "beta: [1, 2], at_least: [1, 2, 3]", "3 numbers for 2 inverse temperatures"),
        ("softmax", "at_least: 1.5", "must be a whole number"),
        ("softmax", "at_least: 0", "must be at least 1"),
        ("softmax", "at_least: 9", "xi holds 8 patterns only"),
        ("softmax", "errors: 1", "counts wrong signs of patterns whose entries are all a or -a"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(hidden: str, parameters: str, message: str) -> None:
    spec = memory(random_patterns(4), hidden, f"{{memory_retrieval: {{{parameters}}}}}")
    with pytest.raises(SpecError, match=message):
        verify(spec)


# ------------------------------------------------------------------ what a ball promises


def softmax(beta: float) -> Callable[[Patterns], Patterns]:
    return lambda z: np.exp(beta * (z - z.max())) / np.exp(beta * (z - z.max())).sum()


def ghostmax(z: Patterns) -> Patterns:
    largest = max(z.max(), 0.0)
    weights: Patterns = np.exp(z - largest)
    return weights / (weights.sum() + np.exp(-largest))


@pytest.mark.parametrize(
    ("hidden", "activation", "bias"),
    [
        ("{softmax: {beta: 2}}", softmax(2), 0.0),
        ("{softmax: {beta: 0.75}}", softmax(0.75), 0.5),
        ("ghostmax", ghostmax, 0.0),
        ("ghostmax", ghostmax, -1.0),
    ],
)
def test_from_everywhere_in_its_ball_a_pattern_is_retrieved(
    hidden: str, activation: Callable[[Patterns], Patterns], bias: float
) -> None:
    patterns = random_patterns(5)
    offsets = np.linspace(-bias, bias, len(patterns)).round(4)
    (entry,) = entries(memory(patterns, hidden, bias=str(offsets.tolist())))
    generator = np.random.default_rng(6)
    certified = [(mu, row) for mu, row in enumerate(table(entry)["memories"]) if row["verdict"] == "pass"]
    assert len(certified) >= 4
    for mu, row in certified:
        radius, distance = float(Fraction(row["radius"])), float(Fraction(row["distance"]))
        for _ in range(5):
            direction = generator.normal(size=patterns.shape[1])
            v = patterns[mu] + radius * direction / np.linalg.norm(direction)
            for _ in range(2000):
                v = patterns.T @ activation(patterns @ v + offsets)
            assert np.linalg.norm(v - patterns[mu]) <= distance + 1e-12


def simplex_projection(z: list[Fraction]) -> list[Fraction]:
    """Sparsemax in rationals: max(z - t, 0) with the t at which the sum is 1."""
    ordered = sorted(z, reverse=True)
    sums = [sum(ordered[: k + 1], Fraction(0)) for k in range(len(z))]
    size = max(k + 1 for k in range(len(z)) if 1 + (k + 1) * ordered[k] > sums[k])
    t = (sums[size - 1] - 1) / size
    return [max(value - t, Fraction(0)) for value in z]


def toward(rows: Any, mu: int, nu: int, radius: Fraction) -> Any:
    """Return a rational point within ``radius`` of pattern mu and nearly as far, on the way to pattern nu."""
    gap = rows[nu] - rows[mu]
    squared = Fraction((gap * gap).sum())
    share = Fraction(float(radius) / float(squared) ** 0.5) * (1 - Fraction(1, 2**40))
    assert share * share * squared <= radius * radius
    return rows[mu] + share * gap


def one_hot(rows: Any, v: Any, scale: Fraction, mu: int) -> bool:
    """Whether sparsemax(scale·Ξv) is exactly the unit vector of mu."""
    return simplex_projection([scale * Fraction((row * v).sum()) for row in rows]) == [
        nu == mu for nu in range(len(rows))
    ]


@pytest.mark.parametrize(
    ("hidden", "scale"),
    [
        ("sparsemax", Fraction(1)),
        ("{entmax: {alpha: 1.5}}", Fraction(1, 2)),
        ("{normmax: {gamma: 2}}", Fraction(1)),
        ("{normmax: {gamma: 4/3}}", Fraction(1)),
    ],
)
def test_one_step_is_exact_in_rationals_up_to_the_edge_of_the_ball(hidden: str, scale: Fraction) -> None:
    """Entmax is one-hot where sparsemax of (α - 1)z is: both need a lead of 1/(α - 1); normmax where sparsemax is."""
    patterns = random_patterns(7)
    (entry,) = entries(memory(patterns, hidden, "{memory_retrieval: {at_least: 6}}"))
    assert entry["verdict"] == "pass"
    assert entry["method"] == ["one_step_retrieval"]
    rows = np.array([[Fraction(value) for value in row] for row in patterns.tolist()], dtype=object)
    names = [row["name"] for row in table(entry)["memories"]]
    for mu, row in enumerate(table(entry)["memories"]):
        if row["verdict"] == "pass":
            assert row["distance"] == "0"
            radius, rival = Fraction(row["radius"]), names.index(row["competitor"])
            assert all(one_hot(rows, toward(rows, mu, nu, radius), scale, mu) for nu in range(len(rows)) if nu != mu)
            assert not one_hot(rows, toward(rows, mu, rival, radius * Fraction(1002, 1000)), scale, mu)


def test_the_margin_itself_is_enough_and_less_is_not() -> None:
    """Orthogonal patterns of squared norm 4 and distance √8 lead by 4 - √8·r ≥ 1 up to r = 3/√8."""
    (entry,) = entries(memory([[2, 0, 0], [0, 2, 0], [0, 0, 2]], "sparsemax"))
    for row in table(entry)["memories"]:
        assert 1 - Fraction(1, 1000) < Fraction(row["radius"]) ** 2 / Fraction(9, 8) <= 1


# ------------------------------------------------------------------ odd sets of patterns


def test_copies_of_a_pattern() -> None:
    """Copies share a ball under softmax; sparsemax, which cannot tell them apart, gives them none."""
    patterns = [[2, 0, 0], [2, 0, 0], [0, 2, 0]]
    (shared,) = entries(memory(patterns, "{softmax: {beta: 8}}"))
    assert shared["verdict"] == "pass"
    (torn,) = entries(memory(patterns, "sparsemax"))
    assert torn["verdict"] == "unknown"
    assert torn["reason"]["code"] == "margin_too_small"
    assert [row["verdict"] for row in table(torn)["memories"]] == ["unknown", "unknown", "pass"]
    assert table(torn)["memories"][0]["competitor"] == "xi[1]"


@pytest.mark.parametrize(
    "hidden", ["softmax", "ghostmax", "sparsemax", "entmax", "normmax", "{normmax: {gamma: 1.25}}"]
)
def test_a_single_pattern(hidden: str) -> None:
    """Alone, a pattern is retrieved from afar; under ghostmax it still has the ghost to beat."""
    (entry,) = entries(memory([[3, 4, 0]], hidden))
    assert entry["verdict"] == "pass"
    (row,) = table(entry)["memories"]
    assert ("competitor" in row) == (hidden == "ghostmax")
    assert Fraction(row["radius"]) > 3


@pytest.mark.parametrize("hidden", ["{softmax: {beta: 1e-250}}", "sparsemax"])
def test_patterns_of_any_size_are_rescaled(hidden: str) -> None:
    (entry,) = entries(memory([["1e130", 0], [0, "1e130"]], hidden))
    assert entry["verdict"] == "pass"


def test_all_zero_patterns_have_no_ball_in_one_step() -> None:
    (entry,) = entries(memory([[0, 0], [0, 0]], "sparsemax"))
    assert entry["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("size", "hidden"),
    [("1e300", "{softmax: {beta: 1}}"), ("1", "{softmax: {beta: 1e300}}"), ("1e300", "sparsemax")],
)
def test_beyond_the_range_of_bounds_nothing_is_claimed(
    size: str, hidden: str, recwarn: pytest.WarningsRecorder
) -> None:
    (entry,) = entries(memory([[size, 0], [0, size]], hidden))
    assert entry["verdict"] == "unknown"
    assert entry["reason"]["code"] == "numbers_out_of_range"
    assert not recwarn.list


def test_the_zoo_at_several_temperatures() -> None:
    """The warmer, the more digits merge with their neighbours."""
    found = entries(read_spec(SPECS / "digits-temperatures.yaml"))
    certified = [table(entry)["certified"] for entry in found]
    assert certified == sorted(certified)
    assert certified[0] < certified[-1]


@pytest.mark.parametrize(("betas", "shared"), [("[1, 2]", (Fraction(1), Fraction(2))), ("1", (Fraction(1),))])
def test_obligations_name_the_pass_that_they_share(betas: str, shared: tuple[Fraction, ...]) -> None:
    spec = memory(random_patterns(1), "{softmax: {beta: 1}}", f"{{memory_retrieval: {{beta: {betas}}}}}")
    made = [o for _, claim in claims_of(spec, build_model(spec)) for o in claim.necessary]
    assert [getattr(obligation, "search", None) for obligation in made] == [shared] * len(shared)
