"""Events: what happens in a run, told to whoever watches. The kinds and their values are documented in docs/cli.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """One thing that happened; the values are text, whole numbers, and seconds."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)


Watch = Callable[[Event], None]


def unseen(event: Event) -> None:
    """Watch nothing."""
