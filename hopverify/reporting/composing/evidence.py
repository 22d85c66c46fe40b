"""The evidence of a claim, folded: its obligations in a table, and of each piece of evidence the beginning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hopverify.certificate import method_of
from hopverify.reporting.composing.numbering import Claim
from hopverify.reporting.document import Block, Code, Folded, Heading, Paragraph, Table, Words
from hopverify.reporting.report import Values
from hopverify.reporting.sentences import because, outcome_in_words
from hopverify.results import REMARKS

LONGEST_LIST, LONGEST_TEXT, DEEPEST = 8, 120, 4
# Of so many obligations the table tells, and of so many the evidence is shown.
OBLIGATIONS, SHOWN = 60, 8
# Lines and characters of one piece of evidence.
LINES, CHARACTERS = 60, 6_000


def evidence(claim: Claim, certificate_file: str) -> tuple[Block, ...]:
    """Return the folded evidence; nothing where a claim has no obligations.

    The text of the evidence is folded twice: it is for a screen, and never printed.
    """
    obligations = claim.row.obligations
    if not obligations:
        return ()
    pieces = (*_pieces(obligations), _where(claim, certificate_file))
    if [each["statement"] for each in obligations] == [claim.row.statement]:
        return (Folded(f"Evidence of claim {claim.number}", (Folded("As JSON", pieces),)),)
    summary = f"Obligations and evidence of claim {claim.number}"
    return (Folded(summary, (_table(obligations), Folded("Evidence, as JSON", pieces))),)


def _table(obligations: tuple[Values, ...]) -> Table:
    rows: tuple[tuple[Words, ...], ...] = tuple(
        ((each["role"],), (f"{each['statement']}{because(each)}",), (outcome_in_words(each),))
        for each in obligations[:OBLIGATIONS]
    )
    left = len(obligations) - len(rows)
    return Table(("role", "obligation", "outcome"), rows, f"{left:,} more are in the certificate" if left else "")


def _pieces(obligations: tuple[Values, ...]) -> Iterator[Block]:
    """Yield what was offered and computed, where that is more than the name of a rule."""
    told: list[str] = []
    for each in obligations:
        # Whatever the table tells already is left out.
        offered = {key: value for key, value in each.get("evidence", {}).items() if key != "rule"}
        computed = {key: value for key, value in each.get("data", {}).items() if key not in REMARKS}
        text = in_short({key: part for key, part in (("evidence", offered), ("computed", computed)) if part})
        if (offered or computed) and text not in told:
            told.append(text)
            if len(told) <= SHOWN:
                yield Heading(
                    f"{method_of(each['evidence'])}: {each['statement']}" if "evidence" in each else "Computed"
                )
                yield Code(text)


def _where(claim: Claim, certificate_file: str) -> Paragraph:
    said = f"Long lists are cut here. The evidence in full is entry {claim.entry} of the results in {certificate_file}."
    return Paragraph((said,))


def in_short(value: Any) -> str:
    """Return JSON text whose long lists and texts are cut, each with what is left out.

    >>> print(in_short({"radii": list(range(1797))}))
    {
     "radii": [0, 1, 2, 3, 4, 5, 6, 7, "… 1,797 in all"]
    }
    """
    lines = "\n".join(_lines(_cut(value, 0), 0)).splitlines()
    text = "\n".join(lines[:LINES])[:CHARACTERS]
    return text if len(lines) <= LINES and len(text) < CHARACTERS else f"{text}\n…"


def _cut(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}… {len(value):,} characters"
    if isinstance(value, Mapping | list) and depth >= DEEPEST and len(value) > 1 and not _is_flat(value):
        return f"… {len(value):,} in all"
    if isinstance(value, Mapping):
        kept = {key: _cut(part, depth + 1) for key, part in list(value.items())[:LONGEST_LIST]}
        return kept if len(value) <= LONGEST_LIST else kept | {"…": f"{len(value):,} in all"}
    if isinstance(value, list):
        kept_parts = [_cut(part, depth + 1) for part in value[:LONGEST_LIST]]
        return kept_parts if len(value) <= LONGEST_LIST else [*kept_parts, f"… {len(value):,} in all"]
    return value


def _is_flat(value: Any) -> bool:
    parts = value.values() if isinstance(value, Mapping) else value
    return not any(isinstance(part, Mapping | list) for part in parts)


def _lines(value: Any, indent: int) -> Iterator[str]:
    """Yield JSON lines: a list or object without others within on one line, as people write them."""
    parts = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    # The outermost object is spread over lines, so that every key begins one.
    is_spread = isinstance(value, Mapping) and bool(value) and not indent
    if not is_spread and not any(isinstance(part, Mapping | list) for part in parts):
        yield _text(value)
        return
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    heads = [f"{_text(key)}: " for key in value] if isinstance(value, Mapping) else [""] * len(parts)
    yield opening
    for number, (head, part) in enumerate(zip(heads, parts, strict=True), start=1):
        inner = list(_lines(part, indent + 1))
        inner[0] = head + inner[0]
        inner[-1] += "," if number < len(parts) else ""
        yield from (f" {line}" for line in inner)
    yield closing


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
