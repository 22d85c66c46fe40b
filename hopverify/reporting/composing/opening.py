"""The first screen: what became of the model in numbers and words, what to do next, the model, and its checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hopverify.reporting.advice import next_steps
from hopverify.reporting.composing.flatness import ANCHOR as FLAT
from hopverify.reporting.composing.flatness import TITLE as WHY_FLAT
from hopverify.reporting.composing.flatness import in_one_sentence
from hopverify.reporting.composing.model import in_one_line, model_blocks
from hopverify.reporting.composing.numbering import NOT_APPLICABLE, Claim, anchor_of
from hopverify.reporting.composing.pictures import pictures_of
from hopverify.reporting.composing.theorems import cited, names_linked
from hopverify.reporting.composing.trust import examined
from hopverify.reporting.composing.verdicts import counts_in_words, mark_of
from hopverify.reporting.document import (
    Block,
    Heading,
    Link,
    Listing,
    Mono,
    Note,
    Paragraph,
    Strong,
    Table,
    Words,
)
from hopverify.reporting.highlights import highlights
from hopverify.reporting.material import Material
from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import UNMET, beside, grounds
from hopverify.reporting.titles import title_of
from hopverify.verdict import Verdict

# So many claims of a verdict are told on the first screen, each with the first thing to say of it.
SHOWN = 8


def digests(material: Material) -> tuple[tuple[str, str], ...]:
    """Return what the certificate is about, by digest: the spec, and the arrays that lie in files."""
    arrays = tuple((f"array {path}", str(digest)) for path, digest in material.certificate.arrays.items())
    return (("spec", material.certificate.spec["digest"]), *arrays)


def opening(material: Material, report: Report, claims: Sequence[Claim], *, has_story: bool) -> tuple[Block, ...]:
    """Return the first screen below the verdict; ``has_story``: a section tells why the energy is flat."""
    return tuple(_blocks(material, report, claims, has_story))


def _blocks(material: Material, report: Report, claims: Sequence[Claim], has_story: bool) -> Iterator[Block]:
    if material.spec is not None:
        yield Paragraph((in_one_line(material.spec),))
    if said := highlights(report):
        yield Paragraph((Strong(said),))
    yield Paragraph((f"{counts_in_words(report.rows)} {_on_others(report)}".rstrip(),))
    if not material.examined:
        yield Note(examined(material))
    yield from _listed("What is refuted", report, Verdict.FAIL)
    yield from _listed("What is open, and why", report, Verdict.UNKNOWN)
    yield from _listed("Proved, though the spec expects otherwise", report, Verdict.PASS)
    yield from _listed("Not applicable, though the spec expects a verdict", report, Verdict.NOT_APPLICABLE)
    if steps := next_steps(report.rows):
        yield Heading("What to do next")
        yield Listing(tuple((Mono(step.command), f" {step.why} ({', '.join(checks)})") for step, checks in steps))
    if has_story:
        yield Note((f"{in_one_sentence(report)} ", Link(f"{WHY_FLAT}.", f"#{FLAT}")))
    yield from model_blocks(material)
    yield Heading("Checks")
    yield _table(report, claims)
    yield from pictures_of(material, None)


def _on_others(report: Report) -> str:
    """Return what is to be said of statements that are refuted or unknown and are no fault."""
    fails = [row for row in report.rows if row.verdict is Verdict.FAIL and row.met]
    expected = sum(row.expected is Verdict.FAIL for row in fails)
    free = sum(row.expected is None for row in fails)
    said = [f"expects {expected:,}"] * bool(expected) + [f"requires nothing of {free:,}"] * bool(free)
    left = sum(row.verdict is Verdict.UNKNOWN and row.expected is None for row in report.rows)
    sentences = [f"Of those refuted, the spec {' and '.join(said)}."] if said else []
    sentences += [f"It requires nothing of {left:,} that {'is' if left == 1 else 'are'} unknown."] if left else []
    return " ".join(sentences)


def _listed(heading: str, report: Report, verdict: Verdict) -> Iterator[Block]:
    """Yield the claims with a verdict, what is not as the spec expects first, each with the first thing to say of it.

    What is proved or does not apply is listed only where it is not as the spec expects.
    """
    is_quiet = verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    rows = [row for row in report.rows if row.verdict is verdict and (not is_quiet or beside(row) == UNMET)]
    items = [_item(report, row) for row in sorted(rows, key=lambda row: row.met)[:SHOWN]]
    if len(rows) > SHOWN:
        items.append((f"and {len(rows) - SHOWN:,} more, in the table below",))
    if items:
        yield Heading(heading)
        yield Listing(tuple(items))


def _item(report: Report, row: Row) -> Words:
    subject = "" if row.subject == report.name else f" ({row.subject})"
    said = beside(row)
    return (
        Link(title_of(row), f"#{anchor_of(row.check)}"),
        subject,
        *((", ", Strong(said)) if said == UNMET else (f", {said}",) if said else ()),
        *cited(_first(row)),
    )


def _first(row: Row) -> str:
    """Return the first thing to say of a claim: of an open one the premise that fails, or the reason."""
    first = row.missing[0] if row.missing else next(grounds(row), None)
    return "" if first is None else f": {first.removeprefix('unknown: ')}"


def _table(report: Report, claims: Sequence[Claim]) -> Table:
    """Return the table of the claims that concern the model, and whatever is not as the spec expects."""
    shown = [claim for claim in claims if claim.concerns or not claim.row.met]
    left = [claim for claim in claims if claim not in shown]
    checks = ", ".join(dict.fromkeys(claim.row.check for claim in left))
    caption = f"Not applicable: {checks}." if left else ""
    head = ("claim", "verdict", "what is known", "subject", "theory")
    return Table(head, tuple(_cells(report, claim) for claim in shown), caption, frozenset({0}))


def _cells(report: Report, claim: Claim) -> tuple[Words, ...]:
    row = claim.row
    return (
        (str(claim.number) if claim.number else "",),
        (mark_of(row),),
        (Link(title_of(row), f"#{anchor_of(row.check) if claim.number else NOT_APPLICABLE}"),),
        ("the model" if row.subject == report.name else row.subject.removeprefix(f"{report.name}, "),),
        names_linked(row.theory),
    )
