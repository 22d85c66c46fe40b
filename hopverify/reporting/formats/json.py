"""JSON, for programs: what `verify --json` prints."""

from __future__ import annotations

from hopverify.reporting.as_json import as_json
from hopverify.reporting.document import Document
from hopverify.reporting.formats import Format, Rendered
from hopverify.reporting.report import Report


def _render(document: Document, report: Report, stem: str | None) -> Rendered:
    return Rendered((as_json(report) + "\n").encode("ascii"))


FORMAT = Format("json", ".json", "the report as one JSON object, for programs", _render, plain=True)
