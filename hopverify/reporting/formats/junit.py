"""JUnit XML, for continuous integration: one test case a claim.

What is not as the spec expects is a failure, with the witness; what is skipped, and why, is that of
:mod:`hopverify.reporting.outcomes`. A fail that the spec expects, or asks nothing of, is a success with a note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from hopverify.reporting.document import Document
from hopverify.reporting.formats import Format, Rendered
from hopverify.reporting.outcomes import Outcome, outcome_of, why_skipped
from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import advised, details, verdict_in_words
from hopverify.reporting.titles import title_of
from hopverify.verdict import Verdict

SHOWS, LISTS = "the certificate has", "the certificate lists"


def junit(report: Report) -> bytes:
    """Return the report as the XML of one test suite."""
    from junitparser import JUnitXml, TestSuite

    suite = TestSuite(plain(report.name))
    for name, value in (("verdict", str(report.verdict)), ("digest", report.digest), ("spec", report.file)):
        suite.add_property(name, plain(value))
    seen: Counter[str] = Counter()
    for row in report.rows:
        name = f"{row.check} [{row.subject}]"
        seen[name] += 1
        suite.add_testcase(_case(report, row, name if seen[name] == 1 else f"{name} {seen[name]}"))
    suites = JUnitXml()
    suites.add_testsuite(suite)
    return _indented(suites.tostring())


def _indented(xml: bytes) -> bytes:
    """Return XML with an element a line, and its declaration."""
    root = ElementTree.fromstring(xml)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _case(report: Report, row: Row, name: str) -> Any:
    from junitparser import TestCase

    case = TestCase(plain(name), plain(report.name), round(row.seconds, 3))
    result = _result(report, row)
    if result is not None:
        case.result = [result]
    case.system_out = "\n".join(plain(line) for line in _lines(row))
    return case


def _result(report: Report, row: Row) -> Any:
    """Return a failure, a skip, or None for a success."""
    from junitparser import Failure, Skipped

    outcome = outcome_of(report, row)
    if outcome is Outcome.SKIPPED:
        return Skipped(plain(why_skipped(row)))
    if outcome is Outcome.PASSED:
        return None
    failure = Failure(plain(_headed(row)), str(row.verdict))
    failure.text = "\n".join(plain(line) for line in _said(row))
    return failure


def _lines(row: Row) -> Sequence[str]:
    return [
        f"{_headed(row)} ({row.theory})",
        f"decided by: {', '.join(row.method) or 'no rule'}",
        *_said(row),
    ]


def _headed(row: Row) -> str:
    """Return the verdict of a claim with its statement, and before one that is refuted what is so."""
    said = f"{verdict_in_words(row)}: {row.statement}"
    return f"{title_of(row)}; {said}" if row.verdict is Verdict.FAIL else said


def _said(row: Row) -> Sequence[str]:
    return [*details(row, shows=SHOWS, lists=LISTS), *advised(row)]


def _render(document: Document, report: Report, stem: str | None) -> Rendered:
    return Rendered(junit(report))


FORMAT = Format("junit", ".xml", "test cases for continuous integration", _render, ("junitparser",), plain=True)
