"""Driving: findings may come in any order and workers may end; the certificate is the serial one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.execution.backend import ExecutionLost, Started
from hopverify.execution.discharging import findings_of
from hopverify.execution.driving import drive
from hopverify.execution.events import Event
from hopverify.execution.run import Run
from hopverify.execution.settings import Settings
from hopverify.execution.units import Place, Unit
from hopverify.obligations import AllEquilibria, DecidedStability, FlatRegionsInBasins, RecoveredStates
from hopverify.pipeline import certificate_of, was_interrupted
from hopverify.spec import parse_spec, read_spec
from hopverify.verdict import Reason
from tests.execution.certificates import SHARING, SLOW, SPECS, serial, text_of
from tests.profiles import by_profile

FEW = Settings(samples=20)


class WorkerEnded(Exception):
    """Stands for the end of a process."""


class Scripted:
    """A backend in this process: which unit is done next, and which ends its worker, is up to the test."""

    apart, latency = True, 0.0

    def __init__(self, slots: int, choose: Callable[[int], int], poison: Callable[[Unit], bool] = lambda unit: False):
        self.slots, self.choose, self.poison = slots, choose, poison
        self.waiting: list[tuple[Started, Run, Unit]] = []
        self.companies: list[int] = []
        self.abandoned = False

    def ready(self) -> None:
        pass

    def start(self, run: Run, unit: Unit, *, with_spec: bool) -> Started:
        future: Started = Future()
        self.waiting.append((future, run, unit))
        return future

    def check(self) -> None:
        assert len(self.waiting) <= self.slots
        future, run, unit = self.waiting.pop(self.choose(len(self.waiting)))
        if self.poison(unit):
            # A pool breaks as a whole.
            self.companies.append(len(self.waiting))
            for other in [future, *(waiting[0] for waiting in self.waiting)]:
                other.set_exception(WorkerEnded())
            self.waiting.clear()
        else:
            future.set_result(findings_of(unit, run.claims, run.hear))

    def is_worker_lost(self, error: BaseException) -> bool:
        return isinstance(error, WorkerEnded)

    def abandon(self) -> None:
        self.abandoned = True

    def close(self) -> None:
        pass


def names_of(run: Run, unit: Unit) -> set[type]:
    return {type(run._obligations[place]) for place in unit.places}


@given(st.data())
@settings(max_examples=by_profile(2, 15, 200))
def test_the_order_of_findings_changes_nothing(data: Any) -> None:
    backend = Scripted(data.draw(st.integers(1, 5)), lambda count: data.draw(st.integers(0, count - 1)))
    specs = [SPECS / "relu-pair.yaml", SHARING]
    runs = list(drive((Run(read_spec(spec), FEW) for spec in specs), backend))
    assert [text_of(certificate_of(run)) for run in runs] == [serial(spec, samples=20) for spec in specs]


def test_obligations_that_share_a_search_travel_together() -> None:
    run = Run(read_spec(SHARING), FEW)
    units = []
    while (unit := run.next_unit(apart=True)) is not None:
        units.append(unit)
        run.take(findings_of(unit, run.claims, run.hear))
    sharing = {AllEquilibria, RecoveredStates, DecidedStability, FlatRegionsInBasins}
    assert [names_of(run, unit) for unit in units if names_of(run, unit) & sharing] == [sharing]
    assert sum(len(unit.places) for unit in units) == len({place for unit in units for place in unit.places})
    assert run.done


def kin_under_way(run: Run) -> Unit:
    """Return the unit of several obligations that share a search; what stands before it has been found."""
    while (unit := run.next_unit(apart=True)) is not None:
        if len(unit.places) > 1:
            return unit
        run.take(findings_of(unit, run.claims, run.hear))
    raise AssertionError("no obligations share a search")


@pytest.mark.parametrize("end", ["overrun", "lost", "neither"])
def test_what_was_heard_of_a_unit_is_kept_whatever_becomes_of_it(end: str) -> None:
    run = Run(read_spec(SHARING), FEW)
    unit = kin_under_way(run)
    findings = findings_of(unit, run.claims, run.hear)
    run.take(findings[:1])
    assert run.left_of(unit).places == unit.places[1:]
    if end == "overrun":
        run.overrun(unit, findings[0].seconds + 5.0)
        assert [run._found[place].seconds for place in unit.places[1:2]] == [5.0]
    elif end == "lost":
        run.lose(unit)
    run.take(findings)
    reasons = [run._found[place].reason for place in unit.places]
    ended = {"overrun": Reason.BUDGET_EXHAUSTED, "lost": Reason.WORKER_LOST, "neither": None}[end]
    assert reasons == [None, *[ended] * (len(unit.places) - 1)]
    assert run._found[unit.places[0]] is findings[0]
    # Of a unit that is known in full nothing is left to give up.
    run.overrun(unit, 1.0)
    assert [run._found[place].reason for place in unit.places] == reasons


def test_a_unit_that_is_begun_again_is_begun_where_it_was_left() -> None:
    class Heard(Scripted):
        """Tells of the first obligation of a unit of several before it ends the worker."""

        def start(self, run: Run, unit: Unit, *, with_spec: bool) -> Started:
            started.append(unit.places)
            return super().start(run, unit, with_spec=with_spec)

        def check(self) -> None:
            _, run, unit = self.waiting[0]
            if len(unit.places) > 1:
                run.take(findings_of(unit.only(unit.places[:1]), run.claims, run.hear))
            super().check()

    started: list[tuple[Place, ...]] = []
    losses = iter([True])
    backend = Heard(1, lambda count: 0, lambda unit: len(unit.places) > 1 and next(losses, False))
    (run,) = drive([Run(read_spec(SHARING), FEW)], backend)
    (first,) = [places for places in started if len(places) == 4]
    assert first[1:] in started
    assert text_of(certificate_of(run)) == serial(SHARING, samples=20)


def test_several_inverse_temperatures_travel_together() -> None:
    text = """
