"""A simulation for programs: JSON in ASCII, documented in ``docs/cli.md``. The points themselves are in the CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hopverify.reporting.simulation import CAVEAT
from hopverify.simulation import Simulation, Step, Trajectory

SCHEMA, VERSION = "hopverify-simulation", 1


def simulation_as_json(simulation: Simulation, files: Sequence[str] = ()) -> str:
    """Return the simulation as one JSON object; ``files`` are those written beside it."""
    value = {
        "schema": SCHEMA,
        "version": VERSION,
        "spec": {"file": simulation.file, "name": simulation.name, "digest": simulation.digest},
        "method": simulation.method,
        "step": None if simulation.step is None else _step(simulation.step),
        "time": simulation.time,
        "rest": simulation.rest,
        "variables": list(simulation.variables),
        "energy": simulation.energy,
        "without_energy": simulation.without_energy,
        "neurons": simulation.neurons,
        "equilibria": simulation.listing,
        "trajectories": [_trajectory(trajectory) for trajectory in simulation.trajectories],
        "files": list(files),
        "note": CAVEAT,
    }
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)


def _step(step: Step) -> dict[str, Any]:
    longest = None if step.longest is None else str(step.longest)
    return {
        "size": str(step.size),
        "choice": step.choice.name.lower(),
        "certified": step.certified,
        "longest_certified": longest,
    }


def _trajectory(trajectory: Trajectory) -> dict[str, Any]:
    return {
        "start": trajectory.start,
        "ending": trajectory.ending,
        "steps": trajectory.steps,
        "time": trajectory.times[-1],
        "speed": trajectory.speed,
        "energy": _ends(trajectory.energy),
        "rises": {
            "count": trajectory.rises,
            "largest": trajectory.rise,
            "step": trajectory.rise_step,
            "time": trajectory.rise_time,
        },
        "dead": _ends(trajectory.dead),
        "equilibrium": None if trajectory.equilibrium is None else asdict(trajectory.equilibrium),
        "nearest_memory": None if trajectory.nearest is None else asdict(trajectory.nearest),
        "state": list(trajectory.states[-1]),
    }


def _ends(values: Sequence[float] | None) -> dict[str, float] | None:
    return None if values is None else {"start": values[0], "end": values[-1]}
