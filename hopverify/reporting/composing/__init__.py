"""compose(material): the document of a report, from what was gathered. One part of it a file.

First comes what a reader wants to know at a glance (:mod:`.opening`), then the story of a flat energy where there is
one (:mod:`.flatness`), a section for each check (:mod:`.claims`), what all of it rests on (:mod:`.trust`), and
the theorems (:mod:`.theorems`).
"""

from __future__ import annotations

from hopverify.errors import CertificateRejected
from hopverify.reporting.composing.claims import sections_of_checks
from hopverify.reporting.composing.flatness import FLAT, flat_section
from hopverify.reporting.composing.numbering import numbered
from hopverify.reporting.composing.opening import digests, opening
from hopverify.reporting.composing.sources import sources_of
from hopverify.reporting.composing.theorems import theorems_section
from hopverify.reporting.composing.trust import trust_section
from hopverify.reporting.composing.verdicts import mark_of_report, sentence_of_report
from hopverify.reporting.document import Document
from hopverify.reporting.material import Material
from hopverify.reporting.report import Report, report_of


def compose(material: Material, report: Report | None = None) -> Document:
    """Return the document; ``report`` is that of the material's certificate, if it is at hand.

    Raises :class:`CertificateRejected` for a certificate without its spec whose data have not the form they should.
    """
    report = report_of(material.spec, material.certificate) if report is None else report
    try:
        return _composed(material, report)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        if material.examined:
            raise
        said = f"{material.certificate_file}: its data are not those of a certificate of this version"
        raise CertificateRejected(said) from error


def _composed(material: Material, report: Report) -> Document:
    claims = numbered(report)
    flat = flat_section(material, report)
    checks = sections_of_checks(material, claims, told=() if flat is None else (FLAT,))
    first = opening(material, report, claims, has_story=flat is not None)
    sections = (*(() if flat is None else (flat,)), *checks, trust_section(material, claims))
    return Document(
        title=report.name,
        mark=mark_of_report(report),
        sentence=sentence_of_report(report),
        digests=digests(material),
        opening=first,
        sections=(*sections, *theorems_section((first, sections))),
        sources=sources_of(material),
    )


__all__ = ["compose"]
