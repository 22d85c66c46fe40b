"""SymPy at work in a process of its own, which is ended when it takes too long.

What is asked is a function of :mod:`hopverify.derivation.symbolic.own` with its arguments. Answers are kept by what was
asked, byte for byte. The process starts with the first question and ends with the program.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
from functools import lru_cache
from threading import Lock, Timer
from typing import Any

from hopverify.derivation.formula import NoFormula

SECONDS = 30.0
"""How long one answer may take."""


def ask(question: str, *arguments: Any) -> Any:
    """Return what SymPy derives; raise :class:`NoFormula` where it derives nothing, or not in time."""
    try:
        is_derived, answer = _answer(pickle.dumps((question, arguments)))
    except RecursionError as error:
        raise NoFormula("the expression is nested too deeply") from error
    if not is_derived:
        raise NoFormula(answer)
    return answer


@lru_cache(maxsize=256)
def _answer(asked: bytes) -> tuple[bool, Any]:
    """Return whether there is an answer, and the answer or the reason why there is none."""
    found: tuple[bool, Any] = _PROCESS.answer(asked)
    return found


class _Process:
    """One process, started when it is needed, and again after it was ended."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = Lock()

    def answer(self, asked: bytes) -> Any:
        """Return the answer; raise :class:`NoFormula` if the process ends before it, or is ended."""
        with self._lock:
            process = self._ready()
            assert process.stdin is not None
            assert process.stdout is not None
            timer = Timer(SECONDS, process.kill)
            timer.start()
            try:
                process.stdin.write(asked)
                process.stdin.flush()
                return pickle.load(process.stdout)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                self.end()
                raise NoFormula(f"SymPy gave no answer within {SECONDS:g} seconds") from error
            except BaseException:
                # Half an answer is not to be taken for the next one.
                self.end()
                raise
            finally:
                timer.cancel()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._running is None or self._running.poll() is not None or self._owner != os.getpid():
            command = [sys.executable or "python", "-P", "-m", "hopverify.derivation.symbolic.answering"]
            places = os.pathsep.join(each for each in sys.path if each)
            try:
                self._running = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": places}
                )
            except OSError as error:
                raise NoFormula(f"SymPy has no process to work in: {error}") from error
            self._owner = os.getpid()
        return self._running

    def end(self) -> None:
        """End the process, if it is this program's."""
        process, self._running = self._running, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.communicate()


_PROCESS = _Process()
atexit.register(_PROCESS.end)
