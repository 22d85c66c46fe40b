"""The section of a check: what it says, what became of it for each subject and why, and what to trust for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from hopverify.checks import CHECKS
from hopverify.reporting.composing.commands import check_again
from hopverify.reporting.composing.evidence import evidence
from hopverify.reporting.composing.numbering import NOT_APPLICABLE, Claim, anchor_of
from hopverify.reporting.composing.pictures import pictures_of
from hopverify.reporting.composing.tables import tables_of
from hopverify.reporting.composing.theorems import cited, link_to
from hopverify.reporting.composing.trust import assumptions_of, summary_of
from hopverify.reporting.composing.verdicts import deciding, mark_of
from hopverify.reporting.document import (
    Block,
    Facts,
    Listing,
    Mono,
    Paragraph,
    Section,
    Statement,
    Table,
    Words,
    with_code,
)
from hopverify.reporting.material import Material
from hopverify.reporting.report import Row
from hopverify.reporting.sentences import details, reason_in_words
from hopverify.reporting.theory import items_of, sentence_of
from hopverify.reporting.titles import title_of

SHOWS, LISTS = "the certificate has", "the obligations below list"


def sections_of_checks(material: Material, claims: Sequence[Claim], *, told: Sequence[str] = ()) -> tuple[Section, ...]:
    """Return a section for each check that concerns the model, and one that says why the others do not.

    The pictures of the checks in ``told`` stand elsewhere in the document.
    """
    grouped = [(check, list(group)) for check, group in groupby(claims, key=lambda claim: claim.row.check)]
    concerned = [(check, group) for check, group in grouped if any(claim.concerns for claim in group)]
    others = [claim for check, group in grouped if not any(claim.concerns for claim in group) for claim in group]
    sections = tuple(_section(material, check, group, shows_pictures=check not in told) for check, group in concerned)
    return sections + ((_others(others),) if others else ())


def _section(material: Material, check: str, claims: Sequence[Claim], *, shows_pictures: bool) -> Section:
    blocks: list[Block] = []
    for claim in claims:
        blocks += _blocks(claim)
    if shows_pictures:
        blocks += pictures_of(material, check)
    facts = _facts(material, [claim.row for claim in claims])
    blocks.append(Facts((("the check", _explained(check)), *facts)))
    for claim in claims:
        blocks += evidence(claim, material.certificate_file)
    row = deciding([claim.row for claim in claims])
    return Section(anchor_of(check), title_of(row), tuple(blocks), mark_of(row))


def _explained(check: str) -> Words:
    said = CHECKS[check].explanation if check in CHECKS else "This version does not know the check."
    return (Mono(check), *cited(f": {said}"))


def _blocks(claim: Claim) -> Iterator[Block]:
    """Yield the claim, what refutes it or leaves it open, what was found, and the tables of that."""
    row = claim.row
    yield Statement(claim.label, (f"{row.subject}: {row.statement}",), mark_of(row))
    said = [cited(_sentence(line)) for line in details(row, shows=SHOWS, lists=LISTS)]
    if said:
        yield Listing(tuple(said))
    yield from tables_of(row)
    for step in row.advice:
        yield Paragraph(("Next: ", Mono(step.command), f" {step.why}."))


def _sentence(line: str) -> str:
    return line if line.endswith((".", "…")) else f"{line}."


def _facts(material: Material, rows: Sequence[Row]) -> Iterator[tuple[str, Words]]:
    """Yield how the check was decided, by which theorems, and what a reader must trust for that."""
    rules = sorted({rule for row in rows for rule in row.method})
    for position, rule in enumerate(rules):
        yield ("decided by" if position == 0 else ""), (Mono(rule), *with_code(f": {summary_of(rule)}"))
    if not rules:
        yield "decided by", ("no rule: nothing was proved or refuted",)
    for position, (item, title) in enumerate(items_of(rows[0].theory)):
        yield ("theory" if position == 0 else ""), (link_to(item), f", {title}: {sentence_of(item)}")
    assumptions = list(dict.fromkeys(text for row in rows for text in assumptions_of(row)))
    trusted = "the reader of specs, the checker" + (" and the rules above" if rules else "")
    yield "to be trusted", (f"{trusted}{'; moreover:' if assumptions else ''}",)
    for assumption in assumptions:
        yield "", with_code(assumption)
    yield "check it again", (Mono(check_again(material)),)


def _others(claims: Sequence[Claim]) -> Section:
    rows: tuple[tuple[Words, ...], ...] = tuple(
        ((Mono(claim.row.check),), (claim.row.subject,), with_code(reason_in_words(claim.row))) for claim in claims
    )
    table = Table(("check", "subject", "why"), rows)
    unmet = any(not claim.row.met for claim in claims)
    said = "These checks say nothing about this model."
    return Section(
        NOT_APPLICABLE,
        "Not applicable",
        (Paragraph((said + (" The spec expects a verdict all the same." if unmet else ""),)), table),
        mark_of(next(claim.row for claim in claims if not claim.row.met)) if unmet else None,
    )
