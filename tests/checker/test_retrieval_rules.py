"""The rules of retrieval against ball arithmetic and tampering, where many tiles, a bias, a ghost and two β meet."""

from __future__ import annotations

import copy
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hopverify.checker import gram as gram_module
from hopverify.checker.memory_table import LISTED, memory_table
from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import ball, precision
from hopverify.obligations import OneStepRetrieval, Outcome, Retrieval
from hopverify.provers import Budget
from hopverify.provers.one_step_radii import PROVER as ONE_STEP
from hopverify.provers.retrieval_radii import PROVER as RADII
from hopverify.spec import ExactArray

Payload = dict[str, Any]


def names(count: int) -> tuple[str, ...]:
    return tuple(f"[{k}]" for k in range(count))


def exact_sums(obligation: Retrieval, mu: int, radius: Fraction) -> tuple[Any, Any]:
    """Return Σ q d and β Σ q d² at 200 bits from the exact patterns, the ghost included."""
    rows = list(obligation.patterns.fractions())
    bias = list(obligation.bias.fractions())
    if obligation.ghost:
        rows.append(rows[0] * 0)
        bias.append(Fraction(0))
    first = second = ball(Fraction(0))
    for nu, row in enumerate(rows):
        if nu != mu:
            gap = rows[mu] - row
            distance = ball(Fraction((gap * gap).sum())).sqrt()
            lead = ball(Fraction((gap * rows[mu]).sum()) + bias[mu] - bias[nu]) - ball(radius) * distance
            weight = (-ball(obligation.beta) * lead).exp()
            first += weight * distance
            second += ball(obligation.beta) * weight * distance * distance
    return first, second


def drawn(
    seed: int, count: int, scale: float, heat: float, offsets: float, ghost: bool, near: float
) -> tuple[Retrieval, Fraction]:
    """Return random patterns, the last close to the first, and a bound of their diameter."""
    generator = np.random.default_rng(seed)
    patterns = generator.normal(size=(count, 6))
    patterns[-1] = patterns[0] + 10.0**near * generator.normal(size=6)
    area = Fraction(scale) ** 2
    bias = ExactArray.of([Fraction(value) * area for value in (offsets * generator.normal(size=count)).tolist()])
    beta = Fraction(2.0**heat) / area
    obligation = Retrieval(
        "law", ExactArray.of(patterns * scale), beta, bias, names(count), 0, ghost, together=(3 * beta, beta)
    )
    return obligation, 2 * Fraction(float(np.linalg.norm(patterns, axis=1).max())) * Fraction(scale)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 9),
    scale=st.sampled_from([1e-100, 0.01, 1.0, 3.0, 1e60]),
    heat=st.floats(-3, 12),
    offsets=st.floats(0, 2),
    ghost=st.booleans(),
    near=st.floats(-12, 0),
)
def test_certified_radii_satisfy_the_conditions_and_are_nearly_the_largest(
    seed: int, count: int, scale: float, heat: float, offsets: float, ghost: bool, near: float
) -> None:
    obligation, diameter = drawn(seed, count, scale, heat, offsets, ghost, near)
    # One search in a thousand aims too high for patterns that nearly agree; it then makes other offers.
    *_, evidence = RADII.search(obligation, Budget())
    assert judge(obligation, evidence).outcome is Outcome.PROVED
    sheet = evidence["sheets"][1]
    with precision(200):
        for mu, (radius, distance) in enumerate(zip(sheet["radii"], sheet["distances"], strict=True)):
            if radius is None:
                continue
            for stated in (Fraction(radius), Fraction(distance)):
                first, second = exact_sums(obligation, mu, stated)
                assert first <= ball(stated)
                assert second < 1
            if Fraction(radius) < diameter / 2:
                # S' grows by a factor of at least e^(β·d·Δr), d the nearest rival's distance: S' ≥ 0.9 is close to 1.
                _, edge = exact_sums(obligation, mu, Fraction(radius) * Fraction(1005, 1000))
                assert edge > ball(Fraction(9, 10))


