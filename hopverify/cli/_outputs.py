"""What commands write into a folder; `verify`: a certificate for each spec, and while it runs, a journal beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from hopverify.execution.files import require_writable, write

__all__ = ["Output", "outputs", "require_writable", "write"]


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
