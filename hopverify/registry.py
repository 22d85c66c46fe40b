"""Registries: a folder is a registry, a file in it is an entry, and the file has the name of the entry.

Each module of the folder defines one constant (say ``LAGRANGIAN``) that holds its entry. The names are those of the
files, so that a registry tells what there is without importing anything; an entry is imported when it is asked for.
The command line, the documentation, the strategies and the law tests read the registry.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from hopverify.errors import HopverifyError


class Named(Protocol):
    """What every entry has: the name by which specs and people call it."""

    @property
    def name(self) -> str:
        """The entry's name."""


Entry = TypeVar("Entry", bound=Named)


def did_you_mean(name: str, known: Iterator[str] | list[str]) -> str:
    """Return ``"; did you mean 'relu'?"`` for a near miss, otherwise a list of what there is.

    >>> did_you_mean("rellu", ["relu", "tanh"])
    "; did you mean 'relu'?"
    >>> did_you_mean("ReLU", ["relu", "tanh"])
    "; did you mean 'relu'?"
    >>> did_you_mean("xi", [])
    '; there is none'
    """
    known = sorted(known)
    if not known:
        return "; there is none"
    same = [entry for entry in known if entry.lower() == name.lower()]
    close = same or difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(known)}"


class Registry(Generic[Entry]):
    """The entries of one package, each imported when it is first asked for, in the order of their names."""

    def __init__(self, package: str, constant: str, *, noun: str) -> None:
        self.package, self.constant, self.noun = package, constant, noun
        self.imported: dict[str, Entry] = {}

    @cached_property
    def _files(self) -> frozenset[str]:
        folder = importlib.import_module(self.package).__path__
        return frozenset(info.name for info in pkgutil.iter_modules(folder) if not info.name.startswith("_"))

    @property
    def names(self) -> list[str]:
        """The names of all entries; nothing is imported for them."""
        return sorted(self._files | self.imported.keys())

    @property
    def entries(self) -> dict[str, Entry]:
        """All entries by name."""
        return {name: self[name] for name in self.names}

    def __getitem__(self, name: str) -> Entry:
        if name not in self.imported:
            # What is no file of the folder is never imported: the name may come from a spec or a certificate.
            if name not in self._files:
                raise HopverifyError(f"no {self.noun} is called {name!r}{did_you_mean(name, self.names)}")
            entry: Entry = getattr(importlib.import_module(f"{self.package}.{name}"), self.constant)
            if entry.name != name:
                raise HopverifyError(f"{self.package}.{name} holds the entry {entry.name!r}: give both one name")
            self.imported[name] = entry
        return self.imported[name]

    def __contains__(self, name: object) -> bool:
        return name in self.imported or name in self._files

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.names)
