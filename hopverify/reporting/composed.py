"""A certificate as what formats render: examined against its spec, gathered, composed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.reporting.document import Document
    from hopverify.reporting.formats import Format
    from hopverify.reporting.report import Report
    from hopverify.spec import ModelSpec


def composed(
    certificate: Certificate,
    file: str,
    spec: ModelSpec | None,
    formats: Sequence[Format],
    *,
    progress: Callable[[str], None] = lambda name: None,
) -> tuple[Document, Report]:
    """Return what the formats render; raise where the checker does not accept the certificate."""
    from hopverify.reporting.composing import compose
    from hopverify.reporting.material import gather
    from hopverify.reporting.report import report_of

    illustrated = not all(each.plain for each in formats)
    material = gather(certificate, file, spec, equations=illustrated, figures=illustrated, progress=progress)
    report = report_of(spec, certificate)
    return compose(material, report), report
