"""A command running in a process of its own, watched through its event log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.cli.commands import ROOT

PATIENCE = 60.0


class Started:
    """``python -m hopverify`` under way, with ``--log``."""

    def __init__(self, log: Path, *arguments: object) -> None:
        self.log = log
        command = [sys.executable, "-m", "hopverify", *map(str, arguments), "--log", str(log)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def events(self) -> list[dict[str, Any]]:
        """Return the events so far; a line that is being written is left out."""
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines(True) if line[-1] == "\n"]

    def wait_for(self, kind: str) -> dict[str, Any]:
        """Return the first event of a kind as soon as there is one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = [event for event in self.events() if event["event"] == kind]
            if found:
                return found[0]
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.01)
        raise AssertionError(f"no event {kind}")

    def family(self) -> list[psutil.Process]:
        """Return the processes that the command has started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def press_ctrl_c(self) -> None:
        """Interrupt it as a terminal does: every process of the group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> tuple[int, str, str]:
        """Return exit code, output and errors."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


@contextmanager
def started(log: Path, *arguments: object) -> Iterator[Started]:
    running = Started(log, *arguments)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            os.killpg(running.process.pid, signal.SIGKILL)
        running.process.communicate()


def gone(processes: list[psutil.Process]) -> bool:
    """Whether processes are, or soon will be, no longer there."""
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
