"""The works that a spec cites, with their addresses where these follow from an identifier."""

from __future__ import annotations

import re

from hopverify.reporting.document import Source
from hopverify.reporting.material import Material

# Identifiers only: whatever else a spec says stays text.
_ADDRESSES = (
    (re.compile(r"arxiv:\s*(\d{4}\.\d{4,5}(?:v\d+)?)", re.IGNORECASE | re.ASCII), "https://arxiv.org/abs/"),
    (re.compile(r"doi:\s*(10\.\d{4,9}/[\w.;()/:-]+)", re.IGNORECASE | re.ASCII), "https://doi.org/"),
)


def sources_of(material: Material) -> tuple[Source, ...]:
    """Return the references of the spec; none where the spec is not at hand."""
    references = () if material.spec is None else material.spec.references
    return tuple(Source(text, address_of(text)) for text in references)


def address_of(reference: str) -> str:
    """Return the address of a work by its arXiv number or DOI, empty for anything else.

    >>> address_of("arXiv:2410.13866"), address_of("javascript:alert(1)")
    ('https://arxiv.org/abs/2410.13866', '')
    """
    for pattern, start in _ADDRESSES:
        if found := pattern.fullmatch(reference.strip()):
            return start + found[1]
    return ""
