"""What is said of a claim, in one wording for all formats: its verdict, why, what refutes it, what was found.

``shows`` names the place that has everything where a list is cut short: an option on the terminal, the certificate
in a document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from hopverify.certificate import method_of
from hopverify.checker.deciding import SURVIVES
from hopverify.reporting.cells import cells_in_words
from hopverify.reporting.equilibria import equilibria_in_words
from hopverify.reporting.memories import memories_in_words
from hopverify.reporting.minima import minima_in_words
from hopverify.reporting.mixtures import mixtures_in_words
from hopverify.reporting.report import Report, Row, Values
from hopverify.reporting.spins import spins_in_words
from hopverify.reporting.step_sizes import step_sizes_in_words
from hopverify.reporting.wording import JSON_SHOWS, bound, number, state, witness_in_words
from hopverify.verdict import Verdict

OPEN_SHOWN = 3
WORDS = {
    Verdict.PASS: "proved",
    Verdict.FAIL: "refuted",
    Verdict.UNKNOWN: "unknown",
    Verdict.NOT_APPLICABLE: "not applicable",
}
"""What is known of a statement, by its verdict."""
EXPECTED, NOT_REQUIRED, UNMET = "as the spec expects", "not required", "not as the spec expects"
VERBOSE_LISTS = "-v lists"


def verdict_in_words(row: Row) -> str:
    """Return the verdict of a claim, and what the spec makes of it where that is not plain."""
    said = beside(row)
    if said == UNMET and row.expected is not Verdict.PASS:
        return f"{row.verdict}, not {row.expected}"
    return {"": str(row.verdict), EXPECTED: f"{row.verdict}, as expected", UNMET: str(row.verdict)}.get(
        said, f"{row.verdict}, {said}"
    )


def beside(row: Row) -> str:
    """Return what the spec makes of a verdict; empty where it is a pass that it asks for, or goes without saying."""
    if row.verdict is row.expected:
        return "" if row.verdict is Verdict.PASS else EXPECTED
    # One subject need not have the verdict that is asked of the check as a whole.
    if not row.met:
        return UNMET
    return NOT_REQUIRED if row.expected is None and row.verdict in (Verdict.FAIL, Verdict.UNKNOWN) else ""


def conclusion(report: Report) -> str:
    """Return what a report comes to in one sentence: what is not as asked, or how many claims came to what."""
    if not report.rows:
        return "as expected: the spec names no checks"
    if report.verdict is Verdict.PASS:
        return f"as expected: {counts(report)}"
    return f"{report.verdict}: not as the spec expects: {', '.join(report.unmet)}"


def counts(report: Report) -> str:
    """Return how many claims are proved, refuted, open and not applicable, and what the spec makes of them."""
    return ", ".join(filter(None, (_counted(report, verdict) for verdict in Verdict)))


def _counted(report: Report, verdict: Verdict) -> str:
    rows = [row for row in report.rows if row.verdict is verdict]
    return f"{len(rows)} {WORDS[verdict]}{asides(rows)}" if rows else ""


def asides(rows: Sequence[Row]) -> str:
    """Return in parentheses how many claims of one verdict the spec expects, and how many it does not require."""
    said = Counter(beside(row) for row in rows)
    parts = [
        each if said[each] == len(rows) else f"{said[each]} {each}" for each in (EXPECTED, NOT_REQUIRED) if said[each]
    ]
    return f" ({', '.join(parts)})" if parts else ""


def details(row: Row, *, shows: str = JSON_SHOWS, lists: str = VERBOSE_LISTS) -> Iterator[str]:
    """Yield what belongs under a claim: why it has its verdict, and what was found of steps, patterns, equilibria."""
    yield from grounds(row, shows=shows, lists=lists)
    yield from findings(row, shows=shows)


def advised(row: Row) -> Iterator[str]:
    """Yield what to do next about a claim, where it stands by itself and no summary tells."""
    yield from (f"next: {step.in_words}" for step in row.advice)


def grounds(row: Row, *, shows: str = JSON_SHOWS, lists: str = VERBOSE_LISTS) -> Iterator[str]:
    """Yield the witness of a fail, the reason of an unknown with what is missing, or why a check does not concern."""
    if row.verdict is Verdict.FAIL and row.witness is not None:
        yield from witness_in_words(row.method, row.witness, shows=shows)
    if row.verdict is Verdict.UNKNOWN:
        yield f"unknown: {reason_in_words(row)}"
        yield from _missing(row.obligations, lists)
        yield from (f"in the way: {said}" for said in row.missing)
    if row.verdict is Verdict.NOT_APPLICABLE:
        yield reason_in_words(row)


def findings(row: Row, *, shows: str = JSON_SHOWS) -> Iterator[str]:
    """Yield what the checker computed for the claim, in words."""
    yield from memories_in_words(row.data, shows=shows)
    yield from cells_in_words(row.data)
    yield from minima_in_words(row.data, shows=shows)
    yield from mixtures_in_words(row.data, shows=shows)
    yield from step_sizes_in_words(row.data)
    yield from equilibria_in_words(row.check, row.data, shows=shows)
    yield from spins_in_words(row.data)
    yield from _reach(row)


def _reach(row: Row) -> Iterator[str]:
    """Yield how far a proof about uncertain weights reaches beyond the tolerance that the spec states."""
    factors = [Fraction(part["data"][SURVIVES]) for part in row.obligations if SURVIVES in part.get("data", {})]
    if factors:
        times = number(min(factors))
        yield f"holds for all weights within their tolerance, and would for a tolerance {times} times as large"


def reason_in_words(row: Row) -> str:
    """Return why a claim is unknown, or does not concern the model."""
    return str(row.reason["text"]) if row.reason else "no reason is recorded"


def _missing(obligations: Iterable[Values], lists: str) -> Iterator[str]:
    """Yield the premises that do not hold, and the first of those left open."""
    premises = [row for row in obligations if row["role"] == "premise"]
    for row in premises:
        if row["outcome"] == "refuted":
            yield f"does not hold: {row['statement']}{because(row)}"
    still_open = [f"{row['statement']}{because(row)}" for row in premises if row["outcome"] == "open"]
    yield from (f"not shown: {statement}" for statement in still_open[:OPEN_SHOWN])
    if len(still_open) > OPEN_SHOWN:
        yield f"and {len(still_open) - OPEN_SHOWN} more premises not shown: {lists} all"


def because(row: Values) -> str:
    """Return what a rule gives as the reason of its judgement of an obligation, in parentheses."""
    data = row.get("data", {})
    if "because" in data:
        return f" ({data['because']})"
    if "activations" in data:
        where = f"neuron {data['index']} of layer {data['layer']}"
        apart = f"the two differ by {bound(data['apart'])} or more at {where}"
        return f" (at the activations {state(data['activations'])}, {apart})"
    return ""


def outcome_in_words(obligation: Values) -> str:
    """Return what became of an obligation, and by which rule."""
    rule = method_of(obligation["evidence"]) if "evidence" in obligation else None
    return f"{obligation['outcome']} by {rule}" if rule else str(obligation["outcome"])


def obligations_in_words(row: Row) -> Iterator[str]:
    """Yield the claim with its theory, each of its obligations with its outcome, and what is assumed."""
    yield f"claim ({row.theory}): {row.statement}"
    if row.method:
        yield f"decided by: {', '.join(row.method)}"
    for part in row.obligations:
        yield f"{part['role']}, {outcome_in_words(part)}: {part['statement']}{because(part)}"
    yield from (f"assuming: {assumption}" for assumption in row.assumptions)
