"""Which files a command means: specs named one by one, or all specs of a folder."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

SUFFIXES = (".yaml", ".yml", ".toml", ".json")
# Folders of arrays and of certificates, in which no specs are looked for.
SKIPPED = ("data", "certificates")
#: How files of certificates are named: as JSON text, or packed by gzip.
ENDINGS = (".certificate.json", ".certificate.json.gz")
ENDING = ENDINGS[0]
KEY = "hopverify"
#: Data beside specs are looked into up to this size; a spec is much smaller.
MAX_BYTES = 64 * 2**20


def specs_in(paths: Iterable[Path]) -> list[Path]:
    """Return the files to read, each once: a file as it is, a folder's specs in the order of their names."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        specs = list(_specs_of_folder(path))
        if not specs:
            raise click.UsageError(f"no specs in {path}: a spec ends in {', '.join(SUFFIXES)}")
        found.update(dict.fromkeys(specs))
    return list(found)


def _specs_of_folder(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("."))
        for name in sorted(files):
            path = Path(root) / name
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES and not _is_something_else(path):
                yield path


def _is_something_else(path: Path) -> bool:
    """Whether a JSON or TOML file is well formed and has no version line: then it is no spec but other data.

    A YAML file in a folder of specs is always taken for a spec, so that a misspelt version line is reported.
    """
    from hopverify.regular_files import read_text

    readers = {".json": _json_of, ".toml": _toml_of}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        return False
    try:
        content = reader(read_text(path, MAX_BYTES, "utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    return not (isinstance(content, dict) and KEY in content)


def _json_of(text: str) -> Any:
    # Long numbers need not be converted to find a key.
    return json.loads(text, parse_int=str, parse_float=str)


def _toml_of(text: str) -> Any:
    return tomllib.loads(text, parse_float=str)
