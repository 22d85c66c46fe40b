"""Formats of reports: one a file, found by name. Each renders a document, or the report that it was composed from.

The libraries that a format needs are an extra, imported when it renders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from hopverify.errors import HopverifyError
from hopverify.extras import to_install
from hopverify.registry import Registry
from hopverify.reporting.document import Document
from hopverify.reporting.report import Report


@dataclass(frozen=True)
class Rendered:
    """A file's content, and the files that lie beside it, by their paths relative to its folder."""

    content: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """One format. ``render`` gets the document, the report, and the file's name without its suffix.

    The name is None where nothing can lie beside the file, as on the output stream. ``needs`` are the modules of the
    extra `report` without which it cannot render. ``plain``: it shows neither equations nor figures.
    """

    name: str
    suffix: str
    summary: str
    render: Callable[[Document, Report, str | None], Rendered]
    needs: tuple[str, ...] = ()
    plain: bool = False


FORMATS: Registry[Format] = Registry("hopverify.reporting.formats", "FORMAT", noun="format")


def required(name: str) -> Format:
    """Return the format of a name; raise an error that says what to do if there is none, or it cannot render here."""
    found = FORMATS[name]
    require_modules(f"the format {name}", found.needs)
    return found


def require_modules(what: str, modules: Iterable[str]) -> None:
    """Raise an error that says what to do, if a module of the extra ``report`` is missing."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise HopverifyError(f"{what} needs {', '.join(missing)}: {to_install('report')}")
