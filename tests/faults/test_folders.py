"""Folders that take no files, and two runs in one folder."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from hopverify.certificate import read_certificate
from hopverify.checker import check_certificate
from hopverify.errors import HopverifyError
from hopverify.execution.opening import opened_alone
from hopverify.spec import read_spec
from tests.cli.commands import RELU_PAIR, run, write_spec
from tests.cli.started import started
from tests.execution.certificates import SLOW, serial, timeless
from tests.faults.disks import mounted, remounted_read_only
from tests.profiles import long

FEW = ("--samples", "20")
CERTIFICATE = "relu-pair.certificate.json"


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A path at which there can be no folder, whoever asks: a file stands in the way."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    return tmp_path / "file" / "out"


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (("verify", RELU_PAIR, "--out"), "cannot be written"),
        (("verify", RELU_PAIR, "--junit"), "give another folder by --junit"),
        (("simulate", RELU_PAIR, "--out"), "give another folder by --out"),
        (("repair", RELU_PAIR, "--out"), "give another folder by --out"),
        (("gallery", RELU_PAIR, "--out"), "give another folder by --out"),
        (("bench", "--quick", "--no-figure", "--out"), "give another folder by --out"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_folder_that_cannot_be_made_is_a_message(sealed: Path, command: tuple[object, ...], advice: str) -> None:
    target = sealed / "report.xml" if command[-1] == "--junit" else sealed
    result = run(*command, target)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert str(sealed) in result.stderr
    assert "Not a directory" in result.stderr
    assert advice in result.stderr


def test_a_read_only_disk_keeps_what_it_has(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=1m") as disk:
        assert run("verify", "-q", RELU_PAIR, *FEW, "--out", disk).exit_code == 0
        before = (disk / CERTIFICATE).read_bytes()
        remounted_read_only(disk)
        for folder, said in ((disk, "relu-pair.journal.jsonl"), (disk / "new", "new")):
            result = run("verify", "-q", RELU_PAIR, *FEW, "--out", folder)
            assert result.exit_code == 2
            assert said in result.stderr
            assert "cannot be written: Read-only file system" in result.stderr
        assert (disk / CERTIFICATE).read_bytes() == before
        assert run("check", RELU_PAIR, disk / CERTIFICATE).exit_code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_a_message(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o555)
    result = run("verify", "-q", RELU_PAIR, *FEW, "--out", folder)
    assert (result.exit_code, "cannot be written: Permission denied" in result.stderr) == (2, True)


def test_a_file_is_opened_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "x.journal.jsonl"
    first = opened_alone(path)
    first.write(b"kept\n")
    first.flush()
    with pytest.raises(HopverifyError, match="another run is writing here: wait for its end, or give another folder"):
        opened_alone(path)
    assert path.read_bytes() == b"kept\n"
    first.close()
    opened_alone(path).close()


def test_a_file_that_was_removed_while_it_was_opened_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.journal.jsonl"
    opened, removed = os.open, []

    def open_and_remove(*arguments: object) -> int:
        fd = opened(*arguments)  # type: ignore[arg-type]
        if not removed:
            removed.append(path.unlink())
        return fd

    monkeypatch.setattr(os, "open", open_and_remove)
    with opened_alone(path) as stream:
        stream.write(b"whole\n")
    assert path.read_bytes() == b"whole\n"


@pytest.mark.parametrize("resume", [long(()), ("--resume",)])
def test_a_second_run_in_the_folder_of_a_first(tmp_path: Path, resume: tuple[str, ...]) -> None:
    """It leaves alone what the first is at, says so, and goes on with the rest; the first ends as if alone."""
    out = tmp_path / "out"
    with started(tmp_path / "log", "verify", "-q", SLOW, "--out", out) as first:
        first.wait_for("obligation_finished")
        first.process.send_signal(signal.SIGSTOP)
        second = run("verify", "-q", SLOW, RELU_PAIR, *FEW, "--out", out, *resume)
        first.process.send_signal(signal.SIGCONT)
        code, _, errors = first.end()
    assert (code, errors) == (0, "")
    assert second.exit_code == 2
    assert f"{SLOW.stem}.journal.jsonl: another run is writing here" in second.stderr
    assert second.stderr.count("\n") == 1
    assert timeless((out / f"{SLOW.stem}.certificate.json").read_text(encoding="utf-8")) == serial(SLOW)
    check_certificate(read_spec(RELU_PAIR), read_certificate(out / CERTIFICATE))
    assert sorted(path.name for path in out.iterdir()) == sorted([f"{SLOW.stem}.certificate.json", CERTIFICATE])


def _verify_again_and_again(spec: str, out: str, times: int) -> None:
    for _ in range(times):
        result = run("verify", "-q", spec, "--samples", "5", "--out", out, "--resume")
        assert result.exit_code in (0, 2), result.output
        assert result.exit_code == 0 or "another run is writing here" in result.stderr, result.output


@pytest.mark.long
def test_runs_that_meet_again_and_again_leave_a_whole_certificate(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, checks="[weight_symmetry, energy_descent]", expect="{}")
    out = tmp_path / "out"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_verify_again_and_again, args=(str(spec), str(out), 15)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert [path.name for path in out.iterdir()] == ["model.certificate.json"]
    check_certificate(read_spec(spec), read_certificate(out / "model.certificate.json"))
