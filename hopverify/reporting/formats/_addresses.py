"""Where a link may lead: to a place within the page, or to a work by its identifier. Anything else stays text."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"https://(?:arxiv\.org/abs|doi\.org)/[\w./;()?=&%:-]+", re.ASCII)
_ANCHOR = re.compile(r"#[\w-]+", re.ASCII)


def allowed(target: str) -> str:
    """Return the target if a link may lead there, otherwise empty text.

    >>> allowed("https://doi.org/10.1000/1"), allowed("#trust"), allowed("javascript:alert(1)")
    ('https://doi.org/10.1000/1', '#trust', '')
    """
    return target if _ADDRESS.fullmatch(target) or _ANCHOR.fullmatch(target) else ""
