"""Opening a file for one run alone: two runs with one output folder must not write into each other's journals.

The lock is the operating system's and ends with the process, however that ends. Where there is none (Windows, some
network file systems), files are opened without it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import IO

from hopverify.errors import HopverifyError

if sys.platform != "win32":
    import fcntl


def opened_alone(path: Path) -> IO[bytes]:
    """Open a file for reading and writing, and make it where there is none; raise if another run has it open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            stream = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "r+b")
            if not _is_locked(stream):
                stream.close()
                raise HopverifyError(
                    f"{path}: another run is writing here: wait for its end, or give another folder by --out"
                )
            if _is_still(path, stream):
                return stream
            # Whoever held it has removed it since; what is open here has no name any more.
            stream.close()
    except OSError as error:
        raise HopverifyError(f"{path}: cannot be written: {error.strerror or error}") from error


def _is_locked(stream: IO[bytes]) -> bool:
    """Lock a file, or find that another has done so."""
    if sys.platform != "win32":
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
    return True


def _is_still(path: Path, stream: IO[bytes]) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))
    return False
