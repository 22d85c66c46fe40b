"""Registries: a folder is a registry, a file in it is an entry.

Each module of the folder defines one constant (say ``LAGRANGIAN``) that holds its entry. Nothing else has to
be edited to add one: the command line, the documentation, the strategies and the law tests read the registry.
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
    """The entries of one package, imported when first asked for, in the order of their names."""

    def __init__(self, package: str, constant: str, *, noun: str) -> None:
        self.package, self.constant, self.noun = package, constant, noun

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """All entries by name."""
        found: dict[str, Entry] = {}
        package = importlib.import_module(self.package)
        for info in pkgutil.iter_modules(package.__path__):
            if info.name.startswith("_"):
                continue
            module = importlib.import_module(f"{self.package}.{info.name}")
            entry: Entry = getattr(module, self.constant)
            if entry.name in found:
                raise HopverifyError(f"two entries of {self.package} are called {entry.name!r}: rename one")
            found[entry.name] = entry
        return dict(sorted(found.items()))

    def __getitem__(self, name: str) -> Entry:
        if name not in self.entries:
            raise HopverifyError(f"no {self.noun} is called {name!r}{did_you_mean(name, list(self.entries))}")
        return self.entries[name]

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)
