"""The points of a simulation as CSV: a row a point, with a column for each free state variable."""

from __future__ import annotations

import csv
from io import StringIO

from hopverify.simulation import Simulation

COLUMNS = ("trajectory", "t", "energy", "dead", "distance")


def trajectory_table(simulation: Simulation) -> str:
    """Return the CSV text: trajectories from 1, one after the other; an entry that there is not is empty.

    ``distance`` is that to the stored pattern nearest to the trajectory's end. Numbers are the shortest decimals
    that read back as the same doubles.
    """
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*COLUMNS, *simulation.variables])
    for number, trajectory in enumerate(simulation.trajectories, start=1):
        absent = ("",) * len(trajectory.times)
        columns = (trajectory.energy or absent, trajectory.dead or absent, trajectory.distance or absent)
        for time, *seen, state in zip(trajectory.times, *columns, trajectory.states, strict=True):
            writer.writerow([number, time, *seen, *state])
    return stream.getvalue()
