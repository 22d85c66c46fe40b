"""The specs of certificates: found by digest, among what is named, beside the certificate, above it, and in ./specs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hopverify.cli._files import SUFFIXES, specs_in
from hopverify.errors import HopverifyError

if TYPE_CHECKING:
    from hopverify.spec import ModelSpec

CERTIFICATE, REPORT = ".certificate", ".report"
USUAL = Path("specs")
# A spec is written by hand; what is larger is something else.
MAX_BYTES = 2**20


class Specs:
    """Reads each file once. ``others`` are the specs that have a name asked for, and another digest."""

    def __init__(self, named: Sequence[Path]) -> None:
        # What is named has to be readable.
        self.named = {path: _read(path) for path in named if not path.is_dir()}
        self.folders = [path for path in named if path.is_dir()]
        self._found: dict[Path, ModelSpec | None] = dict(self.named)
        self.others: list[Path] = []

    def of(self, certificate: Path, name: str, digest: str) -> ModelSpec | None:
        """Return the spec with a digest; None where none is at hand."""
        self.others = []
        for path in self._candidates(certificate):
            spec = self._spec(path)
            if spec is not None and spec.digest == digest:
                return spec
            if spec is not None and spec.name == name:
                self.others.append(path)
        return None

    def _candidates(self, certificate: Path) -> Iterator[Path]:
        """Yield files that may be the spec, likely names first within each place."""
        stem = stem_of(certificate)
        beside = certificate.absolute().parent
        places: list[Iterable[Path]] = [self.named, *(specs_in([folder]) for folder in self.folders)]
        places += [_files_of(beside), _files_of(beside.parent)]
        places += [_usual()]
        seen: set[Path] = set()
        for place in places:
            for path in sorted(place, key=lambda each: each.stem != stem):
                if path.resolve() not in seen:
                    seen.add(path.resolve())
                    yield path

    def _spec(self, path: Path) -> ModelSpec | None:
        if path not in self._found:
            try:
                self._found[path] = _read(path)
            except HopverifyError:
                # Some other file, or a spec that is wrong: not the one that was verified.
                self._found[path] = None
        return self._found[path]


def stem_of(certificate: Path) -> str:
    """Return the name of a certificate without what tells its kind.

    >>> stem_of(Path("out/relu-pair.certificate.json.gz"))
    'relu-pair'
    """
    stem = certificate.name.removesuffix(".gz").removesuffix(".json")
    return stem.removesuffix(CERTIFICATE) or stem


def _read(path: Path) -> ModelSpec:
    from hopverify.spec import read_spec

    return read_spec(path)


def _files_of(folder: Path) -> list[Path]:
    """Return the files of a folder, not of those within it, that may be specs."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError:
        return []
    written = (CERTIFICATE, REPORT)
    return [
        _shown(path) for path in files if Path(path.stem).suffix not in written and path.stat().st_size <= MAX_BYTES
    ]


def _shown(path: Path) -> Path:
    """Return a path relative to here, if it lies below: so a report names no more than it has to."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _usual() -> list[Path]:
    try:
        return specs_in([USUAL]) if USUAL.is_dir() else []
    except (OSError, click.UsageError):
        # A folder that holds none, or may not be read, is no error where nobody named it.
        return []
