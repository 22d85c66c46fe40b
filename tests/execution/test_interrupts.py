"""Interrupts: one that is swallowed on its way ends the run all the same."""

from __future__ import annotations

import contextlib
import signal
from typing import Any

import pytest

from hopverify.execution.interrupts import Interrupts
from hopverify.execution.serial import Serial
from hopverify.pipeline import verify, was_interrupted
from tests.cli.commands import RELU_PAIR


def test_an_interrupt_is_raised_and_noted() -> None:
    with Interrupts() as interrupts:
        interrupts.look()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.look()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_handler_is_left_alone() -> None:
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(1))
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
            interrupts.look()
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [1]


def test_a_swallowed_interrupt_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Serial.start
    started = []

    def swallowing(self: Serial, *arguments: Any, **named: Any) -> Any:
        started.append(1)
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return start(self, *arguments, **named)

    monkeypatch.setattr(Serial, "start", swallowing)
    assert was_interrupted(verify(RELU_PAIR, samples=20))
    assert len(started) == 1
