"""Resuming: what the output folder of an earlier run holds for this one, and what of it counts.

A journal comes first: it is there if a run did not get to its end. Otherwise the certificate is read: one that is
finished, was made with the same settings and is accepted by the checker, is the answer; of another one for the same
spec, the evidence of what was decided is offered. Whatever cannot be used is reported, and not believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hopverify.certificate import Certificate, read_certificate
from hopverify.checker import check_certificate
from hopverify.checker.citing import Known, is_entry, remember, whole
from hopverify.errors import CertificateRejected
from hopverify.execution.journal import Head, Journal, JournalRefused, head_of, read_journal
from hopverify.execution.reasons import is_unfinished
from hopverify.execution.run import Run
from hopverify.execution.units import Offer, Place
from hopverify.obligations import Outcome

DECIDED = frozenset({str(Outcome.PROVED), str(Outcome.REFUTED)})


@dataclass(frozen=True)
class Left:
    """What an earlier run left: offers, the bytes of the journal that hold them, or a finished certificate."""

    offers: Mapping[Place, Offer] = field(default_factory=dict)
    bytes: int = 0
    certificate: Certificate | None = None


def prepare(
    run: Run,
    certificate: Path,
    journal: Path,
    *,
    resume: bool,
    report: Callable[[str], None],
    lost: Callable[[str], None],
) -> Journal | None:
    """Open the journal of a run, begun with what an earlier one left; None if that was a finished certificate.

    ``report`` is told why something found there does not count, ``lost`` if the journal can no longer be written.
    Raises where another run is writing into the same folder.
    """
    head = head_of(run.spec, run.settings.made_with())
    opened = Journal(journal, tell=lost)
    try:
        left = _left(run, head, certificate, opened, report) if resume else Left()
        if left.certificate is not None:
            run.keep(left.certificate.results, left.certificate.seconds)
            opened.close(remove=True)
            return None
        run.resume(left.offers)
        opened.begin(head, left.offers, keep=left.bytes)
    except BaseException:
        opened.close(remove=opened.is_empty)
        raise
    run.record = opened.record
    return opened


def holds_finished(certificate: Path, run: Run) -> bool:
    """Whether a finished certificate of the same spec lies where the one of an interrupted run would go."""
    try:
        found = read_certificate(certificate)
    except CertificateRejected:
        return False
    mine = head_of(run.spec, run.settings.made_with())
    return Head(found.spec, found.arrays, found.made_with).is_of(mine) and not is_unfinished(found.results)


def _left(run: Run, head: Head, certificate: Path, journal: Journal, report: Callable[[str], None]) -> Left:
    try:
        if not journal.is_empty:
            offers, whole = read_journal(journal.path, head)
            return Left(offers, whole)
        if certificate.exists():
            return _left_by(read_certificate(certificate), run, head)
    except (JournalRefused, CertificateRejected) as error:
        told = str(error) if isinstance(error, JournalRefused) else f"{certificate}: {error}"
        report(f"{told}; {run.spec.file} is verified from the beginning")
    return Left()


def _left_by(certificate: Certificate, run: Run, head: Head) -> Left:
    if not Head(certificate.spec, certificate.arrays, certificate.made_with).is_of(head):
        raise CertificateRejected("is of another spec, or of other arrays")
    if dict(certificate.made_with) == dict(head.made_with) and not is_unfinished(certificate.results):
        check_certificate(run.spec, certificate)
        return Left(certificate=certificate)
    return Left(_decided_by(certificate))


def _decided_by(certificate: Certificate) -> dict[Place, Offer]:
    """Return the evidence of what a certificate says is decided; the rest has to be searched again."""
    offers: dict[Place, Offer] = {}
    known: Known = {}
    for number, entry in enumerate(certificate.results):
        rows = entry.get("obligations")
        for position, row in enumerate(rows if isinstance(rows, list) else []):
            evidence = row.get("evidence") if isinstance(row, dict) else None
            if is_entry(evidence):
                evidence = whole(evidence, known)
                remember(evidence, known)
            usable = isinstance(evidence, dict) and row.get("outcome") in DECIDED
            if usable and isinstance(row.get("statement"), str):
                offers[Place(number, position)] = Offer(row["statement"], evidence, None)
    return offers
