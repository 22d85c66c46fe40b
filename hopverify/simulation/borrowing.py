"""What a simulation borrows from `verify`: the largest certified step, and the list of equilibria of a small model.

Each is one check on the spec in place of its own, within a few seconds; what is not found in them is done without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from hopverify.execution.run import Run
from hopverify.execution.settings import Settings
from hopverify.pipeline import certificate_of, drive, executing
from hopverify.spec import CheckRequest, ModelSpec
from hopverify.verdict import Verdict

SECONDS, BOXES = 5.0, 10_000
MOST_NEURONS = 12


@dataclass(frozen=True)
class Listed:
    """Equilibria: the state of every neuron in the order of the spec, and the stability in words of the check.

    ``said`` tells why there are none, or that some may be missing; None for a list that is proved to be complete.
    """

    equilibria: tuple[tuple[tuple[float, ...], str], ...] = ()
    said: str | None = None


def certified_step(spec: ModelSpec) -> Fraction | Literal["any"] | None:
    """Return the longest step that `step_size` certifies for the update x + hẋ, or None if it certifies none."""
    for data in _found(spec, "step_size"):
        if data["verdict"] == str(Verdict.PASS) and "up_to" in data:
            return "any" if data["up_to"] is None else Fraction(data["up_to"])
    return None


def listed_equilibria(spec: ModelSpec) -> Listed:
    """Return the equilibria of a model of a few neurons."""
    neurons = sum(layer.size for layer in spec.layers.values())
    if neurons > MOST_NEURONS:
        return Listed(said=f"equilibria are listed for at most {MOST_NEURONS} neurons; `hopverify verify` takes longer")
    for data in _found(spec, "equilibria"):
        rows = data.get("equilibria", [])
        found = tuple((tuple(_middle(entry) for entry in row["x"]), str(row["stability"])) for row in rows)
        complete = data["verdict"] == str(Verdict.PASS)
        return Listed(found, None if complete else "not all equilibria are listed; `hopverify verify` says why")
    return Listed(said="the equilibria of a model of this structure cannot be listed")


def _found(spec: ModelSpec, check: str) -> Iterator[Mapping[str, Any]]:
    """Yield what the checker computed for the obligations of one check, and the verdict."""
    asked = replace(spec, checks=(CheckRequest(check, {}, "checks"),), expect={})
    run = Run(asked, Settings(samples=0, boxes=BOXES, timeout=SECONDS))
    # In this process: to start another one would take as long as most of these searches do.
    with executing() as backend:
        (run,) = drive([run], backend)
    certificate = certificate_of(run)
    for entry in certificate.results:
        for row in entry["obligations"]:
            yield {**row.get("data", {}), "verdict": entry["verdict"]}


def _middle(entry: Any) -> float:
    """Return a coordinate of an equilibrium: an exact number, or the middle of an enclosure."""
    ends = entry if isinstance(entry, list | tuple) else [entry]
    return float(sum(Fraction(end) for end in ends) / len(ends))
