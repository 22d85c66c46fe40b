"""The command line: one subcommand a file, found by name and imported when it is asked for. No mathematics.

``--help`` and ``--version`` load click and nothing heavier; each subcommand imports what it needs when it runs.
"""

from __future__ import annotations

import atexit
import gc
import sys

from hopverify.cli._group import GROUP

__all__ = ["GROUP", "main"]


def main() -> None:
    """Run the command line on ``sys.argv``; the entry point of the script ``hopverify``."""
    # What is imported lives to the end. Looking for garbage in it, time and again and once more when the process ends,
    # is a sixth of what a small spec takes.
    gc.set_threshold(10_000, 10, 10)
    atexit.register(gc.freeze)
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe that cannot show a sign gets its escape instead of a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    GROUP.main(prog_name="hopverify")
