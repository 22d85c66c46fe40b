"""Ctrl-C ends a run with a message and exit code 130."""

from __future__ import annotations

from typing import NoReturn

import pytest

from tests.cli.commands import RELU_PAIR, run


def test_an_interrupt_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("hopverify.pipeline.drive", interrupted)
    result = run("verify", RELU_PAIR)
    assert result.exit_code == 130
    assert result.stderr == "interrupted\n"
    assert result.stdout == ""
