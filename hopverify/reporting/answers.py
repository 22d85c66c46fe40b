"""What a certificate answers, claim by claim, read without its spec and without believing its shape.

A certificate does not hold the spec, and whoever compares or shows one may have nothing else. Each entry says what
is expected of it, so that an answer can be called *as asked*, *open* or *not as asked* all the same. Whether the
evidence holds is another question, and only the checker answers it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from hopverify.certificate import Certificate
from hopverify.checker import ANY
from hopverify.errors import CertificateRejected
from hopverify.reporting.report import data_of
from hopverify.verdict import Verdict, summed_up

Values = Mapping[str, Any]


class Standing(IntEnum):
    """How an answer stands to what is asked, in the order in which exit codes count."""

    NOT_AS_ASKED = 0
    OPEN = 1
    AS_ASKED = 2


@dataclass(frozen=True)
class Answer:
    """One claim of a certificate; ``expected`` None: the check only describes the model."""

    check: str
    subject: str
    statement: str
    verdict: Verdict
    expected: Verdict | None
    standing: Standing
    method: tuple[str, ...]
    reason: str
    assumptions: tuple[str, ...]
    data: Values
    obligations: tuple[Values, ...]
    seconds: float


def answers_of(certificate: Certificate, *, file: str = "certificate") -> tuple[Answer, ...]:
    """Return the answers of a certificate, in its order; raise :class:`CertificateRejected` where one is malformed."""
    seconds = certificate.seconds or (0.0,) * len(certificate.results)
    if not all(map(math.isfinite, seconds)):
        raise CertificateRejected(f"{file}: seconds: expected finite numbers")
    entries = [_checked(entry, f"{file}: results[{place}]") for place, entry in enumerate(certificate.results)]
    overall = {
        check: summed_up(Verdict(entry["verdict"]) for entry in entries if entry["check"] == check)
        for check in dict.fromkeys(entry["check"] for entry in entries)
    }
    return tuple(_answer(entry, overall[entry["check"]], time) for entry, time in zip(entries, seconds, strict=True))


def verdict_of(certificate: Certificate, *, file: str = "certificate") -> Verdict:
    """Return the verdict at the top of a certificate."""
    if certificate.verdict not in set(Verdict):
        raise CertificateRejected(f"{file}: verdict: there is no verdict {certificate.verdict!r}")
    return Verdict(certificate.verdict)


def _answer(entry: Values, overall: Verdict, seconds: float) -> Answer:
    verdict = Verdict(entry["verdict"])
    expected = None if entry["expected"] == ANY else Verdict(entry["expected"])
    return Answer(
        check=entry["check"],
        subject=entry["subject"],
        statement=entry["statement"],
        verdict=verdict,
        expected=expected,
        standing=_standing(verdict, expected, overall),
        method=tuple(entry["method"]),
        reason=_reason(entry),
        assumptions=tuple(entry["assumptions"]),
        data=data_of(entry) or {},
        obligations=tuple(entry["obligations"]),
        seconds=seconds,
    )


def _standing(verdict: Verdict, expected: Verdict | None, overall: Verdict) -> Standing:
    """Return how one subject stands; ``overall`` is the verdict of its check over all subjects.

    One subject of several need not have what is asked of the check as a whole: a check that is asked to fail does so as
    soon as one subject fails. A check that does not concern the model is what a pass asks for (if the spec insists on
    the pass, only the certificate's own verdict tells).

    >>> _standing(Verdict.PASS, Verdict.FAIL, Verdict.FAIL), _standing(Verdict.UNKNOWN, None, Verdict.UNKNOWN)
    (<Standing.AS_ASKED: 2>, <Standing.OPEN: 1>)
    """
    if verdict is expected or (verdict is Verdict.NOT_APPLICABLE and expected in (None, Verdict.PASS)):
        return Standing.AS_ASKED
    if verdict is Verdict.UNKNOWN:
        return Standing.OPEN
    return Standing.AS_ASKED if expected is None or overall is expected else Standing.NOT_AS_ASKED


def _reason(entry: Values) -> str:
    reason = entry.get("reason")
    return str(reason.get("text", "")) if isinstance(reason, Mapping) else ""


def _checked(entry: Values, where: str) -> Values:
    """Return the entry if it has the shape of one."""
    for key in ("check", "subject", "statement", "verdict", "expected"):
        if not isinstance(entry.get(key), str):
            raise CertificateRejected(f"{where}: {key}: expected text")
    for key, allowed in (("verdict", {*Verdict}), ("expected", {*Verdict, ANY})):
        if entry[key] not in allowed:
            raise CertificateRejected(f"{where}: {key}: there is no verdict {entry[key]!r}")
    for key in ("method", "assumptions"):
        if not _is_list(entry.get(key), str):
            raise CertificateRejected(f"{where}: {key}: expected a list of texts")
    if not _is_list(entry.get("obligations"), Mapping) or not all(map(_is_obligation, entry["obligations"])):
        raise CertificateRejected(f"{where}: obligations: expected a list of obligations")
    return entry


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _is_obligation(row: Values) -> bool:
    texts = all(isinstance(row.get(key), str) for key in ("statement", "role", "outcome"))
    return texts and isinstance(row.get("data", {}), Mapping) and isinstance(row.get("evidence", {}), Mapping)