@pytest.mark.parametrize(
    "example",
    [
        (2855207765, 6, 1e60, 4.822826996689617, 2.0, False, -12.0),
        (883913491, 2, 3.0, 1.7952269977869104, 1.8527540557215179, True, -6.559716497163786),
    ],
)
def test_patterns_that_the_rule_refuses_cost_no_other_its_ball(example: Any) -> None:
    """Found by a hunt: with two patterns that nearly agree, the rule refuses the ball that is found first."""
    obligation, _ = drawn(*example)
    first, *others, last = (copy.deepcopy(offer) for offer in RADII.search(obligation, Budget()))
    for offer in (first, *others):
        with pytest.raises(EvidenceRejected):
            judge(obligation, offer)
    assert judge(obligation, last).outcome is Outcome.PROVED
    changed = [a != b for a, b in zip(first["sheets"][1]["radii"], last["sheets"][1]["radii"], strict=True)]
    assert sum(changed) <= 2
    assert any(radius is not None for radius in last["sheets"][1]["radii"])


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("PANEL", 8), ("WIDTH", 5), ("SLAB", 3)):
        monkeypatch.setattr(gram_module, name, size)


@pytest.mark.usefixtures("small_tiles")
def test_a_ball_too_large_is_found_in_whatever_tile_its_rivals_are() -> None:
    patterns = ExactArray.of(np.random.default_rng(0).normal(size=(30, 10)))
    zeros = ExactArray.of(np.zeros(30))
    obligation = Retrieval("tiles", patterns, Fraction(3), zeros, names(30), 0)
    evidence = next(RADII.search(obligation, Budget()))
    assert judge(obligation, evidence).outcome is Outcome.PROVED
    radii = evidence["sheets"][0]["radii"]
    certified = [mu for mu, radius in enumerate(radii) if radius is not None]
    assert len(certified) >= 15
    for mu in certified:
        wrong = copy.deepcopy(evidence)
        wrong["sheets"][0]["radii"][mu] = str(Fraction(radii[mu]) * 2)
        with pytest.raises(EvidenceRejected, match=f"pattern {mu} "):
            judge(obligation, wrong)


def two_temperatures() -> tuple[Retrieval, Payload]:
    patterns = ExactArray.of(np.random.default_rng(1).normal(size=(6, 8)))
    betas = (Fraction(2), Fraction(5))
    zeros = ExactArray.of(np.zeros(6))
    obligation = Retrieval("two", patterns, betas[0], zeros, names(6), 1, together=betas)
    return obligation, next(RADII.search(obligation, Budget()))


def raised_in_the_other_sheet(payload: Payload) -> None:
    sheet = payload["sheets"][1]
    mu = next(k for k, radius in enumerate(sheet["radii"]) if radius is not None)
    sheet["radii"][mu] = str(Fraction(sheet["radii"][mu]) * 2)


def sheets_in_another_order(payload: Payload) -> None:
    payload["sheets"].reverse()


def one_sheet_left_out(payload: Payload) -> None:
    payload["sheets"].pop()


def sheet_with_another_key(payload: Payload) -> None:
    payload["sheets"][0]["certified"] = 6


def competitors_of_too_few(payload: Payload) -> None:
    payload["sheets"][1]["competitors"].pop()


def radius_too_large_for_a_double(payload: Payload) -> None:
    payload["sheets"][0]["radii"][0] = str(2**1025)


@pytest.mark.parametrize(
    "tamper",
    [
        raised_in_the_other_sheet,
        sheets_in_another_order,
        one_sheet_left_out,
        sheet_with_another_key,
        competitors_of_too_few,
        radius_too_large_for_a_double,
    ],
)
def test_tampered_sheets_are_rejected(tamper: Callable[[Payload], None]) -> None:
    """What was verified before does not make a changed sheet true: the untouched one is accepted just before."""
    obligation, payload = two_temperatures()
    assert judge(obligation, payload).outcome is Outcome.PROVED
    tamper(payload)
    with pytest.raises(EvidenceRejected):
        judge(obligation, payload)


