"""Disks that are full: one that only seems to be, for any number of bytes, and a real one where it can be mounted."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


class Disk:
    """Has ``room`` for so many bytes; the write that passes it stores what fits and raises, as a real disk does."""

    def __init__(self, room: int) -> None:
        self.room = room

    def limiting(self, stream: Any) -> Any:
        return _Limited(stream, self)


class _Limited:
    def __init__(self, stream: Any, disk: Disk) -> None:
        self._stream, self._disk = stream, disk

    def write(self, data: bytes) -> int:
        fits = min(len(data), self._disk.room)
        self._disk.room -= fits
        self._stream.write(data[:fits])
        if fits < len(data):
            self._stream.flush()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return fits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> _Limited:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def fill(monkeypatch: pytest.MonkeyPatch, room: int) -> Disk:
    """Let whatever hopverify opens for writing be on a disk with so much room."""
    disk = Disk(room)
    opened, fdopened = Path.open, os.fdopen

    def path_open(self: Path, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        stream = opened(self, mode, *arguments, **named)
        return disk.limiting(stream) if mode in ("xb", "wb") else stream

    def fd_open(fd: int, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        stream = fdopened(fd, mode, *arguments, **named)
        return disk.limiting(stream) if mode == "r+b" else stream

    monkeypatch.setattr(Path, "open", path_open)
    monkeypatch.setattr(os, "fdopen", fd_open)
    return disk


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Mount a file system in memory, or skip the test where that is not allowed."""
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a disk can be mounted on Linux by root only")
    mount = ["mount", "-t", "tmpfs", "-o", ",".join(options), "none", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], capture_output=True, check=True)


def remounted_read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], capture_output=True, check=True)
