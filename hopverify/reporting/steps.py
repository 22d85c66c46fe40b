"""How far a run is: specs done, obligations done within those under way, and what is being worked on, for a bar."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from hopverify.execution.events import Event
from hopverify.reporting.progress import Bar, NotebookBar


class Steps:
    """Moves a bar over the specs of a run by its events."""

    def __init__(self, bar: Bar | NotebookBar, specs: int) -> None:
        self.bar, self.specs = bar, specs
        self._ended: set[str] = set()
        self._shares: dict[str, float] = {}
        self._told: dict[str, str] = {}

    def see(self, event: Event) -> None:
        """Take in an event; others than those of specs and obligations are passed over."""
        spec, values = str(event.values.get("spec")), event.values
        if event.kind == "spec_read":
            self._count(spec, 0, values["obligations"])
        elif event.kind == "claim_started":
            self._show(_claim(values))
        elif event.kind == "obligation_finished":
            self._count(spec, values["done"], values["total"])
            self._show(_claim(values))
        elif event.kind == "searching":
            self._show(f"{_claim(values)}: {values['done']}{_of(values['total'])} {values['unit']}")
        elif event.kind in ("spec_finished", "spec_failed"):
            self._ended.add(spec)
            self._shares.pop(spec, None)
            self._told.pop(spec, None)

    def _count(self, spec: str, done: int, total: int) -> None:
        self._shares[spec] = done / max(1, total)
        # The only spec has its name above the table; a narrow terminal has no room for more.
        name = f"{PurePath(spec).name}: " if self.specs > 1 else ""
        self._told[spec] = f"{name}{done} of {total}"

    def _show(self, current: str) -> None:
        ended = len(self._ended)
        among = [f"{ended} of {self.specs} specs"] if self.specs > 1 else []
        self.bar.show(ended + sum(self._shares.values()), " · ".join([current, *among, *self._told.values()]))


def _claim(values: Mapping[str, Any]) -> str:
    return f"{values['check']} [{values['subject']}]"


def _of(total: Any) -> str:
    return f" of {total}" if total else ""
