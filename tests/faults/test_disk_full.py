"""No space left: at any byte, what had a name keeps its content, and no half-written file gets a final name."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hopverify.certificate import read_certificate
from hopverify.checker import check_certificate
from hopverify.errors import HopverifyError
from hopverify.execution.files import write
from hopverify.spec import read_spec
from tests.cli.commands import RELU_PAIR, run
from tests.faults.disks import fill, mounted

CERTIFICATE, JOURNAL = "relu-pair.certificate.json", "relu-pair.journal.jsonl"
FEW = ("--samples", "20")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("before", [None, "what was there"])
def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    target, text = tmp_path / "file", "whät is new\n"
    needed = len(text.encode())
    for room in range(needed + 1):
        target.unlink(missing_ok=True)
        if before is not None:
            target.write_text(before, encoding="utf-8")
        with monkeypatch.context() as patch:
            fill(patch, room)
            if room == needed:
                write(target, text)
            else:
                with pytest.raises(HopverifyError, match="cannot be written: No space left on device"):
                    write(target, text)
        kept = text if room == needed else before
        assert (target.read_text(encoding="utf-8") if target.exists() else None) == kept
        assert names(tmp_path) <= {"file"}, "no draft is left behind"


def test_an_interrupt_while_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    write(target, "old")

    def interrupted(fd: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(target, "new")
    assert (target.read_text(encoding="utf-8"), names(tmp_path)) == ("old", {"file"})


def test_a_device_is_written_to_and_not_replaced() -> None:
    write(Path("/dev/null"), "text")
    assert not Path("/dev/null").is_file()
    with pytest.raises(HopverifyError, match="cannot be written: Is a directory"):
        write(Path("/dev"), "text")


def is_sound(path: Path) -> bool:
    check_certificate(read_spec(RELU_PAIR), read_certificate(path))
    return True


def space_needed(folder: Path) -> tuple[int, int]:
    """Return how many bytes the journal of a whole run takes, and the certificate."""
    with pytest.MonkeyPatch.context() as patch:
        disk = fill(patch, 10**9)
        assert run("verify", "-q", RELU_PAIR, *FEW, "--out", folder).exit_code == 0
    certificate = (folder / CERTIFICATE).stat().st_size
    return 10**9 - disk.room - certificate, certificate


@pytest.mark.parametrize("earlier", [False, True])
def test_a_disk_that_fills_up_during_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, earlier: bool) -> None:
    journal, certificate = space_needed(tmp_path / "whole")
    out = tmp_path / "out"
    if earlier:
        run("verify", "-q", RELU_PAIR, "--samples", "19", "--out", out)
    before = (out / CERTIFICATE).read_bytes() if earlier else None
    enough = journal + certificate
    for room in (0, 1, 100, journal // 2, journal - 1, journal, journal + 1, enough - 1, enough):
        with monkeypatch.context() as patch:
            fill(patch, room)
            result = run("verify", "-q", RELU_PAIR, *FEW, "--out", out)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert ("the run goes on, and could not be resumed from here" in result.stderr) is (room < journal)
        if room == enough:
            assert result.exit_code == 0
            assert names(out) == {CERTIFICATE}
            assert is_sound(out / CERTIFICATE)
        elif room < enough:
            assert result.exit_code == 2
            assert f"{out / CERTIFICATE}: cannot be written: No space left on device" in result.stderr
            assert ((out / CERTIFICATE).read_bytes() if earlier else None) == before
            assert names(out) <= {CERTIFICATE, JOURNAL}


def test_what_the_journal_holds_of_a_run_without_space_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, _ = space_needed(tmp_path / "whole")
    with monkeypatch.context() as patch:
        fill(patch, journal - 5)
        assert run("verify", "-q", RELU_PAIR, *FEW, "--out", tmp_path / "out").exit_code == 2
    assert names(tmp_path / "out") == {JOURNAL}
    result = run("verify", "-q", RELU_PAIR, *FEW, "--out", tmp_path / "out", "--resume")
    assert (result.exit_code, result.stderr) == (0, "")
    whole = [(tmp_path / name / CERTIFICATE).read_text(encoding="utf-8") for name in ("whole", "out")]
    assert whole[0].partition('"seconds"')[0] == whole[1].partition('"seconds"')[0]
    assert names(tmp_path / "out") == {CERTIFICATE}


def test_a_certificate_that_cannot_be_kept_stops_no_other_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))]

    def fsync(fd: int) -> None:
        if failures:
            raise failures.pop()

    monkeypatch.setattr(os, "fsync", fsync)
    other = RELU_PAIR.with_name("no-leak-runaway.yaml")
    result = run("verify", "-q", RELU_PAIR, other, *FEW, "--out", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path / CERTIFICATE}: cannot be written: No space left on device\n"
    assert names(tmp_path) == {JOURNAL, "no-leak-runaway.certificate.json"}
    assert [line.partition(" ")[0].split("/")[-1] for line in result.stdout.splitlines()[:2]] == [
        "relu-pair.yaml:",
        "no-leak-runaway.yaml:",
    ]


def test_a_log_without_space_ends_no_run(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    result = run("verify", "-q", RELU_PAIR, *FEW, "--out", tmp_path, "--log", "/dev/full")
    assert result.exit_code == 0
    assert result.stderr.count("the run goes on without the log") == 1
    assert is_sound(tmp_path / CERTIFICATE)


def test_an_output_without_space_is_a_message() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    command = [sys.executable, "-m", "hopverify", "verify", "-q", str(RELU_PAIR), *FEW]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (2, "the output: No space left on device\n")


def fill_up(file: Path) -> None:
    with file.open("wb", buffering=0) as stream:
        while True:
            stream.write(b"0" * 4096)


def test_a_real_disk_that_is_full(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=256k") as disk:
        assert run("verify", "-q", RELU_PAIR, *FEW, "--out", disk).exit_code == 0
        before = (disk / CERTIFICATE).read_bytes()
        ballast = disk / "ballast"
        with pytest.raises(OSError, match="No space left"):
            fill_up(ballast)
        result = run("verify", "-q", RELU_PAIR, "--samples", "21", "--out", disk)
        assert result.exit_code == 2
        assert "No space left on device" in result.stderr
        assert (disk / CERTIFICATE).read_bytes() == before
        assert names(disk) <= {CERTIFICATE, JOURNAL, "ballast"}
        ballast.unlink()
        assert run("verify", "-q", RELU_PAIR, "--samples", "21", "--out", disk, "--resume").exit_code == 0
        assert is_sound(disk / CERTIFICATE)
