"""Where a link may lead: to a place within the page, a work by its identifier, or the site of the documents."""

from __future__ import annotations

import re

from hopverify.reporting.addresses import SITE

_ADDRESS = re.compile(rf"(?:https://(?:arxiv\.org/abs|doi\.org)/|{re.escape(SITE)})[\w./;()?=&%:#-]+", re.ASCII)
_ANCHOR = re.compile(r"#[\w-]+", re.ASCII)


def allowed(target: str) -> str:
    """Return the target if a link may lead there, otherwise empty text: then the words stay, without a link.

    >>> allowed("https://doi.org/10.1000/1"), allowed("#trust"), allowed("javascript:alert(1)")
    ('https://doi.org/10.1000/1', '#trust', '')
    """
    return target if _ADDRESS.fullmatch(target) or _ANCHOR.fullmatch(target) else ""
