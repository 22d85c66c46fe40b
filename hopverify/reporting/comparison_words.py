"""A comparison in words, for the formats that show it: what stands in a row, and the lines below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hopverify.reporting.comparison import Change, ClaimChange, Comparison, Moved, Standing, standing
from hopverify.reporting.report import Row
from hopverify.reporting.sentences import reason_in_words
from hopverify.reporting.spec_changes import SpecChange
from hopverify.spec.numbers import exact_number
from hopverify.verdict import Verdict

HEADER = ("change", "check", "subject", "verdict", "seconds")
NAMES_SHOWN = 10
CHANGES_SHOWN = 20
DIGEST_SHOWN = 12
NOT_CLAIMED = "not claimed"
CONTRADICTION = (
    "the same claim about the same model passes in one certificate and fails in the other: "
    "one of the two is wrong, and `hopverify check` finds out which"
)


@dataclass(frozen=True)
class Compared:
    """A comparison with the files it is of, and what changed in their specs, None where these are not given."""

    comparison: Comparison
    files: tuple[str, str]
    spec_changes: tuple[SpecChange, ...] | None = None


def heading(compared: Compared) -> list[str]:
    """Return lines about the certificates as a whole: what they are of, and what they were made with."""
    comparison = compared.comparison
    lines = [_subject(comparison), *_spec(compared)]
    lines += [f"array {each.name}: {_array(each.change)}" for each in comparison.arrays]
    if comparison.made_with:
        lines.append(f"made with: {', '.join(f'{each.name} {arrow(each)}' for each in comparison.made_with)}")
    return lines


def assumed(comparison: Comparison) -> Iterator[str]:
    """Yield what only one of the certificates takes for granted."""
    for each in comparison.assumptions:
        said = f"assumed now by {each.after}" if each.change is Change.NEW else f"not assumed any more by {each.before}"
        yield f"{said}: {each.name}"


def told(comparison: Comparison, *, everything: bool = False) -> list[ClaimChange]:
    """Return the claims worth a row, the worst first; a check that concerns neither model is not."""
    order = list(Change)
    claims = sorted(comparison.claims, key=lambda claim: order.index(claim.whole))
    return claims if everything else [claim for claim in claims if not _is_quiet(claim)]


def cells(claim: ClaimChange) -> tuple[str, ...]:
    """Return what stands in the row of a claim, under :data:`HEADER`."""
    before, after = (str(side.verdict) if side else NOT_CLAIMED for side in (claim.before, claim.after))
    verdict = before if before == after else f"{before} → {after}"
    times = [f"{side.seconds:.2f}" for side in (claim.before, claim.after) if side]
    return str(claim.whole), claim.check, claim.subject, verdict, " → ".join(times)


def details(claim: ClaimChange, *, everything: bool = False) -> Iterator[str]:
    """Yield the lines that belong below a row."""
    if claim.is_contradiction:
        yield CONTRADICTION
    if claim.after is not None:
        yield from _asked(claim.before, claim.after)
        if claim.after.verdict is Verdict.UNKNOWN and claim.change is not Change.SAME:
            yield f"unknown: {reason_in_words(claim.after)}"
    for moved in claim.numbers:
        yield f"{moved.name}: {arrow(moved)}{'' if moved.change is Change.DIFFERENT else f' ({moved.change})'}"
    for said, names in (("not certified any more", claim.lost), ("certified now", claim.won)):
        if names:
            yield f"{said}: {_some(names)}"
    if everything and claim.before and claim.after and claim.before.method != claim.after.method:
        yield f"proved by {_methods(claim.after)}, before by {_methods(claim.before)}"


def arrow(moved: Moved) -> str:
    """Return both values of something that moved, numbers short; as they are where they would look the same."""
    if moved.before is None or moved.after is None:
        return f"{moved.after} (new)" if moved.before is None else f"{moved.before} (gone)"
    short = _short(moved.before), _short(moved.after)
    before, after = short if short[0] != short[1] else (moved.before, moved.after)
    return f"{before} → {after}"


def conclusion(comparison: Comparison) -> str:
    """Return one sentence that sums up."""
    counts = comparison.counts
    said = ", ".join(f"{counts[change]} {_plural(change)}" for change in Change if counts.get(change))
    verdicts = " → ".join(dict.fromkeys(map(str, comparison.verdicts)))
    before, after = comparison.seconds
    return f"verdict {verdicts}; claims: {said or 'none'}; {before:.1f} s → {after:.1f} s"


def _plural(change: Change) -> str:
    return "the same" if change is Change.SAME else str(change)


def _subject(comparison: Comparison) -> str:
    first, second = comparison.names
    if first != second:
        return f"certificates of two specs, {first} and {second}: what both of them claim is compared"
    return f"certificates of {first}"


def _spec(compared: Compared) -> Iterator[str]:
    comparison, changes = compared.comparison, compared.spec_changes
    first, second = (f"{digest[:DIGEST_SHOWN]}…" for digest in comparison.digests)
    is_one = comparison.digests[0] == comparison.digests[1]
    yield f"spec: the same, digest {first}" if is_one else f"spec: another one, digest {first} → {second}"
    if changes is None:
        return
    for change in changes[:CHANGES_SHOWN]:
        moved = Moved(change.path, change.before, change.after, Change.DIFFERENT)
        yield f"key {change.path}: {_keys(moved)}"
    if len(changes) > CHANGES_SHOWN:
        yield f"and {len(changes) - CHANGES_SHOWN:,} more keys: --json shows all"
    if not changes and not is_one:
        yield "no key of the spec differs: what differs is an array in a file, or the original that it names"


def _keys(moved: Moved) -> str:
    if moved.before is None or moved.after is None:
        return f"new, {moved.after}" if moved.before is None else f"gone, was {moved.before}"
    return f"{moved.before} → {moved.after}"


def _array(change: Change) -> str:
    return "other numbers" if change is Change.DIFFERENT else str(change)


def _is_quiet(claim: ClaimChange) -> bool:
    """Whether a claim is what it was, or never concerned a model."""
    verdicts = {side.verdict for side in (claim.before, claim.after) if side}
    return claim.whole is Change.SAME or verdicts == {Verdict.NOT_APPLICABLE}


def _asked(before: Row | None, after: Row) -> Iterator[str]:
    """Yield what is asked of a check, where that is not met or has changed."""
    asked = ["nothing" if side.expected is None else str(side.expected) for side in (before, after) if side]
    if len(set(asked)) > 1:
        yield f"the spec expected {asked[0]}, and expects {asked[1]} now"
    elif standing(after) is not Standing.AS_ASKED and after.expected is not None:
        yield f"the spec expects {after.expected}"


def _methods(claim: Row) -> str:
    return ", ".join(claim.method) or "nothing"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def _short(text: str) -> str:
    """Return a ratio as a decimal, marked as rounded.

    >>> _short("2/3"), _short("17"), _short("5 of 8")
    ('≈0.666667', '17', '5 of 8')
    """
    if "/" not in text:
        return text
    try:
        size: Fraction = exact_number(text)
        return f"≈{float(size):.6g}"
    except (ValueError, OverflowError):
        return text
