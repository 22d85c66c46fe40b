"""What searches leave out: what a theorem excludes, lists that cannot count, and everything once the time is up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NoReturn

import numpy as np
import pytest

from hopverify.execution.run import Run
from hopverify.execution.settings import Settings
from hopverify.networks import Model, build_model
from hopverify.numerics.limits import OutOfTimeError
from hopverify.numerics.long_steps import Effort, starts
from hopverify.numerics.minimisation import minimise
from hopverify.obligations import Descent, SafeSteps
from hopverify.pipeline import discharge, verify
from hopverify.provers import PROVERS, Budget, methods_for
from hopverify.provers._excluded import energy_cannot_rise
from hopverify.spec import ModelSpec, parse_spec
from hopverify.verdict import Reason

SYMMETRIC, ASYMMETRIC = "[[0.5, 1], [1, 0.5]]", "[[0.5, 2], [-2, 0.5]]"


def spec(layer: str = "tanh", weights: str = SYMMETRIC, more: str = "", checks: str = "all") -> ModelSpec:
    return parse_spec(f"""
hopverify: 1
name: m
layers: {{x: {{size: 2, lagrangian: {layer}}}}}
synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}
checks: {checks}
{more}
""")


@pytest.fixture
def no_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> NoReturn:
        raise AssertionError("T2 excludes that the energy rises")

    monkeypatch.setattr(Model, "energy_rate", asked)


@pytest.mark.parametrize(
    ("model", "excluded"),
    [
        (spec(), True),
        # Not regular at 0; everywhere else the formula for dE/dt holds.
        (spec("spherical"), True),
        (spec(weights=ASYMMETRIC), False),
        (spec("gelu"), False),
        (spec(more='energy: "1"'), False),
    ],
)
def test_where_the_energy_cannot_rise(model: ModelSpec, excluded: bool) -> None:
    assert energy_cannot_rise(build_model(model), Budget()) == excluded


@pytest.mark.usefixtures("no_rates")
@pytest.mark.parametrize("layer", ["tanh", "spherical"])
def test_no_state_is_sought_at_which_the_energy_rises_where_none_is(layer: str) -> None:
    model = build_model(spec(layer))
    for obligation in (Descent(model), SafeSteps(model, None, None)):
        failures: list[str] = []
        _, reason = discharge(obligation, "necessary", Budget(samples=20), failed=failures.append)
        assert failures == []
        assert reason is Reason.NO_WITNESS_FOUND


def test_elsewhere_it_is_sought_and_found() -> None:
    decision, _ = discharge(Descent(build_model(spec(weights=ASYMMETRIC))), "necessary", Budget(samples=200))
    assert decision.evidence is not None
    assert decision.evidence["claim"]["claim"] == "ascent"


def test_equilibria_of_uncertain_weights_are_not_enumerated(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> NoReturn:
        raise AssertionError("no list counts for all weights")

    exact = [prover for prover in PROVERS if prover.exact]
    assert {prover.name for prover in exact} >= {"equilibrium_tree", "stored_patterns", "mixture_radii"}
    monkeypatch.setattr("hopverify.provers.equilibrium_tree.told_by_kernel", asked)
    uncertain = spec(weights="{values: [[0.5, 1], [1, 0.5]], tolerance: 0.001}", checks="[equilibria, boundedness]")
    certificate = verify(uncertain, samples=20)
    reasons = {entry["check"]: (entry.get("reason") or {}).get("code") for entry in certificate.results}
    assert reasons == {"equilibria": "uncertain_weights", "boundedness": None}


def asked(times: int) -> Any:
    left = iter(range(times))

    def ask() -> None:
        if next(left, None) is None:
            raise OutOfTimeError

    return ask


def test_a_minimisation_ends_with_its_time() -> None:
    calls: list[float] = []

    def square(x: Any) -> float:
        calls.append(0.0)
        return float(x @ x)

    with pytest.raises(OutOfTimeError):
        minimise(square, np.ones(3), ask=asked(5))
    assert len(calls) == 5


@pytest.mark.parametrize("prover", ["ascent_witness", "near_equilibrium", "cell_growth", "mixture_radii"])
def test_long_searches_ask(prover: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0

    def count(_: Budget) -> None:
        nonlocal counted
        counted += 1

    monkeypatch.setattr(Budget, "ask", count)
    patterns = "memories: {m: {layer: x, patterns: [[1, 1], [-1, 1]]}}"
    kinds = {
        "ascent_witness": (spec(weights=ASYMMETRIC), "energy_descent"),
        "near_equilibrium": (spec(weights=ASYMMETRIC), "energy_descent"),
        "cell_growth": (spec("{tanh: {beta: 4}}", more=patterns), "basin_cells"),
    }
    if prover == "mixture_radii":
        asking = parse_spec("""
hopverify: 1
name: m
layers: {v: {size: 2, lagrangian: identity}, h: {size: 2, lagrangian: {softmax: {beta: 4}}, tau: 0}}
synapses: {xi: {kind: dense, layers: [h, v], weights: [[1, 0], [0, 1]]}}
memories: {m: {layer: v, patterns: [[1, 0], [0, 1]]}, near: {layer: v, patterns: [[0.5, 0.5]]}}
checks: [{memory_retrieval: {near: near}}]
""")
        check = "memory_retrieval"
    else:
        asking, check = kinds[prover]
    run = Run(asking, Settings(samples=20))
    (claim,) = (claim for each, claim in run.claims if each.name == check)
    (obligation,) = claim.necessary
    assert prover in methods_for(obligation)
    for number, _ in enumerate(PROVERS[prover].search(obligation, Budget(samples=20))):
        assert number < 40
    assert counted > 1


def test_more_samples_than_usual_are_more_states() -> None:
    obligation = SafeSteps(build_model(spec()), Fraction(1), None)
    counts = [len(list(starts(obligation, 1.0, Effort(samples, 0, lambda: False)))) for samples in (2000, 20_000)]
    assert counts[1] > 5 * counts[0]


def order_of(asked: ModelSpec) -> list[str]:
    run = Run(asked, Settings(samples=20))
    order = []
    while (unit := run.next_unit(apart=False)) is not None:
        order.append(run.claims[unit.places[0].claim][0].name)
        run.overrun(unit, 0.0)
    return list(dict.fromkeys(order))


def test_cheap_comes_before_dear_and_what_is_asked_for_before_what_describes() -> None:
    order = order_of(spec(weights=ASYMMETRIC))
    assert order.index("boundedness") < order.index("equilibria")
    assert order.index("energy_descent") < order.index("equilibria")
    assert order.index("equilibria") > order.index("global_stability")
    named = order_of(spec(checks="[equilibria, basin_cells, boundedness]", more="expect: {equilibria: fail}"))
    assert named == ["boundedness", "equilibria"]


def test_what_a_spec_expects_counts_as_asked_for() -> None:
    diagnostic = order_of(spec())
    expected = order_of(spec(more="expect: {ghost_regions: pass}"))
    assert expected.index("ghost_regions") < expected.index("equilibria")
    assert diagnostic.index("ghost_regions") > diagnostic.index("equilibria")
