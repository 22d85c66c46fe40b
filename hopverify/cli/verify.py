"""``hopverify verify``: specs go in, reports and certificates come out."""

from __future__ import annotations

import math
from pathlib import Path

import click

from hopverify.cli._files import specs_in
from hopverify.cli._outputs import outputs, require_writable
from hopverify.cli._reports import formats_of


def _seconds(ctx: click.Context, parameter: click.Parameter, value: float | None) -> float:
    if value is None:
        return math.inf
    if math.isnan(value) or value <= 0:
        raise click.BadParameter("expected a number of seconds greater than 0")
    return value


def _require_junit(file: Path) -> None:
    """Find out before the work whether the file can be written after it."""
    from hopverify.reporting.formats import required

    required("junit")
    require_writable(file.parent, option="--junit")


@click.command("verify", short_help="Verify specs; print reports, write certificates.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs instead of tables.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a certificate for each spec, NAME.certificate.json, into DIR.",
)
@click.option("--gzip", "packed", is_flag=True, help="Pack certificates: NAME.certificate.json.gz.")
@click.option(
    "--report",
    "reports",
    callback=formats_of,
    metavar="FORMATS",
    help="Write reports beside the certificates: html, pdf, markdown, junit, json or latex; several with commas.",
)
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write all claims of all specs as test cases into FILE (JUnit XML), for continuous integration.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print one line for each spec.")
@click.option("-v", "--verbose", is_flag=True, help="Show the obligations and the rules behind each verdict.")
@click.option(
    "--timeout", type=float, callback=_seconds, metavar="SECONDS", help="Time for each spec; what is left is unknown."
)
@click.option(
    "--samples",
    type=click.IntRange(0, 10**9),
    default=2000,
    show_default=True,
    help="States tried in each random search for a witness.",
)
@click.option(
    "--max-boxes",
    type=click.IntRange(1, 10**9),
    default=400_000,
    show_default=True,
    help="Boxes examined at most in each enumeration of equilibria.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Seed of the searches.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 1024),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes that obligations are proved in; the certificate is the same.",
)
@click.option("--dask", metavar="ADDRESS", help="Hand obligations to the dask cluster whose scheduler is at ADDRESS.")
@click.option(
    "--resume", is_flag=True, help="Go on from what an earlier run left in DIR (--out): what it proved is only checked."
)
@click.option(
    "--log",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write events as JSON lines into FILE, - for the error stream.",
)
@click.option("--no-color", is_flag=True, help="No colours (also: the environment variable NO_COLOR).")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    as_json: bool,
    out: Path | None,
    packed: bool,
    reports: tuple[str, ...],
    junit: Path | None,
    quiet: bool,
    verbose: bool,
    timeout: float,
    samples: int,
    max_boxes: int,
    seed: int,
    jobs: int,
    dask: str | None,
    resume: bool,
    log: str | None,
    no_color: bool,
) -> None:
    """Verify specs and report the verdict of each check.

    A PATH is a spec (.yaml, .yml, .toml, .json) or a folder: all specs in it and below it, except in
    folders called data or certificates.
    """
    if sum((as_json, quiet, verbose)) > 1:
        raise click.UsageError("--json, --quiet and --verbose exclude one another")
    if resume and out is None:
        raise click.UsageError("--resume goes on from the folder given by --out: add --out DIR")
    if reports and out is None:
        raise click.UsageError("--report writes beside the certificates: add --out DIR")
    if packed and out is None:
        raise click.UsageError("--gzip packs the certificates: add --out DIR")
    if jobs > 1 and dask is not None:
        raise click.UsageError("--jobs works on this machine, --dask on a cluster: give one of them")
    specs = specs_in(paths)
    targets = outputs(specs, out, packed=packed)
    if junit is not None:
        _require_junit(junit)

    from hopverify.cli._verifying import Verifying, Wishes
    from hopverify.execution.interrupts import ended_politely
    from hopverify.execution.settings import Settings

    form = "json" if as_json else "line" if quiet else "table"
    settings = Settings(samples, max_boxes, seed, timeout)
    run = Verifying(settings, Wishes(jobs, dask, resume, form, verbose, not no_color, reports), targets)
    try:
        with ended_politely():
            code = run.logged(specs, log)
    except KeyboardInterrupt:
        if out is None:
            raise
        raise KeyboardInterrupt(f"what has been found is in {out}; the same command with --resume goes on") from None
    finally:
        if junit is not None:
            run.write_junit(junit)
    if not as_json and len(specs) > 1:
        run.summarise()
    if as_json:
        run.print_json(single=len(paths) == 1 and not paths[0].is_dir())
    ctx.exit(code)
