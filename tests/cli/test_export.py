"""``hopverify export``: files, selections of claims, certificates, and what is left out."""

from __future__ import annotations

from pathlib import Path

from hopverify import parse_spec, verify
from tests.cli.commands import RELU_PAIR, run, write_spec


def test_a_file_states_what_is_accepted_at_sight(tmp_path: Path) -> None:
    result = run("export", "--coq", RELU_PAIR, "-o", tmp_path / "pair.v")
    assert result.exit_code == 0
    text = (tmp_path / "pair.v").read_text(encoding="utf-8")
    assert "Theorem claim_descent : descends model." in text
    assert text.endswith("Print Assumptions claim_descent.\n")
    assert "8 theorems, 0 claims left out" in result.stderr


def test_a_claim_is_chosen_by_its_name() -> None:
    result = run("export", "--coq", RELU_PAIR, "--claim", "symmetric")
    assert result.exit_code == 0
    assert result.stdout.count("Theorem ") == 1
    assert "is_symmetric 2 (rows array_w)" in result.stdout


def test_a_name_that_no_accepted_claim_has_is_answered_with_those_that_there_are() -> None:
    result = run("export", "--coq", RELU_PAIR, "--claim", "ascent")
    assert result.exit_code == 2
    assert "the kernel accepts no claim 'ascent' here, but symmetric, compatible times" in result.stderr


def test_the_claims_of_a_certificate(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, checks="[weight_symmetry, energy_flatness]")
    certificate = tmp_path / "model.certificate.json"
    certificate.write_text(verify(parse_spec(spec.read_text(encoding="utf-8"))).to_json(), encoding="utf-8")
    result = run("export", "--coq", spec, certificate)
    assert result.exit_code == 0
    assert result.stdout.count("Theorem ") == 2
    assert "Theorem claim_constant_x : constant_on g_x None (Some 0)" in result.stdout
    assert result.stderr == ""
    other = run("export", "--coq", RELU_PAIR.with_name("relu-two-neurons.yaml"), certificate)
    assert (other.exit_code, other.stdout) == (2, "")
    assert "the kernel rejects the certificate" in other.stderr


def test_the_format_is_named() -> None:
    result = run("export", RELU_PAIR)
    assert result.exit_code == 2
    assert "--coq" in result.stderr
