"""Ctrl-C ends a run with a message and exit code 130."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from tests.cli.commands import RELU_PAIR, ROOT, run


def test_an_interrupt_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("hopverify.pipeline.drive", interrupted)
    result = run("verify", RELU_PAIR)
    assert result.exit_code == 130
    assert result.stderr == "interrupted\n"
    assert result.stdout == ""


def test_an_interrupt_while_a_spec_is_read_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from hopverify.model import any_model

    models = iter([any_model])

    def once(spec: Any) -> Any:
        build = next(models, None)
        if build is None:
            raise KeyboardInterrupt
        return build(spec)

    monkeypatch.setattr("hopverify.execution.run.any_model", once)
    other = ROOT / "specs" / "relu-runaway.yaml"
    result = run("verify", "-q", RELU_PAIR, other, other.with_name("relu-horn.yaml"))
    assert result.exit_code == 130
    assert result.stderr == "interrupted\n"
    assert result.stdout.startswith(f"{RELU_PAIR}: pass")
    assert len(result.stdout.splitlines()) == 1
