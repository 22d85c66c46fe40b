"""Ctrl-C that is not lost: an interrupt that falls into a callback of compiled code may be swallowed there.

Libraries written in C clear errors of the Python functions that they call, conversions of numbers for example, and a
KeyboardInterrupt with them. So the interrupt is noted as well as raised, and looked at between two units.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interrupts:
    """Notes interrupts while it is entered: in the main thread, unless somebody else handles the signal."""

    def __init__(self) -> None:
        self._noted = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._noted = True
        signal.default_int_handler(number, frame)

    def look(self) -> None:
        """Raise KeyboardInterrupt if there was one."""
        if self._noted:
            raise KeyboardInterrupt


@contextmanager
def ended_politely() -> Iterator[None]:
    """Let the first request to end (SIGTERM) mean what Ctrl-C means, so that what was found is shown and kept.

    The second one ends the process at once. Only in the main thread, and unless somebody else handles the signal.
    """
    mine = threading.current_thread() is threading.main_thread()
    if not mine or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
