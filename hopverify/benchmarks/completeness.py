"""How much is decided: the share of pass, fail and unknown on fixed random families, by size and by check.

What each search may spend is counted in work (samples and boxes), never in seconds, so that the figures are those of
the code and not of the machine. More unknowns than before are a regression that a test sees.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hopverify.benchmarks.families import FAMILIES, Family
from hopverify.pipeline import verify

SCHEMA, VERSION = "hopverify-completeness", 1
COMMAND = "hopverify bench --completeness"
MODELS = 3
SAMPLES, BOXES = 100, 400
DECIDED = ("pass", "fail", "unknown")


@dataclass
class Cell:
    """What became of the claims of the models of one family and size: by check the verdicts, and why unknown."""

    size: int
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Count one entry of a certificate; what does not apply is not counted."""
        if entry["verdict"] not in DECIDED:
            return
        self.verdicts.setdefault(entry["check"], Counter())[entry["verdict"]] += 1
        if entry["verdict"] == "unknown":
            self.reasons.setdefault(entry["check"], Counter())[entry["reason"]["code"]] += 1

    def as_value(self) -> dict[str, Any]:
        """Return the cell as JSON holds it."""
        checks = {
            check: {verdict: counts[verdict] for verdict in DECIDED}
            | ({"reasons": dict(sorted(self.reasons[check].items()))} if check in self.reasons else {})
            for check, counts in sorted(self.verdicts.items())
        }
        return {"size": self.size, "checks": checks}


def counted(family: Family, size: int) -> Cell:
    """Verify the models of a family and size, and count what became of them."""
    cell = Cell(size)
    for number in range(MODELS):
        for entry in verify(family.model(size, number), samples=SAMPLES, boxes=BOXES).results:
            cell.add(entry)
    return cell


def measured(tell: Callable[[str, int], None] = lambda name, size: None) -> dict[str, Any]:
    """Return the figures of all families as JSON holds them; ``tell`` hears what is begun."""
    families = []
    for family in FAMILIES:
        cells = []
        for size in family.sizes:
            tell(family.name, size)
            cells.append(counted(family, size).as_value())
        families.append({"name": family.name, "summary": family.summary, "cells": cells})
    spent = {"models": MODELS, "samples": SAMPLES, "boxes": BOXES, "seed": 0}
    return {"schema": SCHEMA, "version": VERSION, "spent": spent, "families": families}


def as_json(figures: Mapping[str, Any]) -> str:
    """Return the JSON text of figures, a check a line."""
    text = json.dumps(figures, indent=1, ensure_ascii=True)
    return _joined(text) + "\n"


def _joined(text: str) -> str:
    """Put the verdicts of a check on one line."""
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if inside:
            lines[-1] += (" " if not lines[-1].endswith("{") else "") + line.strip()
        else:
            lines.append(line)
        depth = len(line) - len(line.lstrip())
        if not inside and depth == 6 and line.endswith("{"):
            inside = True
        elif inside and depth == 6:
            inside = False
    return "\n".join(lines)


def as_markdown(figures: Mapping[str, Any]) -> str:
    """Return the figures as Markdown: why claims are unknown, and a table for each family."""
    return "\n".join(_lines(figures)) + "\n"


def _lines(figures: Mapping[str, Any]) -> Iterator[str]:
    spent = figures["spent"]
    yield "# Completeness\n"
    yield (
        f"Written by `{COMMAND}`. Verdicts on random models: {spent['models']} of each family and size, with "
        f"`--samples {spent['samples']} --max-boxes {spent['boxes']}`. These budgets are counted in work, so that the "
        "figures do not depend on the machine, and they are small: of what is unknown here, more work decides some. "
        "In the tables `3/1/2` stands for 3 passes, 1 fail and 2 unknowns; what does not apply is not counted."
    )
    yield "\n## In all\n"
    yield "| check | pass | fail | unknown | why unknown |"
    yield "|---|---:|---:|---:|---|"
    for check, counts, reasons in _summed(figures):
        why = ", ".join(f"{code} {count}" for code, count in reasons.most_common())
        yield f"| `{check}` | {counts['pass']} | {counts['fail']} | {counts['unknown']} | {why} |"
    for family in figures["families"]:
        yield f"\n## {family['name']}\n\n{family['summary']}\n"
        yield from _table(family["cells"])


def _summed(figures: Mapping[str, Any]) -> Iterable[tuple[str, Counter[str], Counter[str]]]:
    verdicts: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    for family in figures["families"]:
        for cell in family["cells"]:
            for check, found in cell["checks"].items():
                verdicts.setdefault(check, Counter()).update({verdict: found[verdict] for verdict in DECIDED})
                reasons.setdefault(check, Counter()).update(found.get("reasons", {}))
    most_open = sorted(verdicts, key=lambda check: (-verdicts[check]["unknown"], check))
    return [(check, verdicts[check], reasons[check]) for check in most_open]


def _table(cells: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "| check | " + " | ".join(f"n = {cell['size']}" for cell in cells) + " |"
    yield "|---|" + "---:|" * len(cells)
    for check in sorted({check for cell in cells for check in cell["checks"]}):
        found = [cell["checks"].get(check) for cell in cells]
        texts = ["/".join(str(each[verdict]) for verdict in DECIDED) if each else "" for each in found]
        yield f"| `{check}` | " + " | ".join(texts) + " |"
