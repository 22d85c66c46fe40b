"""A run of benchmarks as JSON: every round's seconds, medians, ratios, counts, growth and the machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from hopverify.benchmarks.growth import growth
from hopverify.benchmarks.results import Benchmarked, Point, Result


def as_json(run: Benchmarked) -> str:
    """Return the JSON text of a run, for programs."""
    value = {
        "schema": "hopverify-benchmarks",
        "version": 1,
        "quick": run.quick,
        "machine": dict(run.machine),
        "benchmarks": [{**_result(result), "machine": dict(result.machine or run.machine)} for result in run.results],
    }
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


def _result(result: Result) -> dict[str, Any]:
    ways = [*result.own, *result.others]
    found = {way.name: growth(result, way) for way in ways}
    return {
        "name": result.benchmark.name,
        "summary": result.benchmark.summary,
        "variable": result.benchmark.variable,
        "ways": [{"name": way.name, "own": way.own, "about": way.about, "seconds_per": way.per} for way in ways],
        "left_out": [way.name for way in result.left_out],
        "failures": list(result.failures),
        "points": [_point(result, point) for point in result.points],
        "growth": {name: asdict(line) for name, line in found.items() if line is not None},
    }


def _point(result: Result, point: Point) -> dict[str, Any]:
    ratios = [
        {"of": own.name, "to": other.name, "ratio": _rounded(ratio), "at_most": not _finished(point, other)}
        for own in result.own
        for other in result.others
        if (ratio := point.ratio(own, other)) is not None
    ]
    return {
        "size": point.size,
        "peak_mebibytes": round(point.peak / 2**20),
        "timings": [
            {
                "way": timing.way,
                "median_seconds": _rounded(timing.median),
                "seconds": [_rounded(seconds) for seconds in timing.seconds],
                "finished": timing.finished,
                "counts": dict(timing.counts),
            }
            for timing in point.timings
        ],
        "ratios": ratios,
    }


def _finished(point: Point, way: Any) -> bool:
    timing = point.of(way)
    return timing is None or timing.finished


def _rounded(value: float) -> float:
    """Return four significant digits: a clock has no more to say."""
    return float(f"{value:.4g}")
