"""The event log: what happens in a run as JSON lines, for programs. Its schema is in docs/cli.md."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from hopverify.errors import HopverifyError
from hopverify.execution.events import Event
from hopverify.execution.opening import opened_plainly

STANDARD_ERROR = "-"


class EventLog:
    """Writes each event as one line, at once; ``-`` stands for the error stream. It is a context manager."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._stream: TextIO = sys.stderr if target == STANDARD_ERROR else self._opened(Path(target))

    def _opened(self, path: Path) -> TextIO:
        try:
            return open(path, "w", encoding="utf-8", newline="\n", opener=opened_plainly)
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, *_: object) -> None:
        if self.target != STANDARD_ERROR:
            # What could not be written has been told; closing would try again.
            with suppress(OSError):
                self._stream.close()

    def write(self, event: Event) -> None:
        """Write one event, with the time in UTC."""
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            self._stream.write(json.dumps({"event": event.kind, "time": time} | dict(event.values)) + "\n")
            self._stream.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> HopverifyError:
        return HopverifyError(f"{self.target}: cannot be written: {error.strerror or error}")
