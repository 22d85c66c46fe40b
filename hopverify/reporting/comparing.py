"""compare(old, new): from two certificates to a :class:`~hopverify.reporting.comparison.Comparison`.

Two rules hold for certificates of one and the same spec only. The model is the same there, so a claim that was decided
and is open now is worse, whatever is asked of it; and a claim cannot pass in one and fail in the other, so that one of
the two is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isfinite

from hopverify.certificate import Certificate
from hopverify.errors import CertificateRejected
from hopverify.reporting.comparison import Change, ClaimChange, Comparison, Moved, pace, standing
from hopverify.reporting.material import check_form
from hopverify.reporting.measures import Measured, Wanted, lost_patterns, measured
from hopverify.reporting.report import Row, report_of
from hopverify.verdict import Verdict

ROUNDING = Fraction(1, 10**6)
"""Numbers that differ by less than this, relatively, are taken for the same: not all processors round alike."""

_ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE, Verdict.PASS)
_DECIDED = {Verdict.PASS, Verdict.FAIL}
_Key = tuple[str, str, int]


def compare(old: Certificate, new: Certificate, *, files: tuple[str, str] = ("old", "new")) -> Comparison:
    """Return what became of ``old``; raise :class:`CertificateRejected` where one of the two is malformed."""
    digests = (str(old.spec.get("digest")), str(new.spec.get("digest")))
    names = (str(old.spec.get("name")), str(new.spec.get("name")))
    before, after = (_claims(each, file) for each, file in zip((old, new), files, strict=True))
    verdicts = Verdict(old.verdict), Verdict(new.verdict)
    is_same_spec = digests[0] == digests[1]
    return Comparison(
        names=names,
        verdicts=verdicts,
        verdict_change=_compared(*(_ORDER.index(verdict) for verdict in verdicts)),
        digests=digests,
        arrays=tuple(_moved(old.arrays, new.arrays)),
        claims=tuple(_changed(*pair, is_same_spec) for pair in _matched(before, after, names)),
        assumptions=tuple(_assumptions(before, after)),
        made_with=tuple(_moved(old.made_with, new.made_with)),
        seconds=(sum(claim.seconds for claim in before), sum(claim.seconds for claim in after)),
    )


def _claims(certificate: Certificate, file: str) -> tuple[Row, ...]:
    """Return the claims of a certificate whose form is right; more than its form is not examined."""
    try:
        check_form(certificate)
        if not all(map(isfinite, certificate.seconds)):
            raise CertificateRejected("seconds: expected finite numbers")
    except CertificateRejected as error:
        raise CertificateRejected(f"{file}: {error}") from error
    return report_of(None, certificate).rows


def _compared(before: int, after: int) -> Change:
    return Change.SAME if before == after else Change.BETTER if after > before else Change.WORSE


def _matched(
    before: Iterable[Row], after: Iterable[Row], names: tuple[str, str]
) -> list[tuple[Row | None, Row | None]]:
    """Return the claims in pairs, in the order of the new certificate, and then those that are gone.

    Claims about the model as a whole have its name as their subject, and are matched if the name is another one.
    """
    old, new = _keyed(before), _keyed(after)
    partner = {key: key for key in new if key in old}
    for key in new:
        check, subject, time = key
        renamed = check, names[0], time
        if key not in old and subject == names[1] and renamed in old and renamed not in new:
            partner[key] = renamed
    pairs = [(old[partner[key]] if key in partner else None, claim) for key, claim in new.items()]
    left = set(old) - set(partner.values())
    return [*pairs, *((claim, None) for key, claim in old.items() if key in left)]


def _keyed(claims: Iterable[Row]) -> dict[_Key, Row]:
    """Return claims by check, subject, and how often the two occurred before: a spec may ask for a check twice."""
    times: Counter[tuple[str, str]] = Counter()
    found: dict[_Key, Row] = {}
    for claim in claims:
        check, subject = claim.check, claim.subject
        found[check, subject, times[check, subject]] = claim
        times[check, subject] += 1
    return found


def _changed(before: Row | None, after: Row | None, is_same_spec: bool) -> ClaimChange:
    if before is None or after is None:
        only = before or after
        assert only is not None
        return ClaimChange(only.check, only.subject, before, after, Change.NEW if before is None else Change.GONE)
    is_contradiction = _contradict(before, after, is_same_spec)
    return ClaimChange(
        after.check,
        after.subject,
        before,
        after,
        Change.WORSE if is_contradiction else _verdict_change(before, after, is_same_spec),
        pace(before.seconds, after.seconds),
        tuple(_numbers(before, after)),
        lost_patterns(before, after),
        lost_patterns(after, before),
        is_contradiction,
    )


def _contradict(before: Row, after: Row, is_same_spec: bool) -> bool:
    """Return whether two verdicts about one and the same statement cannot both be right."""
    return is_same_spec and before.statement == after.statement and {before.verdict, after.verdict} == _DECIDED


def _verdict_change(before: Row, after: Row, is_same_spec: bool) -> Change:
    if is_same_spec and before.verdict in _DECIDED and after.verdict is Verdict.UNKNOWN:
        return Change.WORSE
    change = _compared(standing(before), standing(after))
    if change is Change.SAME and before.verdict is not after.verdict:
        return Change.DIFFERENT
    return change


def _numbers(before: Row, after: Row) -> Iterable[Moved]:
    """Yield the numbers that moved."""
    old, new = ({each.name: each for each in measured(claim)} for claim in (before, after))
    for name in dict.fromkeys([*new, *old]):
        first, second = old.get(name), new.get(name)
        change = _direction(first, second)
        if change is not Change.SAME:
            yield Moved(name, first.text if first else None, second.text if second else None, change)


def _direction(before: Measured | None, after: Measured | None) -> Change:
    """Return in which direction a number moved; a size of None is larger than any."""
    if before is None or after is None:
        # The verdict tells what it means that a number is not there.
        return Change.DIFFERENT
    first, second = before.size, after.size
    if first is None or second is None:
        grew, is_same = second is None, first is second
    else:
        grew, is_same = second > first, abs(second - first) <= ROUNDING * max(abs(first), abs(second))
    if is_same:
        return Change.SAME
    if after.wanted is Wanted.NEITHER:
        return Change.DIFFERENT
    return Change.BETTER if grew == (after.wanted is Wanted.MORE) else Change.WORSE


def _moved(before: Mapping[str, object], after: Mapping[str, object]) -> Iterable[Moved]:
    """Yield the entries that differ, by name."""
    old, new = ({str(key): str(value) for key, value in each.items()} for each in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            change = Change.NEW if name not in old else Change.GONE if name not in new else Change.DIFFERENT
            yield Moved(name, old.get(name), new.get(name), change)


def _assumptions(before: Iterable[Row], after: Iterable[Row]) -> Iterable[Moved]:
    """Yield the assumptions that only one certificate makes, with the checks that make them."""
    old, new = _makers(before), _makers(after)
    yield from (Moved(said, None, ", ".join(checks), Change.NEW) for said, checks in new.items() if said not in old)
    yield from (Moved(said, ", ".join(checks), None, Change.GONE) for said, checks in old.items() if said not in new)


def _makers(claims: Iterable[Row]) -> dict[str, dict[str, None]]:
    """Return for each assumption the checks that make it, in order."""
    found: dict[str, dict[str, None]] = {}
    for claim in claims:
        for said in claim.assumptions:
            found.setdefault(said, {})[claim.check] = None
    return found
