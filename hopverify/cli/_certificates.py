"""Which certificates a folder holds, and which of two folders belong together: those of specs with one name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from hopverify.certificate import Certificate, read_certificate
from hopverify.cli._files import ENDING, ENDINGS
from hopverify.errors import CertificateRejected


@dataclass(frozen=True)
class Found:
    """A certificate and where it was found."""

    path: Path
    certificate: Certificate

    @property
    def name(self) -> str:
        """The name of its spec."""
        return str(self.certificate.spec.get("name"))


def certificates_in(folder: Path, refuse: Callable[[CertificateRejected], None]) -> list[Found]:
    """Return the certificates of a folder and of those in it; what is none is told to ``refuse``."""
    found, refused = list[Found](), 0
    for path in _files(folder):
        try:
            found.append(Found(path, read_certificate(path)))
        except CertificateRejected as error:
            refused += 1
            refuse(error)
    if not found and not refused:
        raise click.UsageError(f"no certificates in {folder}: their names end in {ENDING}")
    return found


def matched(old: Sequence[Found], new: Sequence[Found]) -> tuple[list[tuple[Found, Found]], list[Found], list[Found]]:
    """Return the pairs, in the order of the new ones, and what is left of either side.

    Where several specs have one name, certificates in files of one name come first.
    """
    left, pairs, without = list(old), list[tuple[Found, Found]](), list[Found]()
    for each in sorted(new, key=lambda found: not _named_alike(found, old)):
        partners = [other for other in left if other.name == each.name]
        if not partners:
            without.append(each)
            continue
        partner = min(partners, key=lambda other: other.path.name != each.path.name)
        left.remove(partner)
        pairs.append((partner, each))
    places = {id(found): place for place, found in enumerate(new)}
    return sorted(pairs, key=lambda pair: places[id(pair[1])]), left, without


def _named_alike(found: Found, others: Sequence[Found]) -> bool:
    return any(other.name == found.name and other.path.name == found.path.name for other in others)


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root) / name for name in sorted(files) if name.endswith(ENDINGS) and not name.startswith("."))
