"""What the reference makes of docstrings: their roles become links and code, their examples blocks of Python.

An extension of griffe, which reads the sources and imports none of them. Docstrings are written for ``help()``, with
the roles of reStructuredText; the site renders Markdown.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from griffe import Extension, Object

REFERENCE = Path(__file__).with_name("reference.md")
SHOWN = re.findall(r"^::: ([\w.]+)$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
_PAGE = re.compile(r"(?<!`)\bdocs/(\w+\.md)\b")
_ROLE = re.compile(r":\w+:`~?([\w.]+)`")
_EXAMPLE = re.compile(r"^>>> .*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


class Markdown(Extension):
    """Rewrites each docstring as Markdown, as soon as its object is read."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of a module, class, function or attribute."""
        if obj.docstring is not None:
            obj.docstring.value = markdown(obj.docstring.value)


def markdown(text: str) -> str:
    """Return a docstring as Markdown: roles that name what the reference shows, and names of pages, become links.

    >>> print(markdown("Raises :class:`~hopverify.errors.NoResult`.\\n\\n>>> 1 + 1\\n2"))
    Raises `NoResult`.
    <BLANKLINE>
    ```pycon
    >>> 1 + 1
    2
    ```
    """
    return _EXAMPLE.sub(lambda found: f"```pycon\n{found[0]}\n```", _PAGE.sub(r"[\1](\1)", _ROLE.sub(_named, text)))


def _named(found: re.Match[str]) -> str:
    name = found[1].rpartition(".")[2]
    at = next((each for each in SHOWN if each.rpartition(".")[2] == name), None)
    return f"`{name}`" if at is None else f"[`{name}`][{at}]"
