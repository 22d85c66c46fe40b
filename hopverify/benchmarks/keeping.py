"""Keeping what an earlier run measured of the benchmarks that are not run again; each tells the machine it ran on."""

from __future__ import annotations

import json
from pathlib import Path

from hopverify.benchmarks import BENCHMARKS
from hopverify.benchmarks.results import Benchmarked, Point, Result


def merged(run: Benchmarked, file: Path) -> Benchmarked:
    """Return a run together with the other benchmarks of the JSON file, in the order of the registry.

    Nothing is kept of a file that is not there, is none of this version, or was of the other kind of sizes (``quick``).
    """
    earlier = _read(file)
    if earlier is None or earlier.quick != run.quick:
        return run
    found = {result.benchmark.name: result for result in earlier.results}
    found |= {result.benchmark.name: result for result in run.results}
    return Benchmarked(run.machine, run.quick, tuple(found[each.name] for each in BENCHMARKS if each.name in found))


def _read(file: Path) -> Benchmarked | None:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        if value["schema"] != "hopverify-benchmarks" or value["version"] != 1:
            return None
        results = tuple(
            Result(
                BENCHMARKS[entry["name"]],
                tuple(Point.from_json(point) for point in entry["points"]),
                tuple(entry["failures"]),
                entry.get("machine", value["machine"]),
            )
            for entry in value["benchmarks"]
            if entry["name"] in BENCHMARKS
        )
        return Benchmarked(value["machine"], value["quick"], results)
    except (OSError, ValueError, KeyError, TypeError):
        return None
