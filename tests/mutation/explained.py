"""Why a mutant that no test kills does no harm: the files in ``explained_by/``, by rules and by single changes.

A rule has a pattern for the line that is changed (``in``), or for the change, ``original → mutated``, and may name file
and function. A single change is named by file, function, line and change. Reasons are texts for the reader; a test sees
that each file, function and line is still there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).with_name("explained_by")


@dataclass(frozen=True)
class Reasons:
    """Rules in their order, and single changes by file, function, line and change."""

    rules: tuple[dict[str, Any], ...]
    single: dict[tuple[str, str, str, str], str]

    def of(self, mutant: Mapping[str, Any]) -> str | None:
        """Return the reason for a surviving mutant, if there is one."""
        file = mutant["file"].removeprefix("hopverify/checker/")
        found = self.single.get((file, mutant["function"], mutant["within"], mutant["change"]))
        return found or next((rule["reason"] for rule in self.rules if _speaks_of(rule, file, mutant)), None)


def _speaks_of(rule: dict[str, Any], file: str, mutant: Mapping[str, Any]) -> bool:
    return (
        fnmatch(file, rule.get("file", "*"))
        and fnmatch(mutant["function"], rule.get("function", "*"))
        and re.search(rule.get("in", ""), mutant["within"]) is not None
        and re.search(rule.get("change", ""), mutant["change"]) is not None
    )


@cache
def reasons() -> Reasons:
    """Read the data."""
    rules: list[dict[str, Any]] = []
    single = {}
    for path in sorted(DATA.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        rules += data.get("rules") or ()
        single |= {
            (file, function, entry["in"], change): entry["reason"]
            for file, functions in (data.get("single") or {}).items()
            for function, entries in functions.items()
            for entry in entries
            for change in entry["changes"]
        }
    return Reasons(tuple(rules), single)
