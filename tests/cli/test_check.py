"""``hopverify check``: accepts what `verify` wrote, rejects what was changed, and loads the checker alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import RELU_PAIR, modules_after, run, write_spec


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    assert run("verify", RELU_PAIR, "--out", tmp_path).exit_code == 0
    return tmp_path / "relu-pair.certificate.json"


def test_accepts_what_verify_wrote(certificate: Path) -> None:
    result = run("check", RELU_PAIR, certificate)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("accepted: relu-pair: pass")


def test_quiet_prints_nothing(certificate: Path) -> None:
    result = run("check", "-q", RELU_PAIR, certificate)
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"verdict":"fail"', '"verdict":"pass"'),
        lambda text: text.replace('"unbounded":true', '"unbounded":false'),
        lambda text: text.replace('"rule":"kernel"', '"rule":"lure"'),
        lambda text: text.replace('"version":2', '"version":3'),
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[" * 100_000,
    ],
)
def test_rejects_what_was_changed(certificate: Path, change: Callable[[str], str]) -> None:
    text = certificate.read_text(encoding="utf-8")
    assert change(text) != text
    certificate.write_text(change(text), encoding="utf-8")
    result = run("check", RELU_PAIR, certificate)
    assert result.exit_code == 4
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_a_rejection_names_the_file_and_what_differs(certificate: Path) -> None:
    text = certificate.read_text(encoding="utf-8").replace('"outcome":"refuted"', '"outcome":"proved"')
    certificate.write_text(text, encoding="utf-8")
    result = run("check", RELU_PAIR, certificate)
    assert result.stderr.startswith(f"{certificate}: rejected: energy_flatness [x]: ")
    assert result.stderr.endswith("it differs in: obligations\n")


def test_rejects_the_certificate_of_another_spec(certificate: Path, tmp_path: Path) -> None:
    result = run("check", write_spec(tmp_path), certificate)
    assert result.exit_code == 4
    assert "another spec" in result.stderr


def test_the_exit_code_is_that_of_the_verdict(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, expect="{}")
    assert run("verify", spec, "--out", tmp_path).exit_code == 1
    result = run("check", spec, tmp_path / "model.certificate.json")
    assert result.exit_code == 1
    assert result.stdout.startswith("accepted: model: fail")


def test_a_wrong_spec_or_a_missing_file_is_an_error(certificate: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("hopverify: 1\n", encoding="utf-8")
    assert run("check", wrong, certificate).exit_code == 2
    assert run("check", RELU_PAIR, tmp_path / "none.json").exit_code == 2


def test_loads_no_prover_and_no_symbolic_library(certificate: Path) -> None:
    code = (
        "from hopverify.cli import GROUP\n"
        f"GROUP.main(['check', {str(RELU_PAIR)!r}, {str(certificate)!r}], standalone_mode=False)\n"
        "assert not [name for name in sys.modules if name.startswith(('hopverify.provers', 'hopverify.numerics'))]\n"
    )
    loaded = modules_after(code)
    assert "flint" in loaded
    assert not loaded & {"sympy", "scipy", "cvxpy", "mpmath", "rich"}


def test_a_spec_in_the_place_of_a_certificate_is_told(tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    result = run("check", spec, spec)
    assert result.exit_code == 4
    assert "model.yaml: not a certificate" in result.stderr
    assert "certificates are what `hopverify verify SPEC --out DIR` writes" in result.stderr
    result = run("report", spec)
    assert result.exit_code == 2
    assert f"{spec} is a spec" in result.stderr
    assert f"`hopverify verify {spec} --report html`" in result.stderr


def test_a_certificate_in_the_place_of_the_spec_is_told(certificate: Path) -> None:
    result = run("check", certificate, RELU_PAIR)
    assert result.exit_code == 2
    assert "relu-pair.certificate.json is a certificate: the spec comes first, then the certificate" in result.stderr
    assert "unknown key" not in result.stderr
