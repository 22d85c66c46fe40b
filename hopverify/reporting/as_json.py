"""Reports for programs: JSON in ASCII, documented in ``docs/cli.md`` and ``docs/report.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hopverify.reporting.report import Report, Row, Values

SCHEMA, VERSION = "hopverify-report", 1
# What nobody has checked is not to be taken for a report by a program that does not ask.
UNCHECKED = "hopverify-unchecked-report"


def as_json(report: Report) -> str:
    """Return the report as one JSON object."""
    return _text(_object(report))


def all_as_json(reports: Sequence[Report]) -> str:
    """Return several reports as one JSON object."""
    return _text({"schema": SCHEMA, "version": VERSION, "reports": [_object(report) for report in reports]})


def _object(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA if report.checked else UNCHECKED,
        "version": VERSION,
        "spec": {"file": report.file, "name": report.name, "digest": report.digest},
        "verdict": str(report.verdict),
        "results": [_result(row) for row in report.rows],
    }


def _result(row: Row) -> dict[str, Any]:
    return {
        "check": row.check,
        "subject": row.subject,
        "verdict": str(row.verdict),
        "expected": "any" if row.expected is None else str(row.expected),
        "method": list(row.method),
        "reason": row.reason,
        "missing": list(row.missing),
        "advice": [step.in_words for step in row.advice],
        "witness": row.witness,
        "seconds": row.seconds,
        "data": row.data,
        "obligations": [_obligation(part, row.data or {}) for part in row.obligations],
    }


def _obligation(part: Values, told: Values) -> dict[str, Any]:
    """Return an obligation; its data are those that the claim's data do not tell."""
    own = {key: value for key, value in part.get("data", {}).items() if key not in told}
    return {
        "statement": part["statement"],
        "role": part["role"],
        "outcome": part["outcome"],
        "rule": part["evidence"]["rule"] if "evidence" in part else None,
        "data": own or None,
    }


def _text(value: dict[str, Any]) -> str:
    # ASCII, so that neither an encoding nor a control character of a spec can get in the way.
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)
