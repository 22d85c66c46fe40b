"""Opening files to write into as a run goes on: regular files only, and never through a link.

A link in a folder of someone else may name any file of the person who runs this. Beside that, a journal is opened for
one run alone: two runs with one output folder must not write into each other's.

The lock is the operating system's and ends with the process, however that ends. Where there is none (Windows, some
network file systems), files are opened without it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import IO

from hopverify.errors import HopverifyError
from hopverify.regular_files import AT_ONCE, checked

if sys.platform != "win32":
    import fcntl


def opened_plainly(path: str, flags: int) -> int:
    """Open a regular file that is no link, and make it where there is none; an ``opener`` of :func:`open`.

    What stands under /dev and /proc is the system's, and is named only by who means it: it is opened as it is.
    """
    if is_of_the_system(path):
        return os.open(path, flags, 0o666)
    if Path(path).is_symlink():
        raise OSError(errno.ELOOP, "it is a link, which is not followed; remove it, or name another file")
    number = checked(os.open(path, (flags & ~os.O_TRUNC) | getattr(os, "O_NOFOLLOW", 0) | AT_ONCE, 0o666))
    if flags & os.O_TRUNC:
        os.ftruncate(number, 0)
    return number


def is_of_the_system(path: str) -> bool:
    """Whether a name stands for what a system keeps beside files, such as /dev/stdout."""
    parts = Path(path).absolute().parts
    return parts[1:2] in (("dev",), ("proc",)) and parts[1:3] != ("dev", "shm") and ".." not in parts


def opened_alone(path: Path) -> IO[bytes]:
    """Open a file for reading and writing, and make it where there is none; raise if another run has it open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            stream = os.fdopen(opened_plainly(str(path), os.O_RDWR | os.O_CREAT), "r+b")
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
