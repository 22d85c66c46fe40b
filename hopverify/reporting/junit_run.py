"""JUnit XML of a run over several specs: a suite a spec. A spec that could not be verified is an error."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from hopverify.reporting.formats.junit import junit
from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report


def junit_of_run(reports: Iterable[Report], refused: Iterable[tuple[str, str]]) -> bytes:
    """Return the XML of all reports, and of the specs that were refused, each a file and a message."""
    from junitparser import Error, JUnitXml, TestCase, TestSuite

    whole = JUnitXml()
    for report in reports:
        for suite in JUnitXml.fromstring(junit(report)):
            whole.add_testsuite(suite)
    for file, message in refused:
        case, error = TestCase("spec", plain(file)), Error(plain(message.partition("\n")[0]), "SpecError")
        error.text = plain(message, lines=True)
        case.result = [error]
        suite = TestSuite(plain(file))
        suite.add_testcase(case)
        whole.add_testsuite(suite)
    whole.update_statistics()
    root = ElementTree.fromstring(whole.tostring())
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
