"""The report: what a certificate says about a spec, arranged for readers. Every format starts from this value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from hopverify.certificate import Certificate
from hopverify.checker import expectations_met, overall
from hopverify.checks import Check, Claim, claims_of
from hopverify.networks import any_model
from hopverify.reporting.remarks import remarks
from hopverify.results import ANY, data_of, witness_of
from hopverify.spec import ModelSpec
from hopverify.verdict import Verdict

if TYPE_CHECKING:
    from hopverify.execution.run import Run
    from hopverify.reporting.advice import Step

Values = Mapping[str, Any]
Claims = Sequence[tuple[Check, Claim]]

_DECIDED = (Verdict.PASS, Verdict.FAIL)


@dataclass(frozen=True)
class Row:
    """One claim. ``met`` tells whether its check, over all subjects, has the verdict the spec asks for.

    ``checked`` is false where the checker has not decided it here, and the verdict is what a certificate says.
    ``method`` has the rules that decided, none where nothing is decided; ``data`` is that of :func:`data_of`.
    ``missing`` are premises that fail, and ``advice`` what to do next, as far as the spec tells; ``named``: the spec
    names the check.
    """

    check: str
    subject: str
    statement: str
    theory: str
    assumptions: tuple[str, ...]
    verdict: Verdict
    expected: Verdict | None
    met: bool
    method: tuple[str, ...]
    reason: Values | None
    witness: Values | None
    data: Values | None
    obligations: tuple[Values, ...]
    seconds: float
    checked: bool = True
    missing: tuple[str, ...] = ()
    advice: tuple[Step, ...] = ()
    named: bool = False


@dataclass(frozen=True)
class Report:
    """One run on one spec. ``checked`` is false where the spec is not at hand: anyone may have written its verdicts.

    ``remarks`` are about the spec.
    """

    file: str
    name: str
    digest: str
    verdict: Verdict
    rows: tuple[Row, ...]
    checked: bool = True
    remarks: tuple[str, ...] = ()

    @property
    def unmet(self) -> tuple[str, ...]:
        """The checks that have not the verdict the spec asks for."""
        return tuple(dict.fromkeys(row.check for row in self.rows if not row.met))


def report_of(
    spec: ModelSpec | None, certificate: Certificate, *, checked: bool | None = None, claims: Claims | None = None
) -> Report:
    """Return the report of a certificate that was made for ``spec``; None where the spec is not at hand.

    Unless stated, a certificate counts as checked where its spec is at hand. ``claims`` are those of the spec, if they
    have been made.
    """
    checked = spec is not None if checked is None else checked
    met = _met(certificate) if spec is None else expectations_met(certificate.results, spec)
    file = "" if spec is None else spec.file
    seconds = certificate.seconds or (0.0,) * len(certificate.results)
    rows = [
        row_of(entry, met[entry["check"]], time, checked=checked)
        for entry, time in zip(certificate.results, seconds, strict=True)
    ]
    if spec is not None:
        rows = _advised(rows, spec, claims)
    name, digest = certificate.spec["name"], certificate.spec["digest"]
    said = () if spec is None else remarks(spec)
    return Report(file, name, digest, Verdict(certificate.verdict), tuple(rows), checked, said)


def finished_rows(run: Run) -> list[Row]:
    """Return the rows of a run under way, in the order of its claims, up to the first check that is not finished."""
    met = expectations_met(list(run.entries.values()), run.spec)
    left = {check.name for number, (check, _) in enumerate(run.claims) if number not in run.entries}
    finished = takewhile(lambda number: run.claims[number][0].name not in left, range(len(run.claims)))
    entries = [(run.entries[number], run.seconds[number]) for number in finished]
    rows = [row_of(entry, met[entry["check"]], seconds, checked=True) for entry, seconds in entries]
    return _advised(rows, run.spec, run.claims)


def _advised(rows: Sequence[Row], spec: ModelSpec, claims: Claims | None) -> list[Row]:
    """Return the rows with what the spec tells beside the certificate; its claims are made anew unless given."""
    from hopverify.reporting.advice import advice, missing

    asked = {request.name for request in spec.checks or ()} | set(spec.expect)
    rows = [replace(row, named=row.check in asked) for row in rows]
    if any(row.verdict is Verdict.UNKNOWN for row in rows):
        made = claims_of(spec, any_model(spec)) if claims is None else claims
        rows = [replace(row, missing=missing(row, claim)) for row, (_, claim) in zip(rows, made, strict=False)]
    return [replace(row, advice=advice(row, spec)) for row in rows]


def _met(certificate: Certificate) -> dict[str, bool]:
    """Return for each check whether its verdict is the one asked for, as far as the certificate tells.

    It does not tell whether a pass is insisted on where the check does not concern the model.
    """
    asked = {entry["check"]: entry["expected"] for entry in certificate.results}
    return {
        check: asked[check] in (ANY, str(verdict)) or verdict is Verdict.NOT_APPLICABLE
        for check, verdict in overall(certificate.results).items()
    }


def row_of(entry: Values, met: bool = True, seconds: float = 0.0, *, checked: bool = True) -> Row:
    """Return the row of an entry of a certificate."""
    return Row(
        check=entry["check"],
        subject=entry["subject"],
        statement=entry["statement"],
        theory=entry["theory"],
        assumptions=tuple(entry["assumptions"]),
        verdict=Verdict(entry["verdict"]),
        expected=None if entry["expected"] == ANY else Verdict(entry["expected"]),
        met=met,
        method=tuple(entry["method"]) if entry["verdict"] in _DECIDED else (),
        reason=entry.get("reason"),
        witness=witness_of(entry),
        data=data_of(entry),
        obligations=tuple(entry["obligations"]),
        seconds=seconds,
        checked=checked,
    )
