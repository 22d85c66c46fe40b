"""How far a limit of time is overrun: ``hopverify verify --timeout`` on :mod:`hopverify.benchmarks.hard_specs`.

Each spec is verified by the command, as a person would. Its time counts from when its file begins to be read, which the
log tells, to when the command ends. More than a second, or a tenth of the limit where that is more, is a failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hopverify.benchmarks.hard_specs import SPECS, HardSpec
from hopverify.benchmarks.machine import machine

SCHEMA, VERSION = "hopverify-limits", 1
COMMAND = "hopverify bench --limits"
SECONDS = 10.0
LEAST, SHARE = 1.0, 0.1


def measured(
    seconds: float = SECONDS,
    specs: Sequence[HardSpec] = SPECS,
    tell: Callable[[str], None] = lambda name: None,
) -> dict[str, Any]:
    """Return the figures as JSON holds them; ``tell`` hears which spec is begun."""
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for spec in specs:
            tell(spec.name)
            rows.append(_row(spec, Path(folder), seconds))
    return {"schema": SCHEMA, "version": VERSION, "seconds": seconds, "rows": rows, "machine": machine()}


def _row(spec: HardSpec, folder: Path, seconds: float) -> dict[str, Any]:
    took, verdicts = _timed(spec.write(folder), seconds)
    over = max(0.0, took - seconds)
    return {
        "name": spec.name,
        "summary": spec.summary,
        "took": round(took, 2),
        "over": round(over, 2),
        "share": round(over / seconds, 3),
        "kept": over <= allowed(seconds),
        "verdicts": verdicts,
    }


def allowed(seconds: float) -> float:
    """Return by how much a limit may be overrun."""
    return max(LEAST, SHARE * seconds)


def _timed(spec: Path, seconds: float) -> tuple[float, dict[str, int]]:
    """Return how long the command takes once it reads the spec, and how many claims have which verdict."""
    log = spec.with_suffix(".log")
    command = [sys.executable, "-m", "hopverify", "verify", str(spec), "--json", "--timeout", str(seconds)]
    said = subprocess.run([*command, "--log", str(log)], capture_output=True, text=True, check=False)
    end = datetime.now(UTC)
    if said.returncode not in (0, 1, 3):
        raise RuntimeError(f"{spec.name}: {said.stderr.strip()}")
    report = json.loads(said.stdout)
    events = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    begin = next(event["time"] for event in events if event["event"] == "spec_started")
    took = (end - datetime.fromisoformat(begin)).total_seconds()
    return took, dict(sorted(Counter(claim["verdict"] for claim in report["results"]).items()))


def failures(figures: Mapping[str, Any]) -> list[str]:
    """Return the specs on which the limit was not kept."""
    return [row["name"] for row in figures["rows"] if not row["kept"]]


def as_json(figures: Mapping[str, Any]) -> str:
    """Return the JSON text of figures."""
    return json.dumps(figures, indent=1, ensure_ascii=True) + "\n"


def as_markdown(figures: Mapping[str, Any]) -> str:
    """Return the figures as a Markdown page."""
    return "\n".join(_lines(figures)) + "\n"


def _lines(figures: Mapping[str, Any]) -> Iterator[str]:
    seconds, load = figures["seconds"], figures["machine"].get("load before", "?")
    yield "# Limits of time\n"
    yield (
        f"Written by `{COMMAND}`. `hopverify verify --timeout {seconds:g}` on hard specs, from when a spec begins to "
        f"be read to the end of the command. A limit is kept if it is overrun by {allowed(seconds):g} s at most. When "
        f"the run began, {load} processes wanted one of {figures['machine']['cores']} cores."
    )
    worst = max(figures["rows"], key=lambda row: row["over"])
    kept = sum(row["kept"] for row in figures["rows"])
    yield (
        f"\nKept on {kept} of {len(figures['rows'])}; the largest overrun is {worst['over']:.2f} s, "
        f"{100 * worst['share']:.0f} % of the limit, on `{worst['name']}`.\n"
    )
    yield "| spec | | took | over | share | pass | fail | unknown |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    for row in figures["rows"]:
        counts = [str(row["verdicts"].get(verdict, 0)) for verdict in ("pass", "fail", "unknown")]
        yield (
            f"| `{row['name']}` | {row['summary']} | {row['took']:.2f} s | {row['over']:.2f} s "
            f"| {100 * row['share']:.0f} % | {' | '.join(counts)} |"
        )
