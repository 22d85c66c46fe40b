"""One run of `verify` over several specs: reading, driving, printing, writing. An error in one stops no other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from hopverify.cli._exit_codes import USAGE, exit_code
from hopverify.cli._group import INTERRUPTED
from hopverify.cli._outputs import Output, write
from hopverify.errors import HopverifyError
from hopverify.reporting.plain import plain

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.execution.backend import Backend
    from hopverify.execution.events import Event
    from hopverify.execution.journal import Journal
    from hopverify.execution.run import Run
    from hopverify.execution.settings import Settings
    from hopverify.reporting.event_log import EventLog
    from hopverify.reporting.progress import Bar
    from hopverify.reporting.report import Report
    from hopverify.reporting.steps import Steps
    from hopverify.reporting.terminal import Shown

# Events that a person is told of, whatever else is shown.
_WARNINGS = ("resume_refused", "evidence_refused", "search_failed", "journal_lost", "certificate_kept")


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for, apart from the searches: where to work, what to show and to keep."""

    jobs: int
    dask: str | None
    resume: bool
    form: str
    verbose: bool
    colour: bool
    reports: tuple[str, ...] = ()


class Verifying:
    """One run; ``reports`` in the order of the specs, and the specs that could not be verified, each with a message."""

    def __init__(self, settings: Settings, wishes: Wishes, targets: Mapping[Path, Output]) -> None:
        self.settings, self.wishes, self.targets = settings, wishes, targets
        self.colour = wishes.colour and not os.environ.get("NO_COLOR")
        self.reports: list[Report] = []
        self.refused: list[tuple[str, str]] = []
        self._log: EventLog | None = None
        self._steps: Steps | None = None
        self._bar: Bar | None = None
        self._journals: dict[Run, Journal] = {}
        # The runs that are not concluded, the first of which is shown while it is under way.
        self._paths: dict[Run, Path] = {}
        self._shown: Shown | None = None
        self._has_printed = False

    def logged(self, specs: Sequence[Path], log: str | None) -> int:
        """Verify all specs, with a log of events if one is asked for, and return the exit code."""
        if log is None:
            self._all(specs)
            return self._code
        from hopverify.reporting.event_log import EventLog

        with EventLog(log) as self._log:
            wishes, settings = self.wishes, self.settings
            self._tell("run_started", specs=len(specs), jobs=wishes.jobs, dask=wishes.dask, **settings.made_with())
            code = USAGE
            try:
                self._all(specs)
                code = self._code
            except KeyboardInterrupt:
                code = INTERRUPTED
                raise
            finally:
                self._tell("run_finished", exit_code=code)
        return code

    @property
    def _code(self) -> int:
        return exit_code((report.verdict for report in self.reports), errors=len(self.refused))

    def _all(self, specs: Sequence[Path]) -> None:
        """Verify all specs; an interrupt, or the loss of the cluster, is raised after the reports of those begun."""
        from hopverify.pipeline import drive, executing
        from hopverify.reporting.progress import Bar
        from hopverify.reporting.steps import Steps

        with (
            Bar(len(specs), colour=self.colour) as bar,
            executing(jobs=self.wishes.jobs, dask=self.wishes.dask, limited=isfinite(self.settings.timeout)) as backend,
        ):
            self._bar, self._steps = bar, Steps(bar, len(specs))
            try:
                for run in drive(self._runs(specs, backend), backend, watch=self._see):
                    self._conclude(run)
            finally:
                for journal in self._journals.values():
                    journal.close(remove=False)

    def _runs(self, specs: Sequence[Path], backend: Backend) -> Iterator[Run]:
        for path in specs:
            backend.ready()
            try:
                yield self._begin(path)
            except HopverifyError as error:
                self._fail(path, error)

    def _begin(self, path: Path) -> Run:
        from hopverify.execution.resuming import prepare
        from hopverify.execution.run import Run
        from hopverify.spec import read_spec

        since = monotonic()
        self._tell("spec_started", spec=str(path))
        run = Run(read_spec(path), self.settings, watch=self._see, since=since)
        self._paths[run] = path
        if path in self.targets:
            target = self.targets[path]

            def refused(message: str) -> None:
                self._tell("resume_refused", spec=str(path), message=message)

            def lost(message: str) -> None:
                self._tell("journal_lost", spec=str(path), message=message)

            resume = self.wishes.resume
            journal = prepare(run, target.certificate, target.journal, resume=resume, report=refused, lost=lost)
            if journal is not None:
                self._journals[run] = journal
        return run

    def _conclude(self, run: Run) -> None:
        """Write and show what a run has come to."""
        from hopverify.certificate import content_of
        from hopverify.execution.reasons import is_unfinished
        from hopverify.pipeline import certificate_of
        from hopverify.reporting.report import report_of

        path, certificate = self._paths[run], certificate_of(run)
        self._tell("spec_finished", spec=str(path), verdict=certificate.verdict, seconds=round(sum(run.seconds), 3))
        self._pause()
        try:
            if path in self.targets and not self._is_kept(path, run, certificate):
                place = self.targets[path].certificate
                write(place, content_of(certificate, place))
                self._tell("certificate_written", spec=str(path), file=str(place))
                self._write_reports(path, run, certificate)
            if run in self._journals:
                self._journals.pop(run).close(remove=not is_unfinished(certificate.results))
        except HopverifyError as error:
            # What could not be kept is shown all the same.
            self._fail(path, error)
        report = report_of(run.spec, certificate, claims=run.claims)
        # First of all: an interrupt while it is printed must not lose it.
        self.reports.append(report)
        self._print(run, report)
        del self._paths[run]

    def _is_kept(self, path: Path, run: Run, certificate: Certificate) -> bool:
        """Whether a finished certificate of an earlier run stays, because this one was interrupted."""
        from hopverify.execution.resuming import holds_finished
        from hopverify.pipeline import was_interrupted

        target = self.targets[path]
        if not (was_interrupted(certificate) and holds_finished(target.certificate, run)):
            return False
        said = f"{target.certificate}: the finished certificate of an earlier run is kept"
        self._tell("certificate_kept", spec=str(path), message=f"{said}; --resume goes on from {target.journal.name}")
        return True

    def _write_reports(self, path: Path, run: Run, certificate: Certificate) -> None:
        """Write the reports that are asked for beside the certificate."""
        from hopverify.certificate import parse_certificate
        from hopverify.cli._reports import named_from_here, place_of, write_report
        from hopverify.cli._specs import stem_of
        from hopverify.reporting.composed import composed
        from hopverify.reporting.formats import FORMATS

        chosen = [FORMATS[name] for name in self.wishes.reports]
        if not chosen:
            return
        place = self.targets[path].certificate
        # As it would be read from its file, whose keys have another order: `hopverify report` shows the same.
        written = parse_certificate(certificate.to_json())
        document, report = composed(written, named_from_here(place), run.spec, chosen)
        for each in chosen:
            target = place_of(place.parent, stem_of(place), each)
            write_report(document, report, each, target)
            self._tell("report_written", spec=str(path), format=each.name, file=str(target))

    def _fail(self, path: Path, error: HopverifyError) -> None:
        self._pause()
        self.refused.append((str(path), str(error)))
        self._tell("spec_failed", spec=str(path), message=str(error))
        click.echo(plain(str(error), lines=True), err=True)

    def _tell(self, kind: str, **values: Any) -> None:
        from hopverify.execution.events import Event

        self._see(Event(kind, values))

    def _see(self, event: Event) -> None:
        if self._steps is not None:
            self._steps.see(event)
        if event.kind != "searching":
            self._write_down(event)
        if event.kind in _WARNINGS:
            self._say(f"{event.values.get('spec', 'hopverify')}: {event.values['message']}")
        if event.kind == "claim_finished" and self.wishes.form == "table":
            self._show_what_is_finished()

    def _write_down(self, event: Event) -> None:
        """Write an event into the log; a log that cannot be written any more ends no verification."""
        if self._log is None:
            return
        try:
            self._log.write(event)
        except HopverifyError as error:
            self._log = None
            self._say(f"{error}; the run goes on without the log")

    def _say(self, message: str) -> None:
        self._pause()
        click.echo(plain(message), err=True)

    def _pause(self) -> None:
        if self._bar is not None:
            self._bar.pause()

    def _show_what_is_finished(self) -> None:
        """Print the claims that have finished since, of the first run that is not concluded: specs keep their order."""
        from hopverify.reporting.report import finished_rows

        run = next(iter(self._paths), None)
        if run is not None:
            shown = self._begun(run)
            shown.add(finished_rows(run)[shown.count :])

    def _begun(self, run: Run) -> Shown:
        """Return what is shown of a run; its title, the first time."""
        from hopverify.reporting.terminal import Shown, console_for

        self._pause()
        if self._shown is None:
            console = console_for(sys.stdout, colour=self.colour)
            if self._has_printed:
                console.print()
            self._has_printed = True
            named = [(check.name, claim.subject) for check, claim in run.claims]
            self._shown = Shown(console, run.spec.name, named, verbose=self.wishes.verbose)
            self._shown.begin(run.spec.file)
        return self._shown

    def _print(self, run: Run, report: Report) -> None:
        if self.wishes.form == "line":
            from hopverify.reporting.terminal import one_line

            click.echo(one_line(report))
        elif self.wishes.form == "table":
            self._begun(run).end(report)
            self._shown = None

    def summarise(self) -> None:
        """Print what all specs come to; one spec has said it already."""
        from hopverify.reporting.terminal import summary

        self._pause()
        lines = summary(self.reports, self.refused)
        click.echo("\n".join(["", *lines] if self.wishes.form == "table" else lines))

    def write_junit(self, target: Path) -> None:
        """Write all reports, and the specs that were refused, as JUnit XML."""
        from hopverify.reporting.junit_run import junit_of_run

        write(target, junit_of_run(self.reports, self.refused))

    def print_json(self, *, single: bool) -> None:
        """Print all reports as JSON, or the only one as such."""
        from hopverify.reporting.as_json import all_as_json, as_json

        if not single:
            click.echo(all_as_json(self.reports))
        elif self.reports:
            click.echo(as_json(self.reports[0]))
