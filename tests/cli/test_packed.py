"""Certificates packed by gzip: every command reads them, and nothing is unpacked without end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hopverify import CertificateRejected, read_certificate
from hopverify.kernel.__main__ import main as kernel
from hopverify.regular_files import read_packed_text
from tests.cli.commands import run

RELU_PAIR = Path(__file__).parents[2] / "specs" / "relu-pair.yaml"


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    assert run("verify", "-q", RELU_PAIR, "--out", tmp_path, "--gzip").exit_code == 0
    return tmp_path / "relu-pair.certificate.json.gz"


def test_every_command_reads_it(packed: Path) -> None:
    assert run("check", RELU_PAIR, packed).exit_code == 0
    assert run("report", packed, "--spec", RELU_PAIR, "-f", "markdown").exit_code == 0
    assert (packed.parent / "relu-pair.report.md").is_file()
    assert run("diff", packed.parent, packed.parent).exit_code == 0
    assert run("export", "--coq", RELU_PAIR, packed, "--claim", "convex", "-o", packed.parent / "pair.v").exit_code == 0
    core = packed.parent / "core.json.gz"
    core.write_bytes(gzip.compress(run("core", RELU_PAIR).stdout.encode()))
    assert kernel([str(core), str(packed)]) == 0


def test_the_same_certificate_is_packed_into_the_same_bytes(packed: Path) -> None:
    made = json.loads(gzip.decompress(packed.read_bytes()))
    assert read_certificate(packed).to_json() == gzip.decompress(packed.read_bytes()).decode()
    assert made["spec"]["name"] == "relu-pair"
    assert packed.read_bytes() == gzip.compress(gzip.decompress(packed.read_bytes()), mtime=0)


def test_a_file_that_unpacks_to_more_than_it_may_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(b" " * 2**21))
    with pytest.raises(OSError, match="larger than 1 MiB"):
        read_packed_text(bomb, 2**20)


@pytest.mark.parametrize("spoil", [lambda data: data[:-12], lambda data: data[:10] + b"\xff" + data[11:]])
def test_what_cannot_be_unpacked_is_no_certificate(packed: Path, spoil: Callable[[bytes], bytes]) -> None:
    packed.write_bytes(spoil(packed.read_bytes()))
    with pytest.raises(CertificateRejected, match="cannot be"):
        read_certificate(packed)


def test_the_kernel_says_what_it_cannot_read(packed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed.write_bytes(packed.read_bytes()[:40])
    assert kernel([str(packed), str(packed)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_packing_needs_a_folder() -> None:
    result = run("verify", "-q", RELU_PAIR, "--gzip")
    assert result.exit_code == 2
    assert "add --out DIR" in result.stderr
