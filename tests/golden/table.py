"""The table in its file: one section a spec, compared and written section by section."""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.golden.rows import agree, rows_of

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "specs"
TABLE = Path(__file__).with_name("table.txt")

Table = Mapping[str, list[str]]
"""From the path of a spec below specs/, without its ending, to the rows of its certificate."""


def every_spec() -> list[Path]:
    """Return the specs of the project."""
    return sorted(SPECS.rglob("*.yaml"))


def name_of(path: Path) -> str:
    """Return how the table names a spec."""
    return path.resolve().relative_to(SPECS).with_suffix("").as_posix()


def verify(paths: Iterable[Path], folder: Path) -> None:
    """Verify specs in two processes, with the certificates in a folder."""
    command = [sys.executable, "-m", "hopverify", "verify", "-q", "-j", "2", "--out", str(folder)]
    done = subprocess.run(
        [*command, *(str(path.resolve()) for path in paths)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"verify ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def read_certificates(paths: Iterable[Path], folder: Path) -> Table:
    """Return the rows of the specs whose certificates are in a folder."""
    files = {name_of(path): folder / f"{path.stem}.certificate.json" for path in paths}
    return {name: rows_of(json.loads(file.read_text(encoding="utf-8"))) for name, file in files.items()}


def read_table() -> Table:
    """Return the table as it is kept; empty where there is none yet."""
    text = TABLE.read_text(encoding="utf-8") if TABLE.exists() else ""
    sections = [section.splitlines() for section in text.split("\n\n") if section.strip()]
    return {name.removeprefix("== "): rows for name, *rows in sections}


def settled(kept: Table, made: Table) -> Table:
    """Return what was made, each row that agrees with a kept one in the words of that."""
    return {
        name: [next((old for old in kept.get(name, []) if agree(old, row)), row) for row in rows]
        for name, rows in made.items()
    }


def differences(kept: Table, made: Table) -> list[str]:
    """Return the diff between what is kept of some specs and what was made of them; empty if they agree."""
    now = settled(kept, made)
    return [
        line.rstrip("\n")
        for name in sorted(now)
        for line in difflib.unified_diff(
            kept.get(name, []), now[name], f"kept/{name}", f"made/{name}", n=1, lineterm=""
        )
    ]


def write_table(kept: Table, made: Table) -> None:
    """Write the table anew, sorted by spec; what was not made stays as long as its spec exists."""
    known = {name_of(path) for path in every_spec()}
    now = {name: rows for name, rows in {**kept, **settled(kept, made)}.items() if name in known}
    TABLE.write_text(
        "\n\n".join("\n".join([f"== {name}", *now[name]]) for name in sorted(now)) + "\n", encoding="utf-8"
    )
