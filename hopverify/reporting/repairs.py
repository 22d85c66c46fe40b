"""What `repair` says: for people, and as JSON. The verdicts of original and repaired energy stand side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hopverify.certificate import Certificate
from hopverify.errors import NoResult
from hopverify.pipeline import verify
from hopverify.repairs import Proposal, Refusal
from hopverify.reporting.counting import counted
from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report, report_of
from hopverify.reporting.wording import witness_in_words
from hopverify.spec import CheckRequest, ModelSpec
from hopverify.verdict import Verdict, summed_up

SCHEMA, VERSION = "hopverify-repair", 1

OF_ORIGINAL = ("energy_descent", "energy_flatness")
"""The checks of the original that the new energy is compared with."""

_BESIDE = {
    "energy_descent": ("the energy falls", ("altered_energy_descent", "energy_descent")),
    "energy_flatness": ("it has no flat region", ("altered_flatness",)),
}


@dataclass(frozen=True, repr=False)
class Repaired:
    """A proposal that has been verified: its spec, certificate and report, and where they are, if written."""

    proposal: Proposal
    spec: ModelSpec
    certificate: Certificate
    report: Report
    file: str | None = None
    certificate_file: str | None = None

    @property
    def name(self) -> str:
        """Which repair it is: symmetrised, altered or universal."""
        return self.proposal.name

    @property
    def theory(self) -> str:
        """The theorem behind it."""
        return self.proposal.theory

    @property
    def text(self) -> str:
        """The text of the new spec, which names its original by the name of its file."""
        return self.proposal.text

    def __repr__(self) -> str:
        return f"<Repaired {self.name}: {self.report.verdict}>"


@dataclass(frozen=True, repr=False)
class Repairs:
    """All that became of one spec; ``original`` is the report of its energy, None where nothing was proposed.

    Iteration goes through the outcomes: the repairs that fit, and the refusals, each with a ``reason``.
    """

    name: str
    file: str
    outcomes: tuple[Repaired | Refusal, ...]
    original: Report | None
    figure: str | None = None

    @property
    def fitting(self) -> tuple[Repaired, ...]:
        """The repairs that fit."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Repaired))

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """The repairs that do not fit, with the reasons."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Refusal))

    def __getitem__(self, name: str) -> Repaired | Refusal:
        found = {outcome.name: outcome for outcome in self.outcomes}
        if name not in found:
            raise NoResult(f"no repair is called {name!r}; there are: {', '.join(found)}")
        return found[name]

    def __iter__(self) -> Iterator[Repaired | Refusal]:
        return iter(self.outcomes)

    def __repr__(self) -> str:
        said = ", ".join(f"{each.name} {'fits' if isinstance(each, Repaired) else 'does not fit'}" for each in self)
        return f"<Repairs of {self.name}: {said}>"

    def __str__(self) -> str:
        return in_words(self)


def report_of_energy(spec: ModelSpec) -> Report:
    """Return the report of what the energy of an original does."""
    asked = replace(spec, checks=tuple(CheckRequest(name, {}, "checks") for name in OF_ORIGINAL), expect={})
    return report_of(asked, verify(asked))


def in_words(repairs: Repairs) -> str:
    """Return the report as text, without what could disturb a terminal."""
    lines = [f"{repairs.name}  {repairs.file}"]
    for outcome in repairs.outcomes:
        lines += ["", *(_refused(outcome) if isinstance(outcome, Refusal) else _proposed(outcome, repairs.original))]
    if repairs.figure is not None:
        lines += ["", f"energies along a line of states: {repairs.figure}"]
    return "\n".join(plain(line) for line in [*lines, "", _conclusion(repairs)])


def _refused(refusal: Refusal) -> Iterator[str]:
    yield f"{refusal.name} ({refusal.theory}): does not fit"
    yield f"    {refusal.reason}"


def _proposed(repaired: Repaired, original: Report | None) -> Iterator[str]:
    proposal = repaired.proposal
    yield f"{proposal.name} ({proposal.theory}): {proposal.title}"
    if repaired.file is not None:
        yield f"    written: {repaired.file}; certificate: {repaired.certificate_file}"
    for title, lines in (
        ("equilibria", proposal.map),
        ("changed", proposal.changed),
        ("stayed", proposal.stayed),
        ("remarks", proposal.notes),
    ):
        yield from (f"    {title if k == 0 else '':<11} {line}" for k, line in enumerate(lines))
    if original is not None:
        yield from _side_by_side(original, repaired.report)
    shown = {name for _, names in _BESIDE.values() for name in names}
    others = [f"{check} {verdict}" for check, verdict in verdicts(repaired.report).items() if check not in shown]
    yield f"    {'also':<11} {', '.join(others)}"


def _side_by_side(original: Report, repaired: Report) -> Iterator[str]:
    old, new = verdicts(original), verdicts(repaired)
    yield f"    {'':<22} {'original':<42} repaired"
    compared: set[str] = set()
    for check, (said, candidates) in _BESIDE.items():
        now = next((name for name in candidates if name in new), None)
        if check not in old or now is None:
            continue
        compared.add(check)
        yield f"    {said:<22} {f'{check}: {old[check]}':<42} {now}: {new[now]}"
    for row in original.rows:
        if row.check in compared and row.verdict is Verdict.FAIL and row.witness is not None:
            yield f"    {'':<22} ({row.check} of {row.subject}: {witness_in_words(row.method, row.witness)[0]})"


def verdicts(report: Report) -> dict[str, Verdict]:
    """Return the verdict of each check over its subjects."""
    checks = dict.fromkeys(row.check for row in report.rows)
    return {check: summed_up(row.verdict for row in report.rows if row.check == check) for check in checks}


def _conclusion(repairs: Repairs) -> str:
    if not repairs.fitting:
        return "no repair fits"
    open_ones = [
        f"{each.proposal.name} ({', '.join(each.report.unmet)})" for each in repairs.fitting if each.report.unmet
    ]
    if open_ones:
        return f"not as expected: {'; '.join(open_ones)}"
    return f"pass: {counted(len(repairs.fitting), 'repaired spec')}, with every verdict that was expected"


def as_json(repairs: Repairs) -> str:
    """Return the report as one JSON object, in ASCII."""
    value = {
        "schema": SCHEMA,
        "version": VERSION,
        "spec": {"file": repairs.file, "name": repairs.name},
        "original": None if repairs.original is None else _texts(verdicts(repairs.original)),
        "repairs": [_outcome(outcome) for outcome in repairs.outcomes],
        "figure": repairs.figure,
    }
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)


def _texts(found: Mapping[str, Verdict]) -> dict[str, str]:
    return {check: str(verdict) for check, verdict in found.items()}


def _outcome(outcome: Repaired | Refusal) -> dict[str, Any]:
    if isinstance(outcome, Refusal):
        return {"name": outcome.name, "title": outcome.title, "theory": outcome.theory, "refused": outcome.reason}
    proposal = outcome.proposal
    told: dict[str, Sequence[str]] = {
        "map": proposal.map,
        "changed": proposal.changed,
        "stayed": proposal.stayed,
        "remarks": proposal.notes,
    }
    return {
        "name": proposal.name,
        "title": proposal.title,
        "theory": proposal.theory,
        "refused": None,
        "file": outcome.file,
        "certificate": outcome.certificate_file,
        "verdict": str(outcome.report.verdict),
        "checks": _texts(verdicts(outcome.report)),
        **{key: list(lines) for key, lines in told.items()},
    }
