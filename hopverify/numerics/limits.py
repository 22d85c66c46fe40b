"""Limits of time: a long computation asks now and then, and is broken off where the answer is an exception."""

from __future__ import annotations

from collections.abc import Callable

Ask = Callable[[], None]
"""Raises :class:`OutOfTimeError` once the time is up."""


class OutOfTimeError(Exception):
    """Raised inside a computation whose time is up."""


def unlimited() -> None:
    """Allow all the time that it takes."""