def test_evidence_for_other_patterns_is_rejected() -> None:
    """Nothing remembered of one set of patterns counts for another."""
    obligation, payload = two_temperatures()
    judge(obligation, payload)
    closer = ExactArray.of(obligation.patterns.values * 0.99)
    other = Retrieval("other", closer, Fraction(2), obligation.bias, names(6), 1, together=obligation.together)
    with pytest.raises(EvidenceRejected, match="do not hold"):
        judge(other, payload)


def test_the_ghost_counts() -> None:
    """Evidence for softmax does not do for ghostmax, whose ghost is one rival more."""
    patterns, zeros = ExactArray.of(np.array([[2.0, 0.0], [0.0, 9.0]])), ExactArray.of(np.zeros(2))
    plain = Retrieval("plain", patterns, Fraction(1), zeros, names(2), 0)
    haunted = Retrieval("haunted", patterns, Fraction(1), zeros, names(2), 0, ghost=True)
    evidence = next(RADII.search(plain, Budget()))
    assert judge(plain, evidence).outcome is Outcome.PROVED
    with pytest.raises(EvidenceRejected, match="do not hold"):
        judge(haunted, evidence)


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("margin", [Fraction(1), Fraction(2)])
def test_radii_of_one_step_hold_exactly_and_hardly_larger_ones_do_not(margin: Fraction) -> None:
    patterns = np.random.default_rng(2).normal(size=(25, 9))
    offsets = np.random.default_rng(3).normal(size=25)
    exact, bias = ExactArray.of(patterns), ExactArray.of(offsets)
    obligation = OneStepRetrieval("one", exact, Fraction(1), bias, names(25), 0, margin)
    (evidence,) = ONE_STEP.search(obligation, Budget())
    assert judge(obligation, evidence).outcome is Outcome.PROVED
    rows, b = exact.fractions(), bias.fractions()
    for mu, radius in enumerate(evidence["radii"]):
        leads = []
        for nu in range(25):
            if nu != mu:
                gap = rows[mu] - rows[nu]
                leads.append((Fraction((gap * rows[mu]).sum()) + b[mu] - b[nu] - margin, Fraction((gap * gap).sum())))
        if radius is None:
            assert any(lead <= Fraction(1, 10**9) for lead, _ in leads)
            continue
        r = Fraction(radius)
        assert all(lead >= 0 and lead**2 >= r**2 * square for lead, square in leads)
        assert any(lead**2 < (r * Fraction(1001, 1000)) ** 2 * square for lead, square in leads)
        wrong = copy.deepcopy(evidence)
        wrong["radii"][mu] = str(Fraction(float(r) * 1.001))
        with pytest.raises(EvidenceRejected, match=f"pattern {mu} "):
            judge(obligation, wrong)
    assert any(radius is not None for radius in evidence["radii"])


@pytest.mark.parametrize("change", [{"radii": ["1"]}, {"competitors": [0, 9]}, {"radii": ["1/3", None]}])
def test_malformed_evidence_of_one_step_is_rejected(change: Payload) -> None:
    patterns, zeros = ExactArray.of(np.array([[3.0, 0.0], [0.0, 3.0]])), ExactArray.of(np.zeros(2))
    obligation = OneStepRetrieval("one", patterns, Fraction(1), zeros, names(2), 0)
    (evidence,) = ONE_STEP.search(obligation, Budget())
    judge(obligation, evidence)
    with pytest.raises(EvidenceRejected):
        judge(obligation, evidence | change)


def test_a_table_of_very_many_patterns_lists_those_without_a_ball() -> None:
    count = LISTED + 10
    radii = [None if mu % 1000 == 7 else "1/2" for mu in range(count)]
    distances = [None if radius is None else "1/4" for radius in radii]
    retrieved = np.array([radius is not None for radius in radii])
    data = memory_table(names(count), retrieved, (radii, distances, [0] * count), {})
    assert [row["name"] for row in data["memories"]] == [f"[{mu}]" for mu in range(7, count, 1000)]
    assert data["certified"] + len(data["memories"]) == data["patterns"] == count
    assert data["unlisted"] == data["certified"]
    assert data["distance_at_most"] == "1/4"
