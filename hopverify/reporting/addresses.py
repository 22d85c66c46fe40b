"""Where the pages of ``docs/`` are on the web: the site of the documents has a folder for each version."""

from __future__ import annotations

SITE = "https://hopverify.github.io/hopverify/"


def on_the_site(page: str) -> str:
    """Return the address of a page of the latest version.

    >>> on_the_site("theory/#d2-all-neurons-at-once")
    'https://hopverify.github.io/hopverify/latest/theory/#d2-all-neurons-at-once'
    """
    return f"{SITE}latest/{page}"
