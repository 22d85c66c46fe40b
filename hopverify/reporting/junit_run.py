"""JUnit XML of a run over several specs: a suite a spec. A spec that could not be verified is an error."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from hopverify.reporting.formats.junit import junit
from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report

COUNTED = ("tests", "failures", "errors", "skipped")


def junit_of_run(reports: Iterable[Report], refused: Iterable[tuple[str, str]]) -> bytes:
    """Return the XML of all reports, and of the specs that were refused, each a file and a message."""
    suites = [suite for report in reports for suite in ElementTree.fromstring(junit(report)).iter("testsuite")]
    suites += [_refused(plain(file), plain(message, lines=True)) for file, message in refused]
    totals = {key: str(sum(int(suite.get(key, 0)) for suite in suites)) for key in COUNTED}
    seconds = sum(float(suite.get("time", 0)) for suite in suites)
    root = ElementTree.Element("testsuites", {**totals, "time": f"{seconds:.3f}"})
    root.extend(suites)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _refused(file: str, message: str) -> ElementTree.Element:
    """Return the suite of a spec that could not be read."""
    counts = {"tests": "1", "failures": "0", "errors": "1", "skipped": "0", "time": "0"}
    suite = ElementTree.Element("testsuite", {"name": file, **counts})
    case = ElementTree.SubElement(suite, "testcase", {"name": "spec", "classname": file, "time": "0"})
    error = ElementTree.SubElement(case, "error", {"message": message.partition("\n")[0], "type": "SpecError"})
    error.text = message
    return suite
