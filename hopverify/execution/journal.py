"""The journal of a run: every finding on disk as soon as it is made, one a line, for ``--resume`` after any end.

The file ``NAME.journal.jsonl`` begins with a head (spec and arrays by digest, settings) and goes on with findings. It
is only ever appended to: a later run that resumes adds its own head. A line that a killed process has not finished is
cut off. Nothing in it is believed: evidence is judged again by the checker before it counts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from hopverify.certificate import MAX_BYTES, canonical, exact_json, subject_of
from hopverify.errors import HopverifyError
from hopverify.execution.opening import opened_alone
from hopverify.execution.units import UNFINISHED, Finding, Offer, Place
from hopverify.regular_files import opened_regular
from hopverify.spec import ModelSpec
from hopverify.verdict import Reason

FORMAT, VERSION = "hopverify-journal", 1


class JournalRefused(HopverifyError):
    """A journal that cannot be resumed from; the text says why."""


@dataclass(frozen=True)
class Head:
    """Which spec, arrays and settings findings belong to."""

    spec: Mapping[str, str]
    arrays: Mapping[str, str]
    made_with: Mapping[str, str]

    def line(self) -> str:
        """Return the head as it stands in the file."""
        head = {"format": FORMAT, "version": VERSION}
        return canonical(head | {"spec": self.spec, "arrays": self.arrays, "made_with": self.made_with})

    def is_of(self, other: Head) -> bool:
        """Whether both are about the same spec with the same arrays."""
        return dict(self.spec) == dict(other.spec) and dict(self.arrays) == dict(other.arrays)


def head_of(spec: ModelSpec, made_with: Mapping[str, str]) -> Head:
    """Return the head of a spec's journal."""
    return Head(subject_of(spec), dict(spec.array_digests), dict(made_with))


class Journal:
    """A journal being written, by this run alone. Raises where it cannot be opened, or another run has it open.

    When it can no longer be written (no space, say), that is told once and the run goes on: the certificate rests on
    what is in memory.
    """

    def __init__(self, path: Path, *, tell: Callable[[str], None]) -> None:
        self.path, self._tell = path, tell
        self._stream: IO[bytes] | None = opened_alone(path)
        self._known: dict[Place, Offer] = {}

    @property
    def is_empty(self) -> bool:
        """Whether the file holds nothing, as one that has just been made."""
        return self._stream is None or os.fstat(self._stream.fileno()).st_size == 0

    def begin(self, head: Head, offers: Mapping[Place, Offer], *, keep: int) -> None:
        """Keep the first ``keep`` bytes, which hold the offers, and go on from there; 0 begins anew.

        ``offers`` are what the journal begins with; they are not written again when they stand.
        """
        self._known = dict(offers)
        self._write(head.line(), keep=keep)
        for place, offer in {} if keep else offers.items():
            self._write_offer(place, offer)

    def record(self, statement: str, finding: Finding) -> None:
        """Write a finding down, unless it is known or its search has not been finished."""
        found = Offer(statement, finding.evidence, finding.reason)
        if finding.reason not in UNFINISHED and self._known.get(finding.place) != found:
            self._write_offer(finding.place, found)

    def _write_offer(self, place: Place, offer: Offer) -> None:
        row: dict[str, Any] = {"claim": place.claim, "obligation": place.obligation, "statement": offer.statement}
        if offer.evidence is not None:
            row["evidence"] = offer.evidence
        if offer.reason is not None:
            row["reason"] = offer.reason.name.lower()
        self._write(canonical(row))

    def _write(self, line: str, *, keep: int | None = None) -> None:
        if self._stream is None:
            return
        try:
            if keep is not None:
                self._stream.truncate(keep)
                self._stream.seek(keep)
            self._stream.write(f"{line}\n".encode())
            self._stream.flush()
        except OSError as error:
            self._give_up()
            why = error.strerror or error
            self._tell(f"{self.path}: cannot be written: {why}; the run goes on, and could not be resumed from here")

    def _give_up(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            # Closing writes what is left, and fails again.
            with suppress(OSError):
                stream.close()

    def close(self, *, remove: bool) -> None:
        """Close the file; remove it once the certificate says all that it says."""
        if remove:
            # While it is still locked: whoever opens it next makes a file of its own.
            with suppress(OSError):
                self.path.unlink()
        self._give_up()


def read_journal(path: Path, head: Head) -> tuple[dict[Place, Offer], int]:
    """Return what a journal offers a run with this head, and how many of its bytes are whole lines.

    Offers of a run with other settings count only if they were decided. Raises :class:`JournalRefused`.
    """
    try:
        with opened_regular(path) as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise JournalRefused(f"{path}: larger than {MAX_BYTES // 2**20} MiB")
    except OSError as error:
        raise JournalRefused(f"{path}: cannot be read: {error.strerror or error}") from error
    whole = content.rfind(b"\n") + 1
    reading = _Reading(head)
    for number, line in enumerate(content[:whole].splitlines(), 1):
        try:
            reading.line(exact_json(line.decode()))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise JournalRefused(f"{path}: line {number} is not of a journal: {error}") from None
    if reading.head is None or not reading.head.is_of(head):
        raise JournalRefused(f"{path}: is of another spec, or of other arrays")
    return reading.offers, whole


class _Reading:
    def __init__(self, wanted: Head) -> None:
        self.wanted = wanted
        self.head: Head | None = None
        self.offers: dict[Place, Offer] = {}

    def line(self, row: Any) -> None:
        if not isinstance(row, dict):
            raise ValueError("expected an object")
        if "format" in row:
            self._begin(row)
        elif self.head is None:
            raise ValueError("the head is missing")
        else:
            self._add(row)

    def _begin(self, row: dict[str, Any]) -> None:
        if (row["format"], row["version"]) != (FORMAT, VERSION):
            raise ValueError(f"expected {FORMAT!r}, version {VERSION}")
        head = Head(row["spec"], row["arrays"], row["made_with"])
        if not all(isinstance(part, dict) for part in (head.spec, head.arrays, head.made_with)):
            raise ValueError("spec, arrays and made_with are objects")
        if self.head is not None and not head.is_of(self.head):
            self.offers.clear()
        self.head = head

    def _add(self, row: dict[str, Any]) -> None:
        place = Place(row["claim"], row["obligation"])
        statement, evidence, code = row["statement"], row.get("evidence"), row.get("reason")
        if not all(isinstance(number, int) for number in place) or not isinstance(statement, str):
            raise ValueError("claim and obligation are whole numbers, the statement is text")
        if evidence is not None and not isinstance(evidence, dict):
            raise ValueError("evidence is an object")
        reason = None if code is None else Reason[str(code).upper()]
        assert self.head is not None
        same = dict(self.head.made_with) == dict(self.wanted.made_with)
        if reason is None or (same and reason not in UNFINISHED):
            self.offers[place] = Offer(statement, evidence, reason)
