"""What all verdicts rest on: who decided, by which rules, under which assumptions, with which versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hopverify.checker import RULES
from hopverify.checker.definiteness import METHODS
from hopverify.checks import DEFINITENESS
from hopverify.reporting.composing.commands import check_again
from hopverify.reporting.composing.numbering import Claim
from hopverify.reporting.document import (
    Block,
    Code,
    Facts,
    Heading,
    Listing,
    Mono,
    Note,
    Paragraph,
    Section,
    Table,
    Words,
    with_code,
)
from hopverify.reporting.material import Material
from hopverify.reporting.report import Row

ANCHOR, TITLE = "trust", "What this rests on"
# Definiteness in rationals assumes nothing; elsewhere the condition is met where it would be shown.
EXACT, CONDITION = "exact", "where the evidence holds a `definiteness`: "

WHAT_COUNTS = (
    "A pass is a theorem about the model as its spec states it, with real numbers in place of floating-point states. "
    "The programs that search for proofs are not trusted: the checker rebuilds every statement from the spec and "
    "decides it from the evidence in the certificate. This report shows what the checker decided, and decides nothing "
    "itself. Equations and pictures are for the reader; no verdict rests on them, and a picture drawn in floating "
    "point proves nothing."
)


def trust_section(material: Material, claims: Sequence[Claim]) -> Section:
    """Return the last section."""
    return Section(ANCHOR, TITLE, tuple(_blocks(material, claims)))


def examined(material: Material) -> Words:
    """Return whether the certificate was checked for this report."""
    if material.examined:
        count = len(material.certificate.results)
        claims = f"all {count:,} claims were" if count != 1 else "its one claim was"
        return (
            f"The certificate was checked again when this report was made: {claims} decided anew from the evidence.",
        )
    return (
        "Not checked: the spec was not found when this report was made. The report repeats what the certificate says, "
        "and anyone may have written that. It has no equations and no figures. With the spec, ",
        Mono(check_again(material)),
        " decides.",
    )


def _blocks(material: Material, claims: Sequence[Claim]) -> Iterator[Block]:
    yield Paragraph((WHAT_COUNTS,))
    yield (Paragraph if material.examined else Note)(examined(material))
    yield Heading("To check it again")
    yield Code(check_again(material))
    rules = sorted({rule for claim in claims for rule in claim.row.method})
    if rules:
        yield Heading("Rules of the checker that decided")
        yield Table(("rule", "what its evidence shows", "claims"), tuple(_rule(rule, claims) for rule in rules))
    assumptions = list(dict.fromkeys(text for claim in claims for text in assumptions_of(claim.row)))
    if assumptions:
        yield Heading("Assumptions")
        yield Listing(tuple(_assumption(text, claims) for text in assumptions))
    yield Heading("Made with")
    yield Facts(tuple((name, (str(value),)) for name, value in material.certificate.made_with.items()))


def assumptions_of(row: Row) -> tuple[str, ...]:
    """Return what a decision rests on; what holds of definiteness in doubles alone, where there is such evidence."""
    if not row.method:
        return ()
    needs = DEFINITENESS in row.assumptions and any(_shows_definiteness(part) for part in row.obligations)
    return tuple(text.removeprefix(CONDITION) for text in row.assumptions if text != DEFINITENESS or needs)


def _shows_definiteness(value: object) -> bool:
    """Whether evidence names a method for definiteness in floating point, or holds evidence that does."""
    if isinstance(value, Mapping):
        method = value.get("method")
        return (method in METHODS and method != EXACT) or any(map(_shows_definiteness, value.values()))
    return isinstance(value, list) and any(map(_shows_definiteness, value))


def summary_of(method: str) -> str:
    """Return what evidence by a rule shows; of a claim of the kernel the rule is the first word."""
    rule = method.split(" ")[0]
    return RULES[rule].summary if rule in RULES else "a rule that this version does not know"


def _rule(rule: str, claims: Sequence[Claim]) -> tuple[Words, ...]:
    numbers = [str(claim.number) for claim in claims if rule in claim.row.method]
    return (Mono(rule),), with_code(summary_of(rule)), (", ".join(numbers),)


def _assumption(text: str, claims: Sequence[Claim]) -> Words:
    numbers = [str(claim.number) for claim in claims if text in assumptions_of(claim.row)]
    return with_code(f"{text} ({'claim' if len(numbers) == 1 else 'claims'} {', '.join(numbers)})")
