"""Reports of a certificate as files: gathered, composed, and rendered in the formats asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hopverify.cli._outputs import write

if TYPE_CHECKING:
    from hopverify.reporting.document import Document
    from hopverify.reporting.formats import Format
    from hopverify.reporting.report import Report


def formats_of(ctx: click.Context, parameter: click.Parameter, value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the formats of an option: names with commas between them, each known and able to render."""
    from hopverify.reporting.formats import required

    texts = (value,) if isinstance(value, str) else value or ()
    names = dict.fromkeys(name.strip() for text in texts for name in text.split(",") if name.strip())
    for name in names:
        required(name)
    return tuple(names)


def place_of(folder: Path, stem: str, chosen: Format) -> Path:
    """Return where the report of a certificate goes."""
    return folder / f"{stem}.report{chosen.suffix}"


def write_report(document: Document, report: Report, chosen: Format, target: Path) -> list[Path]:
    """Write a report, and what lies beside it; return the files."""
    stem = target.name.removesuffix(chosen.suffix)
    rendered = chosen.render(document, report, stem)
    write(target, rendered.content)
    for name, content in rendered.beside.items():
        write(target.parent / name, content)
    return [target, *(target.parent / name for name in rendered.beside)]


def named_from_here(path: Path) -> str:
    """Return how a report names a file: relative to here where that leads nowhere up.

    >>> named_from_here(Path("out/x.certificate.json"))
    'out/x.certificate.json'
    """
    try:
        relative = Path(os.path.relpath(path))
    except ValueError:
        return path.as_posix()
    return path.as_posix() if relative.parts[:1] == ("..",) else relative.as_posix()
