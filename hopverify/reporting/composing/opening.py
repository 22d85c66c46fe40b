"""The first screen: what became of the model in numbers and words, what to do next, the model, and its checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, groupby

from hopverify.reporting.advice import MORE_TO_SAY, next_steps, purpose
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
        if material.spec.description:
            yield Paragraph((material.spec.description,))
    if said := highlights(report):
        yield Paragraph((Strong(said),))
    yield Paragraph((counts_in_words(report.rows),))
    yield from _proved(report)
    if not material.examined:
        yield Note(examined(material))
    yield from _listed("What is refuted", report, Verdict.FAIL)
    yield from _listed("What is open, and why", report, Verdict.UNKNOWN)
    yield from _listed("Proved, though the spec expects otherwise", report, Verdict.PASS)
    yield from _listed("Not applicable, though the spec expects a verdict", report, Verdict.NOT_APPLICABLE)
    if steps := next_steps(report.rows):
        yield Heading("What to do next")
        yield Listing(tuple((Mono(step.command), f" {purpose(step, checks)}") for step, checks in steps))
    if has_story:
        yield Note((f"{in_one_sentence(report)} ", Link(f"{WHY_FLAT}.", f"#{FLAT}")))
    yield from model_blocks(material)
    yield Heading("Checks")
    yield _table(report, claims)
    yield from pictures_of(material, None)


def _proved(report: Report) -> Iterator[Block]:
    """Yield in one line what is proved, each title once."""
    found = [row for row in report.rows if row.checked and row.verdict is Verdict.PASS and beside(row) != UNMET]
    checks = {title_of(row): row.check for row in found}
    links = [Link(title, f"#{anchor_of(check)}") for title, check in checks.items()][:SHOWN]
    if links:
        left = len(checks) - len(links)
        words = chain.from_iterable((", " if at else "", link) for at, link in enumerate(links))
        yield Paragraph((Strong("Proved:"), " ", *words, f" and {left} more." if left else "."))


def _listed(heading: str, report: Report, verdict: Verdict) -> Iterator[Block]:
    """Yield the claims with a verdict, what is not as the spec expects first, each with the first thing to say of it.

    What is proved or does not apply is listed only where it is not as the spec expects.
    """
    is_quiet = verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    rows = [row for row in report.rows if row.verdict is verdict and (not is_quiet or beside(row) == UNMET)]
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.met):
        groups.setdefault((beside(row), _first(row)), []).append(row)
    items = [_item(report, *key, alike) for key, alike in list(groups.items())[:SHOWN]]
    if left := sum(map(len, list(groups.values())[SHOWN:])):
        items.append((f"and {left:,} more, in the table below",))
    if items:
        yield Heading(heading)
        yield Listing(tuple(items))


def _item(report: Report, made_of_it: str, said: str, rows: Sequence[Row]) -> Words:
    """Return claims of which the same is to be said: their titles, what the spec makes of them, and what is said."""
    links: list[Words] = []
    for title, alike in groupby(rows, key=title_of):
        row, *others = alike
        subjects = [each.subject for each in (row, *others) if each.subject != report.name]
        named = f" ({', '.join(subjects)})" if subjects else ""
        links.append((", " if links else "", Link(title, f"#{anchor_of(row.check)}"), named))
    return (
        *chain.from_iterable(links),
        *((", ", Strong(made_of_it)) if made_of_it == UNMET else (f", {made_of_it}",) if made_of_it else ()),
        *cited(said),
    )


def _first(row: Row) -> str:
    """Return the first thing to say of a claim: of an open one the premise that fails, or the reason."""
    said = [*row.missing, *grounds(row)]
    if row.verdict is Verdict.UNKNOWN and not row.missing and row.reason and row.reason["code"] in MORE_TO_SAY:
        said = said[1:2] or said
    return f": {said[0].removeprefix('unknown: ')}" if said else ""


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
        ("model" if row.subject == report.name else row.subject.removeprefix(f"{report.name}, "),),
        names_linked(row.theory),
    )
