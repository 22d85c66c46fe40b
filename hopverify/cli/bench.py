"""``hopverify bench``: the benchmarks, measured here and now beside what one would do otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hopverify.cli._outputs import require_writable
from hopverify.extras import to_install

if TYPE_CHECKING:
    from hopverify.benchmarks import Benchmark
    from hopverify.benchmarks.results import Benchmarked, Point

NAME, COUNTS, LIMITS = "benchmarks", "completeness", "limits"


@click.command("bench", short_help="Measure speed and memory beside what one would do otherwise.")
@click.option("--quick", is_flag=True, help="Small sizes only: one or two minutes in all.")
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    help="This benchmark only, and keep what DIR has of the others; may be given several times.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reports/benchmarks"),
    metavar="DIR",
    show_default=True,
    help="Where the table and the figure go.",
)
@click.option(
    "--completeness",
    is_flag=True,
    help="Count what is decided on random models instead of measuring time: completeness.md and .json.",
)
@click.option(
    "--limits",
    is_flag=True,
    help="Measure how far --timeout is overrun on hard specs instead: limits.md and .json, some five minutes.",
)
@click.option("--no-figure", is_flag=True, help="No figure; it needs matplotlib.")
def command(quick: bool, only: tuple[str, ...], out: Path, completeness: bool, limits: bool, no_figure: bool) -> None:
    """Rerun the benchmarks and write benchmarks.md, .json and .svg.

    Each measures hopverify beside what one would do otherwise, at growing sizes; what counts are the ratios. Figure,
    images and the rows of z3 need an extra: pip install 'hopverify[bench]'.
    """
    if completeness:
        if quick or only:
            raise click.UsageError("--completeness counts on all families and sizes: leave --quick and --only out")
        _count(out)
        return
    if limits:
        if quick or only:
            raise click.UsageError("--limits measures on all of its specs: leave --quick and --only out")
        _limit(out)
        return

    from hopverify.benchmarks import BENCHMARKS
    from hopverify.benchmarks.keeping import merged
    from hopverify.reporting.figures import require_matplotlib

    chosen = [BENCHMARKS[name] for name in dict.fromkeys(only)] or list(BENCHMARKS)
    if not no_figure:
        require_matplotlib("bench")
    require_writable(out)
    _announce_left_out(chosen)
    run = _measured(chosen, quick)
    if only:
        run = merged(run, out / f"{NAME}.json")
    for path in _written(run, out, not no_figure):
        click.echo(f"wrote {path}")
    failures = [f"{result.benchmark.name}: {failure}" for result in run.results for failure in result.failures]
    if failures:
        click.echo("\n".join(failures), err=True)
        click.get_current_context().exit(1)


def _count(out: Path) -> None:
    """Count pass, fail and unknown on the families of random models."""
    from hopverify.benchmarks.completeness import as_json, as_markdown, measured
    from hopverify.benchmarks.families import FAMILIES
    from hopverify.cli._outputs import write
    from hopverify.reporting.progress import Bar

    require_writable(out)
    total = sum(len(family.sizes) for family in FAMILIES)
    begun = 0
    with Bar(total) as bar:

        def tell(name: str, size: int) -> None:
            nonlocal begun
            bar.show(begun, f"{begun} of {total} cells · {name}, n = {size}")
            begun += 1

        figures = measured(tell)
    for target, text in ((out / f"{COUNTS}.json", as_json(figures)), (out / f"{COUNTS}.md", as_markdown(figures))):
        write(target, text)
        click.echo(f"wrote {target}")


def _limit(out: Path) -> None:
    """Measure by how much a limit of time is overrun; one that is not kept is a failure."""
    from hopverify.benchmarks import limits
    from hopverify.benchmarks.hard_specs import SPECS
    from hopverify.cli._outputs import write
    from hopverify.reporting.progress import Bar

    require_writable(out)
    begun = 0
    with Bar(len(SPECS)) as bar:

        def tell(name: str) -> None:
            nonlocal begun
            bar.show(begun, f"{begun} of {len(SPECS)} specs · {name}")
            begun += 1

        figures = limits.measured(specs=SPECS, tell=tell)
    for suffix, text in (("json", limits.as_json(figures)), ("md", limits.as_markdown(figures))):
        write(out / f"{LIMITS}.{suffix}", text)
        click.echo(f"wrote {out / f'{LIMITS}.{suffix}'}")
    late = limits.failures(figures)
    if late:
        click.echo(f"the limit was not kept on {', '.join(late)}", err=True)
        click.get_current_context().exit(1)


def _announce_left_out(benchmarks: list[Benchmark]) -> None:

    for needed in sorted({way.needs for each in benchmarks for way in each.ways if way.needs and not way.installed}):
        click.echo(f"{needed} is not installed, and its rows are left out: {to_install('bench')}", err=True)


def _measured(benchmarks: list[Benchmark], quick: bool) -> Benchmarked:
    from hopverify.benchmarks.running import run
    from hopverify.reporting.progress import Bar

    total = sum(len(each.chosen(quick=quick)) for each in benchmarks)
    count = 0
    with Bar(total) as bar:

        def watch(done: int, total: int, now: str) -> None:
            bar.show(done, f"{done} of {total} sizes · {now}")

        def tell(benchmark: Benchmark, found: Point | str) -> None:
            nonlocal count
            count += 1
            bar.pause()
            click.echo(f"[{count}/{total}] {benchmark.name}: {_line(benchmark, found)}")

        return run(benchmarks, quick=quick, watch=watch, tell=tell)


def _line(benchmark: Benchmark, found: Point | str) -> str:
    """Return one size in one line: the seconds of hopverify's ways, and the ratios to others."""
    from hopverify.benchmarks.as_markdown import ratio_text

    if isinstance(found, str):
        return found
    timed = [way for way in benchmark.ways if found.of(way)]
    times = [f"{timing.way} {timing.median:.3g} s" for way in timed if way.own and (timing := found.of(way))]
    pairs = [(own, other) for own in timed for other in timed if own.own and not other.own]
    ratios = [f"{own.name} ÷ {other.name} {ratio_text(found, own, other)}" for own, other in pairs]
    return f"{benchmark.variable} = {found.size:,}: " + "; ".join([", ".join(times), *ratios])


def _written(run: Benchmarked, out: Path, with_figure: bool) -> list[Path]:
    from hopverify.benchmarks.as_json import as_json
    from hopverify.benchmarks.as_markdown import as_markdown
    from hopverify.benchmarks.figure import figure
    from hopverify.cli._outputs import write

    texts = {f"{NAME}.json": as_json(run), f"{NAME}.md": as_markdown(run, f"{NAME}.svg" if with_figure else None)}
    if with_figure:
        texts[f"{NAME}.svg"] = figure(run)
    for name, text in texts.items():
        write(out / name, text)
    return [out / name for name in texts]
