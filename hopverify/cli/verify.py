"""``hopverify verify``: specs go in, reports and certificates come out."""

from __future__ import annotations

import contextlib
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hopverify.cli._exit_codes import exit_code
from hopverify.cli._files import specs_in
from hopverify.errors import HopverifyError
from hopverify.reporting.plain import plain

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.pipeline import Progress
    from hopverify.reporting.report import Report


def _seconds(ctx: click.Context, parameter: click.Parameter, value: float | None) -> float:
    if value is None:
        return math.inf
    if math.isnan(value) or value <= 0:
        raise click.BadParameter("expected a number of seconds greater than 0")
    return value


@click.command("verify", short_help="Verify specs; print reports, write certificates.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs instead of tables.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a certificate for each spec, NAME.certificate.json, into DIR.",
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
@click.option("--no-color", is_flag=True, help="No colours (also: the environment variable NO_COLOR).")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    as_json: bool,
    out: Path | None,
    quiet: bool,
    verbose: bool,
    timeout: float,
    samples: int,
    max_boxes: int,
    seed: int,
    no_color: bool,
) -> None:
    """Verify specs and report the verdict of each check.

    A PATH is a spec (.yaml, .yml, .toml, .json) or a folder, which stands for all specs in it and below it, except in
    folders called data or certificates.
    """
    if sum((as_json, quiet, verbose)) > 1:
        raise click.UsageError("--json, --quiet and --verbose exclude one another")
    specs = specs_in(paths)
    targets = _targets(specs, out)
    run = _Run(
        samples, max_boxes, seed, timeout, "json" if as_json else "line" if quiet else "table", verbose, not no_color
    )
    run.all(specs, targets)
    if as_json:
        run.print_json(single=len(paths) == 1 and not paths[0].is_dir())
    ctx.exit(exit_code((report.verdict for report in run.reports), errors=run.errors))


def _targets(specs: Sequence[Path], out: Path | None) -> dict[Path, Path]:
    """Return where each spec's certificate goes."""
    if out is None:
        return {}
    targets = {spec: out / f"{spec.stem}.certificate.json" for spec in specs}
    taken: dict[Path, Path] = {}
    for spec, target in targets.items():
        if target in taken:
            raise click.UsageError(f"{taken[target]} and {spec} would both write {target}: rename one")
        taken[target] = spec
    return targets


class _Run:
    """One run over several specs; an error in one does not keep the others from being verified."""

    def __init__(
        self, samples: int, boxes: int, seed: int, timeout: float, form: str, verbose: bool, colour: bool
    ) -> None:
        self.samples, self.boxes, self.seed, self.timeout = samples, boxes, seed, timeout
        self.form, self.verbose = form, verbose
        self.colour = colour and not os.environ.get("NO_COLOR")
        self.reports: list[Report] = []
        self.errors = 0

    def all(self, specs: Sequence[Path], targets: dict[Path, Path]) -> None:
        from hopverify.pipeline import was_interrupted
        from hopverify.reporting.progress import Bar

        with Bar(len(specs), colour=self.colour) as bar:
            for position, path in enumerate(specs):

                def watch(step: Progress, done: int = position, path: Path = path) -> None:
                    bar.show(done + step.position / step.total, f"{path.name}: {step.check} [{step.subject}]")

                try:
                    report, certificate = self._one(path, watch)
                    if path in targets:
                        _write(targets[path], certificate.to_json())
                except HopverifyError as error:
                    bar.pause()
                    self.errors += 1
                    click.echo(plain(str(error), lines=True), err=True)
                    continue
                bar.pause()
                self.reports.append(report)
                self._print(report)
                if was_interrupted(certificate):
                    raise KeyboardInterrupt

    def _one(self, path: Path, watch: object) -> tuple[Report, Certificate]:
        from hopverify.pipeline import verify
        from hopverify.reporting.report import report_of
        from hopverify.spec import read_spec

        spec = read_spec(path)
        certificate = verify(
            spec,
            samples=self.samples,
            boxes=self.boxes,
            seed=self.seed,
            timeout=self.timeout,
            progress=watch,  # type: ignore[arg-type]
        )
        return report_of(spec, certificate), certificate

    def _print(self, report: Report) -> None:
        if self.form == "json":
            return
        from hopverify.reporting.terminal import console_for, one_line, show

        if self.form == "line":
            click.echo(one_line(report))
            return
        console = console_for(sys.stdout, colour=self.colour)
        if len(self.reports) > 1:
            console.print()
        show(report, console, verbose=self.verbose)

    def print_json(self, *, single: bool) -> None:
        from hopverify.reporting.as_json import all_as_json, as_json

        if not single:
            click.echo(all_as_json(self.reports))
        elif self.reports:
            click.echo(as_json(self.reports[0]))


def _write(target: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise HopverifyError(f"{target}: cannot be written: {error.strerror or error}") from error
