"""The first screen: what the model is, what became of it in a few lines, its equations, and the table of checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hopverify.reporting.composing.equations import equations, without_equations
from hopverify.reporting.composing.flatness import ANCHOR as FLAT
from hopverify.reporting.composing.flatness import TITLE as WHY_FLAT
from hopverify.reporting.composing.flatness import in_one_sentence
from hopverify.reporting.composing.numbering import Claim, anchor_of
from hopverify.reporting.composing.pictures import pictures_of
from hopverify.reporting.composing.trust import examined
from hopverify.reporting.composing.verdicts import counts_in_words, mark_of
from hopverify.reporting.document import Block, Heading, Link, Listing, Mono, Note, Paragraph, Table, Words, with_code
from hopverify.reporting.material import Material
from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import grounds
from hopverify.reporting.titles import title_of
from hopverify.verdict import Verdict

# So many checks that are not as asked are told on the first screen, each with the first thing to say of it.
UNMET_SHOWN = 5


def digests(material: Material) -> tuple[tuple[str, str], ...]:
    """Return what the certificate is about, by digest: the spec, and the arrays that lie in files."""
    arrays = tuple((f"array {path}", str(digest)) for path, digest in material.certificate.arrays.items())
    return (("spec", material.certificate.spec["digest"]), *arrays)


def opening(material: Material, report: Report, claims: Sequence[Claim], *, has_story: bool) -> tuple[Block, ...]:
    """Return the first screen below the verdict; ``has_story``: a section tells why the energy is flat."""
    return tuple(_blocks(material, report, claims, has_story))


def _blocks(material: Material, report: Report, claims: Sequence[Claim], has_story: bool) -> Iterator[Block]:
    if material.spec is not None and material.spec.description:
        yield Paragraph((material.spec.description,))
    yield Paragraph((f"{counts_in_words(report.rows)} {_on_others(report)}".rstrip(),))
    if not material.examined:
        yield Note(examined(material))
    if has_story:
        yield Note((f"{in_one_sentence(report)} ", Link(f"{WHY_FLAT}.", f"#{FLAT}")))
    unmet = list(_unmet(report))
    if unmet:
        yield Heading("Not as the spec asks")
        yield Listing(tuple(unmet))
    yield from (
        equations(material.derivation) if material.derivation is not None else without_equations(material.without)
    )
    yield Heading("Checks")
    yield _table(claims)
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


def _unmet(report: Report) -> Iterator[Words]:
    rows = [row for row in report.rows if not row.met]
    for row in rows[:UNMET_SHOWN]:
        yield (
            Link(title_of(row), f"#{anchor_of(row.check)}"),
            f" ({row.subject}): ",
            mark_of(row),
            *with_code(_first(row)),
        )
    if len(rows) > UNMET_SHOWN:
        yield (f"and {len(rows) - UNMET_SHOWN:,} more, in the table below",)


def _first(row: Row) -> str:
    """Return the first thing to say of a claim, after its mark, which has said that it is unknown."""
    first = row.missing[0] if row.missing else next(grounds(row), None)
    return "" if first is None else f": {first.removeprefix('unknown: ')}"


def _table(claims: Sequence[Claim]) -> Table:
    """Return the table of the claims that concern the model, and whatever is not as the spec asks."""
    shown = [claim for claim in claims if claim.concerns or not claim.row.met]
    left = [claim for claim in claims if claim not in shown]
    checks = ", ".join(dict.fromkeys(claim.row.check for claim in left))
    caption = f"Not applicable: {checks}." if left else ""
    head = ("claim", "verdict", "what is known", "subject", "theory", "decided by")
    return Table(head, tuple(_cells(claim) for claim in shown), caption, frozenset({0}))


def _cells(claim: Claim) -> tuple[Words, ...]:
    row = claim.row
    rules = ", ".join(row.method)
    return (
        (str(claim.number),),
        (mark_of(row),),
        (Link(title_of(row), f"#{anchor_of(row.check)}"),),
        (row.subject,),
        (row.theory,),
        (Mono(rules) if rules else "—",),
    )