hopverify: 1
name: memory
layers: {v: {size: 2, lagrangian: identity}, h: {size: 2, lagrangian: {softmax: {beta: 8}}, tau: 0}}
synapses: {xi: {kind: dense, layers: [h, v], weights: [[1, 0], [0, 1]]}}
checks: [{memory_retrieval: {beta: [8, 16]}}, lagrangian_convexity]
"""
    run = Run(parse_spec(text), FEW)
    first = run.next_unit(apart=True)
    assert first is not None
    assert [place.claim for place in first.places] == [0, 1]
    alone = Run(parse_spec(text), FEW).next_unit(apart=False)
    assert alone is not None
    assert [place.claim for place in alone.places] == [0]


def test_a_unit_that_loses_its_worker_once_is_done_by_another() -> None:
    losses = iter([True])
    backend = Scripted(3, lambda count: count - 1, lambda unit: next(losses, False))
    (run,) = drive([Run(read_spec(SHARING), FEW)], backend)
    assert backend.companies == [2]
    assert text_of(certificate_of(run)) == serial(SHARING, samples=20)


def test_a_unit_that_ends_every_worker_is_left_open_and_costs_nobody_else() -> None:
    spec = read_spec(SHARING)
    run = Run(spec, FEW)
    backend = Scripted(3, lambda count: count - 1, lambda unit: AllEquilibria in names_of(run, unit))
    (run,) = drive([run], backend)
    # The second time, the unit was alone, so no other one was suspected.
    assert backend.companies == [2, 0]
    certificate = certificate_of(run)
    reasons = {result["check"]: (result.get("reason") or {}).get("code") for result in certificate.results}
    lost = {check for check, code in reasons.items() if code == "worker_lost"}
    assert lost == {"equilibria", "state_recovery", "equilibrium_stability", "flat_region_stability"}
    assert not was_interrupted(certificate)
    check_certificate(spec, parse_certificate(certificate.to_json()))


@pytest.mark.parametrize("error", [KeyboardInterrupt, ExecutionLost])
def test_what_has_been_found_survives_the_end_of_the_backend(error: type[BaseException]) -> None:
    steps = iter(range(100))

    def choose(count: int) -> int:
        if next(steps) == 8:
            raise error("the end")
        return 0

    seen: list[Event] = []
    backend = Scripted(2, choose)
    spec = read_spec(SHARING)
    ended = drive([Run(spec, FEW)], backend, watch=seen.append)
    certificate = certificate_of(next(ended))
    with pytest.raises(error):
        next(ended)
    assert backend.abandoned
    assert was_interrupted(certificate)
    assert sum("evidence" in row for result in certificate.results for row in result["obligations"]) >= 6
    assert [event.kind for event in seen] == (["execution_lost"] if error is ExecutionLost else [])
    check_certificate(spec, parse_certificate(certificate.to_json()))


def test_an_error_of_a_worker_is_not_swallowed() -> None:
    class Faulty(Scripted):
        def is_worker_lost(self, error: BaseException) -> bool:
            return False

    with pytest.raises(WorkerEnded):
        list(drive([Run(read_spec(SLOW), FEW)], Faulty(2, lambda count: 0, lambda unit: True)))
