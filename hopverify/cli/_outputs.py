"""What commands write into a folder; `verify`: a certificate for each spec, and while it runs, a journal beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from hopverify.cli._files import ENDINGS
from hopverify.errors import HopverifyError
from hopverify.execution.files import require_writable, write
from hopverify.regular_files import opened_regular

__all__ = ["Output", "outputs", "refuse_others", "require_writable", "write"]


@dataclass(frozen=True)
class Output:
    """Where one spec's certificate goes, and its journal."""

    certificate: Path
    journal: Path


def refuse_others(contents: Mapping[Path, bytes], *, force: bool) -> None:
    """Raise where a file that is there is not what would be written, unless ``force`` is true."""
    if force:
        return
    for target, content in contents.items():
        if os.path.lexists(target) and not _holds(target, content):
            raise HopverifyError(f"{target} exists and is left as it is: give another folder by --out, or --force")


def _holds(target: Path, content: bytes) -> bool:
    try:
        with opened_regular(target) as stream:
            return not target.is_symlink() and stream.read(len(content) + 1) == content
    except OSError:
        return False


def outputs(specs: Sequence[Path], out: Path | None, *, packed: bool = False) -> dict[Path, Output]:
    """Return where each spec's output goes; specs that would write the same file are refused."""
    if out is None:
        return {}
    found: dict[Path, Output] = {}
    taken: dict[Path, Path] = {}
    for spec in specs:
        target = out / f"{spec.stem}{ENDINGS[packed]}"
        if target in taken:
            raise click.UsageError(f"{taken[target]} and {spec} would both write {target}: rename one")
        taken[target] = spec
        found[spec] = Output(target, out / f"{spec.stem}.journal.jsonl")
    return found
