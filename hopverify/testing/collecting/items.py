"""Specs as pytest collects them: a file with a test for each claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hopverify.checks import Check, Claim, claims_of
from hopverify.errors import HopverifyError, SpecError
from hopverify.networks import any_model
from hopverify.reporting.outcomes import Outcome, outcome_of, why_skipped
from hopverify.reporting.plain import plain
from hopverify.spec import ModelSpec, read_spec
from hopverify.testing.collecting.telling import in_full
from hopverify.testing.collecting.verifying import verifications_of

if TYPE_CHECKING:
    from _pytest._code.code import ExceptionInfo, TerminalRepr

LONGEST_SUBJECT = 60


class NotAsAsked(Exception):
    """A claim whose verdict is not the one that the spec asks for; the text is what the failed test shows."""


class SpecFile(pytest.File):
    """A spec. A wrong one is an error of collection, told with file, line and column."""

    def collect(self) -> Iterator[SpecItem]:
        """Yield a test for each claim; nothing is verified before one of them runs."""
        try:
            # By its full path: tests may change the working directory before this one is verified.
            spec = read_spec(self.path)
            claims = claims_of(spec, any_model(spec))
        except SpecError as error:
            told = "\n".join(str(replace(each, file=self._shown(each.file))) for each in error.problems)
            raise self.CollectError(plain(told, lines=True)) from None
        except HopverifyError as error:
            raise self.CollectError(plain(f"{self._shown(str(self.path))}: {error}", lines=True)) from None
        seen: Counter[str] = Counter()
        for number, (check, claim) in enumerate(claims):
            if not _is_idle(spec, check, claim):
                name = _named(check, claim)
                seen[name] += 1
                shown = name if seen[name] == 1 else f"{name}-{seen[name]}"
                yield SpecItem.from_parent(self, name=shown, spec=spec, number=number, line=_line(spec, check))

    def _shown(self, file: str) -> str:
        """Return a path as it is seen from where pytest was called."""
        try:
            return relpath(file, self.config.invocation_params.dir)
        except ValueError:
            return file


def _is_idle(spec: ModelSpec, check: Check, claim: Claim) -> bool:
    """Whether a claim does not concern the model, and nobody asked for it by name."""
    return claim.inapplicable is not None and spec.checks is None and check.name not in spec.expect


def _line(spec: ModelSpec, check: Check) -> int:
    """Return the line of a spec on which a check is asked for, or something is expected of it."""
    asked = next((request.path for request in spec.checks or () if request.name == check.name), "checks")
    path = f"expect.{check.name}" if check.name in spec.expect else asked
    return spec.problem(path, "").line


def _named(check: Check, claim: Claim) -> str:
    # `::` separates the parts of a test's address.
    subject = plain(claim.subject).replace("::", ":").replace("[", "(").replace("]", ")")
    short = subject if len(subject) <= LONGEST_SUBJECT else f"{subject[:LONGEST_SUBJECT]}…"
    return f"{check.name}[{short}]"


class SpecItem(pytest.Item):
    """One claim."""

    def __init__(self, *, spec: ModelSpec, number: int, line: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.spec, self.number, self.line = spec, number, line
        if self.config.pluginmanager.hasplugin("xdist"):
            # Under `--dist loadgroup` one process verifies all of a spec.
            self.add_marker(pytest.mark.xdist_group(self.path.as_posix()))

    def runtest(self) -> None:
        report = verifications_of(self.config).report(self.spec)
        row = report.rows[self.number]
        outcome = outcome_of(report, row, strict=self.config.getoption("hopverify_strict"))
        if outcome is Outcome.SKIPPED:
            # Told at the spec, not at this line.
            raise pytest.skip.Exception(plain(why_skipped(row)), _use_item_location=True)
        if outcome is Outcome.FAILED:
            file = relpath(self.path, self.config.invocation_params.dir)
            raise NotAsAsked("\n".join(plain(line) for line in in_full(row, file)))

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        if isinstance(excinfo.value, NotAsAsked | HopverifyError):
            return plain(str(excinfo.value), lines=True)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, self.line - 1, self.name
