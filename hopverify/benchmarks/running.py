"""Running benchmarks, each size in a process of its own, one after the other: two at once would slow each other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence

from hopverify.benchmarks import Benchmark
from hopverify.benchmarks.machine import machine
from hopverify.benchmarks.results import Benchmarked, Point, Result

SECONDS, QUICK_SECONDS = 12.0, 0.3

Watch = Callable[[int, int, str], None]
"""Called before each size, and at the end: how many are measured, of how many, and what is measured now."""

Tell = Callable[[Benchmark, "Point | str"], None]
"""Called after each size with what was measured, or with a sentence that says why nothing was."""


def run(benchmarks: Sequence[Benchmark], *, quick: bool, watch: Watch, tell: Tell) -> Benchmarked:
    """Measure benchmarks at all their sizes, or at the quick ones."""
    plan = [(benchmark, benchmark.chosen(quick=quick)) for benchmark in benchmarks]
    total, done = sum(len(sizes) for _, sizes in plan), 0
    results, described = [], machine()
    for benchmark, sizes in plan:
        points: list[Point] = []
        failures: list[str] = []
        for number, size in enumerate(sizes):
            watch(done + number, total, f"{benchmark.name}, {benchmark.variable} = {size:,}")
            found = _point(benchmark, size, QUICK_SECONDS if quick else SECONDS)
            tell(benchmark, found)
            if isinstance(found, str):
                failures.append(found)
                # What stops one size, mostly memory, stops the larger ones too.
                break
            points.append(found)
        done += len(sizes)
        results.append(Result(benchmark, tuple(points), tuple(failures)))
    watch(total, total, "done")
    return Benchmarked(described, quick, tuple(results))


def _point(benchmark: Benchmark, size: int, seconds: float) -> Point | str:
    command = [sys.executable, "-m", "hopverify.benchmarks", benchmark.name, str(size), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if done.returncode == 0:
        return Point.from_json(json.loads(done.stdout))
    last = (done.stderr.strip().splitlines() or [_how_it_ended(done.returncode)])[-1]
    return f"{benchmark.variable} = {size:,} could not be measured, and larger sizes were not tried: {last}"


def _how_it_ended(code: int) -> str:
    return f"the process was ended by signal {-code}, often for want of memory" if code < 0 else f"exit code {code}"
