"""``python -m hopverify.derivation.symbolic.answering`` reads questions, one after another, and writes the answers.

It is the process that :mod:`hopverify.derivation.asking` starts: both ends are this program's own.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import Any, BinaryIO

from hopverify.derivation.formula import NoFormula
from hopverify.derivation.symbolic import own

QUESTIONS = {each.__name__: each for each in (own.layer_record, own.synapse_terms, own.claimed_energy)}


def answer(question: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    """Return whether something is derived, and what is, or why nothing is: SymPy's errors are of many kinds."""
    try:
        return True, QUESTIONS[question](*arguments)
    except NoFormula as error:
        return False, str(error)
    except Exception as error:
        return False, f"SymPy raises {type(error).__name__}"


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer questions until there are no more."""
    while True:
        try:
            question, arguments = pickle.load(questions)
        except EOFError:
            return
        pickle.dump(answer(question, arguments), answers)
        answers.flush()


if __name__ == "__main__":
    # Ctrl-C is for the program that asks, which ends this process; what SymPy prints is no answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)
