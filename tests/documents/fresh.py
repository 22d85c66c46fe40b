"""Run the README in a fresh environment, as a person with a checkout would: ``python -m tests.documents.fresh``.

The files of the checkout are copied, files that the README shows are written, and its commands run in their order, in
one shell that ends at the first error. ``--tests`` runs the test command too, which takes minutes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.documents.blocks import ROOT, blocks, commands


def script(folder: Path, *, with_tests: bool) -> str:
    """Write the files of the README into a folder, and return its commands."""
    lines = ["set -euo pipefail"]
    for block in blocks("README.md"):
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            for command in commands(block):
                if with_tests or "pytest" not in command:
                    lines += [f"printf '\\n$ %s\\n' {_quoted(command)}", command]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def copy(folder: Path) -> None:
    """Copy what is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def main() -> int:
    """Run the README in a folder that is deleted afterwards; return the exit code of its commands."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "checkout"
        folder.mkdir()
        copy(folder)
        began = time.monotonic()
        done = subprocess.run(["bash", "-c", script(folder, with_tests="--tests" in sys.argv[1:])], cwd=folder)
        print(f"\nexit code {done.returncode} after {time.monotonic() - began:.0f} s")
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
