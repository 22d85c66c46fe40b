"""Files that are written whole or not at all, and folders of which it is known beforehand that they take files.

A file is written under another name, pushed to the disk, and given its own name last. Whatever happens before that
(no space, an interrupt, the end of the process) leaves the file that had the name as it was.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import tempfile
from pathlib import Path

from hopverify.errors import HopverifyError
from hopverify.execution.opening import is_of_the_system

DRAFT = ".hopverify-"
"""How the name of a draft begins; a process that is killed while it writes leaves one behind."""


def write(target: Path, content: str | bytes, *, advice: str = "") -> None:
    """Write a file whole or not at all; text as UTF-8, its lines ending as they are. Raises with ``advice``."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if is_of_the_system(str(target)):
            # A device, such as /dev/stdout: what replaces it would be a file where there has to be none.
            target.write_bytes(data)
        else:
            _refuse_irregular(target)
            _replace(target, data)
    except OSError as error:
        said = f"{target}: cannot be written: {error.strerror or error}"
        raise HopverifyError(f"{said}; {advice}" if advice else said) from error


def _refuse_irregular(target: Path) -> None:
    """Raise where a pipe or a device has the name. A link is replaced, whatever it names."""
    mode = target.lstat().st_mode if os.path.lexists(target) else stat.S_IFREG
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file")


def _replace(target: Path, data: bytes) -> None:
    draft = target.with_name(f"{DRAFT}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def require_writable(folder: Path, *, option: str = "--out") -> None:
    """Make a folder, and find out before the work rather than after it whether files can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = f"give another folder by {option}"
        raise HopverifyError(f"{folder}: cannot be written to: {error.strerror or error}; {advice}") from error
