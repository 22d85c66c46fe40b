"""Ctrl-C, or a request to end, ends a run with a message and exit code 130; what was found is shown."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.cli.commands import RELU_PAIR, ROOT, run
from tests.cli.started import started

WEIGHTS = [[((i * j * 7) % 11 - 5) / 4 for j in range(1, 15)] for i in range(1, 15)]
LONG = {
    "hopverify": 1,
    "name": "long",
    "layers": {"x": {"size": 14, "lagrangian": "tanh"}},
    "synapses": {"w": {"kind": "dense", "layers": ["x", "x"], "weights": WEIGHTS}},
    "checks": ["weight_symmetry", "equilibria", "time_constants"],
}


def test_an_interrupt_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("hopverify.pipeline.drive", interrupted)
    result = run("verify", RELU_PAIR)
    assert result.exit_code == 130
    assert result.stderr == "interrupted\n"
    assert result.stdout == ""


def test_an_interrupt_while_a_spec_is_read_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from hopverify.networks import any_model

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


def test_a_claim_is_printed_when_it_has_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(run: Any) -> NoReturn:
        raise RuntimeError

    monkeypatch.setattr("hopverify.pipeline.certificate_of", broken)
    shown = run("verify", RELU_PAIR).stdout
    assert shown.count("energy_descent") == 1
    assert "flat_region_stability" in shown
    assert "not applicable" not in shown


def test_a_request_to_end_shows_what_was_found(tmp_path: Path) -> None:
    spec = tmp_path / "long.json"
    spec.write_text(json.dumps(LONG))
    with started(tmp_path / "log", "verify", spec) as running:
        running.wait_for("claim_finished")
        running.process.send_signal(signal.SIGTERM)
        code, out, err = running.end()
    assert (code, err) == (130, "interrupted\n")
    assert any(line.split()[:2] == ["equilibria", "unknown"] for line in out.splitlines())
    assert "weight_symmetry" in out
