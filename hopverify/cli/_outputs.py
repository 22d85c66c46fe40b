"""What commands write into a folder; `verify`: a certificate for each spec, and while it runs, a journal beside it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from hopverify.errors import HopverifyError


@dataclass(frozen=True)
class Output:
    """Where one spec's certificate goes, and its journal."""

    certificate: Path
    journal: Path


def outputs(specs: Sequence[Path], out: Path | None) -> dict[Path, Output]:
    """Return where each spec's output goes; specs that would write the same file are refused."""
    if out is None:
        return {}
    found: dict[Path, Output] = {}
    taken: dict[Path, Path] = {}
    for spec in specs:
        target = out / f"{spec.stem}.certificate.json"
        if target in taken:
            raise click.UsageError(f"{taken[target]} and {spec} would both write {target}: rename one")
        taken[target] = spec
        found[spec] = Output(target, out / f"{spec.stem}.journal.jsonl")
    return found


def write(target: Path, content: str | bytes) -> None:
    """Write a file whole or not at all; text as UTF-8, its lines ending as they are."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        draft.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise HopverifyError(f"{target}: cannot be written: {error.strerror or error}") from error


def require_writable(folder: Path, *, option: str = "--out") -> None:
    """Make a folder, and find out before the work rather than after it whether files can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = f"give another folder by {option}"
        raise HopverifyError(f"{folder}: cannot be written to: {error.strerror or error}; {advice}") from error
