"""What the last hunt found, family by family: kept in ``found.json``, and shown as the table of docs/trust.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.soundness.hunt.cases import Tally

FOUND = Path(__file__).with_name("found.json")
PAGE = Path(__file__).parents[3] / "docs" / "trust.md"

HEAD = (
    "| family | first seed | cases | pass | fail | open or refused | contradicted | seconds |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
)
TABLE = re.compile(re.escape(HEAD[0]) + r"\n(?:\|.*\n)*")

Row = dict[str, Any]


def row_of(tally: Tally, start: int, seconds: float) -> Row:
    """Return what is kept of a family: its first seed, counts of cases, and CPU seconds."""
    passed, failed = tally.verdicts["pass"], tally.verdicts["fail"]
    return {
        "from": start,
        "cases": tally.cases,
        "pass": passed,
        "fail": failed,
        "contradicted": len(tally.contradictions),
        "seconds": round(seconds),
    }


def read_found() -> dict[str, Row]:
    """Return the rows of the families, by name."""
    found: dict[str, Row] = json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.exists() else {}
    return found


def keep(rows: dict[str, Row], families: set[str]) -> None:
    """Put rows in the place of what was found of their families before; what is no family any more goes."""
    found = {name: row for name, row in sorted({**read_found(), **rows}.items()) if name in families}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in found.items())
    FOUND.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda _: table(found), PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def table(found: dict[str, Row]) -> str:
    """Return the table in Markdown."""
    together = {
        key: sum(row[key] for row in found.values()) for key in ("cases", "pass", "fail", "contradicted", "seconds")
    }
    lines = [line(name, row) for name, row in found.items()]
    return "\n".join([*HEAD, *lines, line("**together**", together), ""])


def line(name: str, row: Row) -> str:
    """Return a line of the table."""
    first = f"{row['from']:,}" if "from" in row else ""
    rest = row["cases"] - row["pass"] - row["fail"]
    counts = (row["cases"], row["pass"], row["fail"], rest, row["contradicted"], row["seconds"])
    return f"| {name} | {first} | " + " | ".join(f"{count:,}" for count in counts) + " |"
