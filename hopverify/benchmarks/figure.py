"""The figure of a run: time against size, both logarithmic, a panel for each benchmark; SVG by matplotlib."""

from __future__ import annotations

from io import StringIO
from typing import Any

from hopverify.benchmarks import Way
from hopverify.benchmarks.growth import growth
from hopverify.benchmarks.results import Benchmarked, Result
from hopverify.reporting.figures import COLOURS, require_matplotlib

COLUMNS, WIDTH, HEIGHT = 2, 5.4, 4.2


def figure(run: Benchmarked) -> str:
    """Return the SVG text; the same run gives the same text."""
    require_matplotlib("bench")
    import matplotlib
    from matplotlib.figure import Figure

    shown = [result for result in run.results if result.points]
    rows = -(-len(shown) // COLUMNS) or 1
    with matplotlib.rc_context({"svg.hashsalt": "hopverify", "svg.fonttype": "none", "font.size": 9}):
        canvas = Figure(figsize=(COLUMNS * WIDTH, rows * HEIGHT), layout="constrained")
        for place, result in enumerate(shown):
            _panel(canvas.add_subplot(rows, COLUMNS, place + 1), result)
        stream = StringIO()
        canvas.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _panel(axes: Any, result: Result) -> None:
    for number, way in enumerate([*result.own, *result.others]):
        _line(axes, result, way, COLOURS[number % len(COLOURS)])
    axes.set(xscale="log", yscale="log", title=result.benchmark.name, xlabel=result.benchmark.variable)
    per = result.own[0].per if result.own else None
    axes.set_ylabel(f"seconds / {per}" if per else "seconds")
    # The measured sizes themselves are the ticks: powers of ten say little about n = 4 … 20.
    sizes = [point.size for point in result.points]
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=60, fontsize=7)
    axes.set_xticks([], minor=True)
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize=8)


def _line(axes: Any, result: Result, way: Way, colour: str) -> None:
    """Draw one way: measured points joined, the fitted line dashed, and an arrow up where it was stopped."""
    variable, line = result.benchmark.variable, growth(result, way)
    timed = [(point.size, timing) for point in result.points if (timing := point.of(way))]
    done = [(size, timing.median) for size, timing in timed if timing.finished]
    stopped = [(size, timing.median) for size, timing in timed if not timing.finished]
    label = way.name if line is None else f"{way.name}: {variable}^{line.exponent:.1f}"
    style = "o-" if way.own else "s-"
    axes.plot(*_coordinates(done), style, color=colour, label=label, markersize=4, linewidth=2 if way.own else 1)
    if stopped:
        axes.plot(*_coordinates(stopped), "^", color=colour, markerfacecolor="none", label=f"{way.name}: stopped")
    if line is not None:
        ends = [line.smallest, line.largest]
        axes.plot(ends, [line.at(size) for size in ends], "--", color=colour, linewidth=0.8)


def _coordinates(points: list[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [size for size, _ in points], [seconds for _, seconds in points]
