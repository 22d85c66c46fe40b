"""Opening files that others may have made, for reading: regular files, and never a wait for what a pipe may bring.

A name in a checkout may be a pipe, a device or a folder, or a link to one. A pipe that nobody writes to would be waited
for without end, and a device may never end.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
import zlib
from pathlib import Path
from typing import IO

#: What a file that is opened is not waited for, nor changed by opening; 0 where a system has no such flag.
AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)

GZIP = b"\x1f\x8b"
"""How a file begins that gzip has packed."""


def opened_regular(path: Path) -> IO[bytes]:
    """Open a regular file, or a link to one, for reading; :class:`OSError` for everything else."""
    return os.fdopen(checked(os.open(path, os.O_RDONLY | AT_ONCE)), "rb")


def checked(number: int) -> int:
    """Return the number of an open file, or close it and raise :class:`OSError` where it is no regular file."""
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "it is a pipe, a device or a folder, not a file")
    return number


def read_text(path: Path, most: int, encoding: str = "utf-8") -> str:
    """Return the text of a regular file; :class:`OSError` where it is longer than so many bytes."""
    return _within(_content(path, most), most).decode(encoding)


def read_packed_text(path: Path, most: int) -> str:
    """Return the text of a regular file, which may be packed by gzip; it is not unpacked beyond so many bytes."""
    content = _content(path, most)
    if content.startswith(GZIP):
        try:
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(most + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise OSError(errno.EINVAL, f"it is packed, and cannot be unpacked: {error}") from error
    return _within(content, most).decode("utf-8")


def _content(path: Path, most: int) -> bytes:
    """Return what a regular file holds, and no more of it than shows that it is too long."""
    with opened_regular(path) as stream:
        return stream.read(most + 1)


def _within(content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // 2**20} MiB")
    return content
