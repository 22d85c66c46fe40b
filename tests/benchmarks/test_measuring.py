"""Measuring: what is timed, how often, in which order, and from what state of the caches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hopverify.benchmarks import BENCHMARKS, Counts, Way
from hopverify.benchmarks.cases import _networks, equilibria_ctln, equilibria_relu, equilibria_tanh
from hopverify.benchmarks.measuring import MOST_ROUNDS, forget, measure, peak_memory
from hopverify.checker.rules import retrieval
from tests.benchmarks.small import ABSENT, OTHER, OWN, SLOW, benchmark


@pytest.mark.long
def test_ways_in_turns_the_first_round_a_warming_up() -> None:
    order: list[str] = []

    def noted(name: str) -> Callable[[Any], Callable[[], None]]:
        def prepare(_: Any) -> Callable[[], None]:
            order.append(f"prepare {name}")
            return lambda: order.append(name)

        return prepare

    first, second = Way("a", "", noted("a"), own=True), Way("b", "", noted("b"))
    once = Way("c", "", noted("c"), rounds=1)
    found = measure(benchmark(first, second, once), 10, seconds=60)
    assert order[:6] == ["prepare a", "a", "prepare b", "b", "prepare c", "c"]
    assert order[6:10] == ["b", "a", "a", "b"]
    assert [len(timing.seconds) for timing in found.timings] == [MOST_ROUNDS - 1, MOST_ROUNDS - 1, 1]


def test_one_round_is_enough_when_the_time_is_up() -> None:
    found = measure(benchmark(OWN, OTHER), 10, seconds=-1)
    assert [len(timing.seconds) for timing in found.timings] == [1, 1]


def test_seconds_for_each_of_what_was_counted() -> None:
    each = Way("each", "", lambda _: lambda: {"sheep": 10**9}, own=True, per="sheep")
    found = measure(benchmark(each, OTHER), 10, seconds=-1)
    assert found.timings[0].median < 1e-9 < found.timings[1].median


@pytest.mark.long
def test_a_way_that_is_stopped_is_not_asked_again_and_has_no_ratio_of_its_own() -> None:
    found = measure(benchmark(OWN, SLOW), 10, seconds=0.05)
    stopped = found.of(SLOW)
    assert stopped is not None
    assert (stopped.finished, len(stopped.seconds)) == (False, 1)
    assert found.ratio(OWN, SLOW) is not None
    assert found.ratio(SLOW, OWN) is None


def test_ways_that_are_not_installed_or_not_for_the_size_are_left_out() -> None:
    assert [timing.way for timing in measure(benchmark(OWN, SLOW, ABSENT), 20, seconds=-1).timings] == ["ours", "slow"]
    assert [timing.way for timing in measure(benchmark(OWN, SLOW, ABSENT), 21, seconds=-1).timings] == ["ours"]


def test_what_hopverify_has_kept_is_forgotten() -> None:
    (given, *_) = _networks.networks(3, "relu", 1.0)
    _networks.enumerated([given])
    kept = [function for function in _cached() if function.cache_info().currsize]
    assert kept
    forget()
    assert not [function for function in kept if function.cache_info().currsize]


def _cached() -> list[Any]:
    import sys

    modules = [module for name, module in sys.modules.items() if name.startswith("hopverify.")]
    return [value for module in modules for value in vars(module).values() if hasattr(value, "cache_info")]


def test_the_cache_of_the_retrieval_rule_is_one_that_is_found() -> None:
    # It keeps the judgement of a search of minutes; a benchmark that met it would time nothing.
    assert retrieval.verify in _cached()


def test_peak_memory_is_in_bytes() -> None:
    before = peak_memory()
    block = np.ones(200_000_000, dtype=np.int8)
    assert 10 * 2**20 < before < 2**37
    assert peak_memory() >= max(before, block.nbytes)


@pytest.mark.parametrize("case", list(BENCHMARKS), ids=lambda case: case.name)
def test_every_benchmark_is_whole(case: Any) -> None:
    assert case.quick
    assert list(case.sizes) == sorted(set(case.sizes))
    assert max(case.quick) <= max(case.sizes)
    assert sum(size >= case.fitted_from for size in case.sizes) >= 3
    assert {way.own for way in case.ways} == {True, False}
    assert [way.own for way in case.ways] == sorted((way.own for way in case.ways), reverse=True)
    assert len({way.name for way in case.ways}) == len(case.ways)


@pytest.mark.parametrize("case", list(BENCHMARKS), ids=lambda case: case.name)
def test_every_benchmark_runs(case: Any) -> None:
    if not case.chosen(quick=True):
        pytest.skip("pip install 'hopverify[bench]'")
    found = measure(case, case.quick[0], seconds=-1)
    assert [timing.way for timing in found.timings] == [way.name for way in case.ways if way.installed]
    assert all(timing.finished for timing in found.timings)


@pytest.mark.parametrize("case", [equilibria_ctln, equilibria_relu, equilibria_tanh], ids=["ctln", "relu", "tanh"])
def test_each_way_meets_the_equilibria_that_are_proved_to_be_all(case: Any) -> None:
    given = case.BENCHMARK.problem(3)
    counts: dict[str, int] = {}
    for way in case.BENCHMARK.ways:
        if way.installed:
            found: Counts = way.prepare(given)()
            counts |= found
    assert counts["met by root"] == counts["equilibria"] > 0
    for way in ("found by z3", "supports by MILP"):
        assert counts.get(way, counts["equilibria"]) == counts["equilibria"]
