"""The registries of the project by the names under which `list` and `explain` show them."""

from __future__ import annotations

import importlib
from typing import Any

from hopverify.registry import Registry

# Where each registry stands: package and constant. Imported on demand.
PLACES = {
    "lagrangians": ("hopverify.lagrangians", "LAGRANGIANS"),
    "activations": ("hopverify.activations", "ACTIVATIONS"),
    "synapses": ("hopverify.synapses", "SYNAPSES"),
    "checks": ("hopverify.checks", "CHECKS"),
    "repairs": ("hopverify.repairs", "REPAIRS"),
    "provers": ("hopverify.provers", "PROVERS"),
    "rules": ("hopverify.checker.rules", "RULES"),
    "sources": ("hopverify.interop.source", "SOURCES"),
}


def registry(kind: str) -> Registry[Any]:
    """Return the registry of that name."""
    package, constant = PLACES[kind]
    found: Registry[Any] = getattr(importlib.import_module(package), constant)
    return found


def summary(entry: Any) -> str:
    """Return one line about an entry of any registry."""
    text: str = getattr(entry, "summary", None) or entry.title
    return text


def documentation(kind: str, entry: Any) -> str:
    """Return the docstring of the file that an entry stands in."""
    module = importlib.import_module(f"{registry(kind).package}.{entry.name}")
    return (module.__doc__ or "").strip()
