"""A run of benchmarks as Markdown: a table of ratios for each benchmark, what was compared with what, the growth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hopverify.benchmarks import Way
from hopverify.benchmarks.growth import growth
from hopverify.benchmarks.results import Benchmarked, Point, Result, Timing

INTRODUCTION = """\
# Benchmarks

Written by `hopverify bench`. Seconds belong to the machine, so read the ratios: hopverify's time divided by that of
another way on the same problem, medians of rounds taken in turns in one process. `1.2 ×` is a fifth longer than the
other way, `1/50` a fiftieth of its time; `< 1/50` where the other way was stopped at its limit without an answer. Peak
memory is that of the process, libraries included, before the other ways ran. Growth is fitted by least squares to the
logarithms.
"""

BUSY = """
Other work kept the machine busy: single ratios may be off by a factor of two. Repeat the run when nothing else is under
way before relying on them.
"""


def as_markdown(run: Benchmarked, figure: str | None) -> str:
    """Return the Markdown text of a run; ``figure`` is the file name of its figure."""
    return "\n".join(_lines(run, figure)) + "\n"


def _lines(run: Benchmarked, figure: str | None) -> Iterator[str]:
    yield INTRODUCTION
    if run.quick:
        yield "These are the small sizes of `--quick`: they show that the benchmarks run, and little about speed.\n"
    yield f"Machine: {_in_words(run.machine)}."
    if is_busy(run):
        yield BUSY.rstrip()
    if figure is not None:
        yield f"\n![time against size, both logarithmic]({figure})"
    for result in run.results:
        yield f"\n## {result.benchmark.name}\n"
        yield f"{result.benchmark.summary}\n"
        if result.machine is not None and result.machine != run.machine:
            yield f"Measured in another run: {_in_words(result.machine)}.\n"
        if result.points:
            yield from _table(result)
            yield ""
        yield from (f"- *{way.name}*{'' if way.own else ' (otherwise)'}: {way.about}" for way in _timed(result))
        yield from (f"- Left out: *{way.name}* needs {way.needs}, the extra `bench`." for way in result.left_out)
        yield from (f"- {failure}" for failure in result.failures)
        yield from _growths(result)


def _in_words(machine: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in machine.items())


def is_busy(run: Benchmarked) -> bool:
    """Whether other work had half of the cores or more before the run."""
    return float(run.machine.get("load before", 0)) >= int(run.machine["cores"]) / 2


def _timed(result: Result) -> list[Way]:
    return [*result.own, *result.others]


def _growths(result: Result) -> Iterator[str]:
    lines = [(way.name, growth(result, way)) for way in _timed(result)]
    said = [f"{name} {line.sentence(result.benchmark.variable)}" for name, line in lines if line is not None]
    if said:
        yield "\nGrowth of the time: " + "; ".join(said) + "."


def _table(result: Result) -> Iterator[str]:
    counts = sorted({key for point in result.points for timing in point.timings for key in timing.counts})
    pairs = [(own, other) for own in result.own for other in result.others]
    heads = [result.benchmark.variable, *(_seconds_head(way) for way in result.own)]
    alone = len(result.own) == 1
    heads += [f"÷ {other.name}" if alone else f"{own.name} ÷ {other.name}" for own, other in pairs]
    heads += [*counts, "peak MiB", "rounds"]
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---:|" * len(heads)
    for point in result.points:
        cells = [f"{point.size:,}", *(_seconds(point.of(way)) for way in result.own)]
        cells += [ratio_text(point, own, other) for own, other in pairs]
        cells += [_count(point, key) for key in counts]
        rounds = max(len(timing.seconds) for timing in point.timings)
        cells += [f"{point.peak / 2**20:,.0f}", str(rounds)]
        yield "| " + " | ".join(cells) + " |"


def _seconds_head(way: Way) -> str:
    return f"{way.name}, s / {way.per}" if way.per else f"{way.name}, s"


def _seconds(timing: Timing | None) -> str:
    return "" if timing is None else f"{timing.median:.2g}" if timing.finished else f"> {timing.median:.2g}"


def _count(point: Point, key: str) -> str:
    found = [timing.counts[key] for timing in point.timings if key in timing.counts]
    return f"{found[0]:,}" if found else ""


def ratio_text(point: Point, own: Way, other: Way) -> str:
    """Return a ratio as people read it: ``1.2 ×``, ``1/50``, ``< 1/50``; empty where there is none."""
    ratio, theirs = point.ratio(own, other), point.of(other)
    if ratio is None or theirs is None:
        return ""
    text = f"{ratio:.2g} ×" if 0.1 <= ratio < 100 else f"{ratio:,.0f} ×" if ratio >= 100 else f"1/{1 / ratio:,.0f}"
    return text if theirs.finished else f"< {text}"
