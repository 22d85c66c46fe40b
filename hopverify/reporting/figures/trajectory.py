"""The figure of a simulation: energy, dead neurons, and states or the distance to a memory, over time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from hopverify.reporting.figures import literal, style, svg
from hopverify.simulation import Simulation, Trajectory

SIZE = (6.4, 7.2)
# So many state variables are drawn of each trajectory, so many lines named, so many points marked.
VARIABLES, NAMED, MARKED = 12, 8, 60
TIME = "time t (in the unit of tau)"


def trajectory_figure(simulation: Simulation) -> str:
    """Return the SVG text; the same simulation gives the same text."""
    return svg(
        partial(_panels, simulation),
        size=SIZE,
        title=f"Simulation of {simulation.name}",
        description=" ".join(_description(simulation)),
    )


def _panels(simulation: Simulation, canvas: Any) -> None:
    energy, dead, states = canvas.subplots(3, 1, sharex=True)
    canvas.suptitle(literal(simulation.name))
    _draw(energy, simulation, [trajectory.energy for trajectory in simulation.trajectories])
    _label(energy, f"Energy {simulation.energy or ''}", f"{simulation.energy or 'energy'} (no unit)")
    if simulation.energy is None:
        _note(energy, "no energy")
    _draw(dead, simulation, [trajectory.dead for trajectory in simulation.trajectories], drawstyle="steps-post")
    _label(dead, "Dead neurons" + (f", of {simulation.neurons:,}" if simulation.neurons else ""), "number of neurons")
    if simulation.neurons:
        dead.yaxis.get_major_locator().set_params(integer=True)
        dead.set_ylim(bottom=-0.05 * max(1, dead.get_ylim()[1]))
    else:
        _note(dead, "no neuron of this model can be dead")
    _last_panel(states, simulation)
    states.set_xlabel(TIME)
    if len(simulation.trajectories) > 1:
        _legend(energy, len(simulation.trajectories), "trajectories")


def _last_panel(axes: Any, simulation: Simulation) -> None:
    trajectories = simulation.trajectories
    if any(trajectory.distance is not None for trajectory in trajectories):
        _draw(axes, simulation, [trajectory.distance for trajectory in trajectories])
        _label(axes, "Distance to the memory nearest to the end", "‖x - ξ‖ (unit of the state)")
        return
    count = len(simulation.variables)
    shown = min(count, VARIABLES)
    for number, trajectory in enumerate(trajectories):
        for variable in range(shown):
            values = [state[variable] for state in trajectory.states]
            look = style(variable if len(trajectories) == 1 else number) | _marker(simulation)
            _line(axes, trajectory, values, **look, label=literal(simulation.variables[variable]))
    _label(axes, "States" if shown == count else f"States, {shown} of {count:,}", "x (unit of the state)")
    if len(trajectories) == 1:
        _legend(axes, shown, "variables")


def _draw(axes: Any, simulation: Simulation, series: Sequence[Sequence[float] | None], **look: Any) -> None:
    for number, (trajectory, values) in enumerate(zip(simulation.trajectories, series, strict=True)):
        if values is not None:
            label = literal(f"{number + 1}: {trajectory.start}")
            _line(axes, trajectory, values, **style(number), **_marker(simulation), **look, label=label)


def _marker(simulation: Simulation) -> dict[str, Any]:
    """Return the look of points: discrete updates of few steps show them."""
    few = all(len(trajectory.times) <= MARKED for trajectory in simulation.trajectories)
    return {"marker": "o"} if few else {}


def _line(axes: Any, trajectory: Trajectory, values: Sequence[float], **look: Any) -> None:
    axes.plot(trajectory.times, values, markersize=2.5, linewidth=1.4, **look)


def _label(axes: Any, title: str, unit: str) -> None:
    axes.set_title(title, fontsize=9, loc="left")
    axes.set_ylabel(unit)
    axes.grid(visible=True, alpha=0.3)


def _note(axes: Any, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center")
    axes.set_yticks([])


def _legend(axes: Any, count: int, noun: str) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        title = None if count <= NAMED else f"the first {NAMED} of {count} {noun}"
        axes.legend(handles[:NAMED], labels[:NAMED], title=title, fontsize=7, title_fontsize=7, loc="best")


def _description(simulation: Simulation) -> list[str]:
    """Return sentences that tell what the panels show."""
    count = len(simulation.trajectories)
    said = [f"Three panels over time for {count} trajector{'y' if count == 1 else 'ies'}."]
    for number, trajectory in enumerate(simulation.trajectories[:NAMED], start=1):
        parts = [f"Trajectory {number}, from {trajectory.start}, to t = {trajectory.times[-1]:.4g}"]
        for name, values in (
            (f"energy {simulation.energy}", trajectory.energy),
            ("dead neurons", trajectory.dead),
            ("distance to a memory", trajectory.distance),
        ):
            if values is not None:
                parts.append(f"{name} from {values[0]:.4g} to {values[-1]:.4g}")
        said.append(", ".join(parts) + ".")
    if count > NAMED:
        said.append(f"And {count - NAMED} more.")
    return said
