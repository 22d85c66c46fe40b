"""Resuming: what an earlier run left counts if it is of the same spec, whole, and accepted by the checker."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hopverify.certificate import Certificate
from hopverify.errors import HopverifyError
from hopverify.execution.driving import drive
from hopverify.execution.events import Event
from hopverify.execution.resuming import prepare
from hopverify.execution.run import Run
from hopverify.execution.serial import Serial
from hopverify.execution.settings import Settings
from hopverify.pipeline import certificate_of
from hopverify.spec import read_spec
from tests.cli.commands import write_spec
from tests.execution.certificates import SHARING, serial, text_of
from tests.profiles import long

FEW = Settings(samples=20)


class Folder:
    """An output folder, in which runs of one spec follow one another."""

    def __init__(self, path: Path, spec: Path = SHARING) -> None:
        self.spec = spec
        self.certificate, self.journal = path / "x.certificate.json", path / "x.journal.jsonl"
        self.told: list[str] = []
        self.events: list[Event] = []

    def run(self, settings: Settings = FEW, *, stop_after: int | None = None, resume: bool = True) -> Certificate:
        """Run, as if killed after so many findings if a number is given; then there is no certificate on disk."""
        self.events, self.told = [], []

        def watch(event: Event) -> None:
            self.events.append(event)
            if event.kind == "obligation_finished" and len(self.kinds(event.kind)) == stop_after:
                raise KeyboardInterrupt

        run = Run(read_spec(self.spec), settings, watch=watch)
        journal = prepare(
            run, self.certificate, self.journal, resume=resume, report=self.told.append, lost=self.told.append
        )
        with suppress(KeyboardInterrupt):
            assert list(drive([run], Serial())) == [run]
        certificate = certificate_of(run)
        if stop_after is None:
            self.certificate.write_text(certificate.to_json(), encoding="utf-8")
        if journal is not None:
            journal.close(remove=stop_after is None)
        return certificate

    def kinds(self, kind: str) -> list[Any]:
        return [event.values for event in self.events if event.kind == kind]

    @property
    def kept(self) -> int:
        """How many findings of the last run were those of an earlier one."""
        return sum(values["kept"] for values in self.kinds("obligation_finished"))

    @property
    def searched(self) -> int:
        return sum(not values["kept"] for values in self.kinds("obligation_finished"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_was_found_is_not_searched_again(folder: Folder) -> None:
    folder.run(stop_after=7)
    certificate = folder.run()
    assert (folder.kept, folder.told) == (7, [])
    assert folder.searched > 0
    assert text_of(certificate) == serial(SHARING, samples=20)


def test_a_run_may_be_stopped_again_and_again(folder: Folder) -> None:
    for found in (3, 6, 9):
        folder.run(stop_after=found)
        assert folder.kept == found - 3
    lines = folder.journal.read_text(encoding="utf-8").splitlines()
    # Three heads, and every finding once.
    assert len(lines) == 3 + 9
    assert text_of(folder.run()) == serial(SHARING, samples=20)


def test_without_resume_everything_is_searched(folder: Folder) -> None:
    folder.run(stop_after=7)
    folder.run(resume=False)
    assert folder.kept == 0


def test_an_empty_journal_is_as_good_as_none(folder: Folder) -> None:
    """A run that was killed as it began leaves one; the finished certificate beside it still is the answer."""
    folder.run()
    folder.journal.write_bytes(b"")
    folder.run()
    assert (folder.searched, folder.kept, folder.told) == (0, 0, [])
    assert not folder.journal.exists()


def test_a_line_that_was_not_finished_is_cut_off(folder: Folder) -> None:
    folder.run(stop_after=7)
    content = folder.journal.read_bytes()
    folder.journal.write_bytes(content[:-20])
    folder.run(stop_after=8)
    assert (folder.kept, folder.told) == (6, [])
    assert all(json.loads(line) for line in folder.journal.read_text(encoding="utf-8").splitlines())


def changed(place: str, value: Any) -> Callable[[list[str]], None]:
    def change(lines: list[str]) -> None:
        head = json.loads(lines[0])
        head[place] = value
        lines[0] = json.dumps(head)

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: lines.__setitem__(2, "no JSON"), "line 3 is not of a journal"),
        long(lambda lines: lines.__setitem__(2, "[]"), "line 3 is not of a journal: expected an object"),
        long(lambda lines: lines.__setitem__(2, '{"claim": 1.5}'), "is not exact text"),
        (lambda lines: lines.__setitem__(2, '{"claim": 1, "claim": 2}'), "a key occurs twice"),
        long(lambda lines: lines.__setitem__(2, '{"claim": 1}'), "line 3 is not of a journal"),
        (lambda lines: lines.pop(0), "the head is missing"),
        long(lambda lines: lines.__setitem__(slice(None), [""]), "line 1 is not of a journal"),
        long(changed("version", 99), "expected 'hopverify-journal', version 1"),
        (changed("arrays", {"w.npy": "0"}), "of another spec, or of other arrays"),
        long(changed("made_with", "me"), "are objects"),
    ],
)
def test_a_journal_that_is_not_sound_is_reported_and_not_used(
    folder: Folder, change: Callable[[list[str]], None], told: str
) -> None:
    folder.run(stop_after=7)
    lines = folder.journal.read_text(encoding="utf-8").splitlines()
    change(lines)
    folder.journal.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    certificate = folder.run()
    assert folder.kept == 0
    (message,) = folder.told
    assert told in message
    assert "is verified from the beginning" in message
    assert text_of(certificate) == serial(SHARING, samples=20)


def test_evidence_that_the_checker_refuses_is_reported_and_searched_again(folder: Folder) -> None:
    folder.run(stop_after=7)
    lines = folder.journal.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[3])
    row["evidence"] = {"rule": "sign", "surprise": "1"}
    lines[3] = json.dumps(row)
    folder.journal.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    certificate = folder.run()
    assert folder.kept == 6
    (refused,) = folder.kinds("evidence_refused")
    assert refused["statement"] == row["statement"]
    assert text_of(certificate) == serial(SHARING, samples=20)


def test_a_false_claim_to_be_open_changes_no_verdict(folder: Folder) -> None:
    folder.run(stop_after=7)
    lines = folder.journal.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[3])
    lines[3] = json.dumps(row | {"reason": "no_proof_found"})
    folder.journal.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert text_of(folder.run()) == serial(SHARING, samples=20)


def test_a_changed_spec_begins_anew(tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    folder = Folder(tmp_path, spec)
    folder.run(stop_after=5)
    spec.write_text(spec.read_text(encoding="utf-8").replace("0.5, -1", "0.5, -2"), encoding="utf-8")
    folder.run()
    assert folder.kept == 0
    assert "of another spec" in folder.told[0]
    spec.write_text(spec.read_text(encoding="utf-8").replace("0.5, -2", "0.5, -3"), encoding="utf-8")
    folder.run()
    assert folder.kept == 0
    assert "of another spec" in folder.told[0]


def test_a_comment_does_not_change_a_spec(tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    folder = Folder(tmp_path, spec)
    folder.run(stop_after=5)
    spec.write_text(spec.read_text(encoding="utf-8") + "# the same\n", encoding="utf-8")
    folder.run()
    assert folder.kept == 5


def test_a_finished_certificate_with_the_same_settings_is_the_answer(folder: Folder) -> None:
    folder.run()
    before = folder.certificate.read_text(encoding="utf-8")
    certificate = folder.run()
    assert folder.kinds("obligation_finished") == []
    assert certificate.to_json() == before
    assert not folder.journal.exists()


def unknown_folder(path: Path) -> Folder:
    """A model with obligations that stay open: its activation jumps."""
    return Folder(path, write_spec(path, lagrangian="abs", expect="{}"))


def test_what_stayed_open_is_searched_again_with_other_settings_only(tmp_path: Path) -> None:
    folder = unknown_folder(tmp_path)
    total = len([folder.run(), *folder.kinds("obligation_finished")]) - 1
    undecided = sum(values["outcome"] == "open" for values in folder.kinds("obligation_finished"))
    assert 0 < undecided < total
    folder.run()
    assert folder.searched == 0
    folder.run(Settings(samples=21))
    assert (folder.searched, folder.kept) == (undecided, total - undecided)


def test_a_journal_knows_what_stayed_open_too(tmp_path: Path) -> None:
    folder = unknown_folder(tmp_path)
    expected = text_of(folder.run())
    total = len(folder.kinds("obligation_finished"))
    folder.certificate.unlink()
    folder.run(stop_after=total - 1)
    undecided = sum(values["outcome"] == "open" for values in folder.kinds("obligation_finished"))
    assert undecided > 0
    content = folder.journal.read_bytes()
    assert text_of(folder.run()) == expected
    assert folder.kept == total - 1
    folder.certificate.unlink()
    folder.journal.write_bytes(content)
    folder.run(Settings(samples=21))
    assert folder.kept == total - 1 - undecided


def test_what_time_did_not_suffice_for_is_tried_again(folder: Folder) -> None:
    folder.run(Settings(samples=20, timeout=1e-9))
    certificate = folder.run()
    assert folder.kept == 0
    assert text_of(certificate) == serial(SHARING, samples=20)


def test_what_is_resumed_counts_even_when_the_time_is_up(folder: Folder) -> None:
    folder.run(stop_after=7)
    folder.run(Settings(samples=20, timeout=1e-9))
    assert folder.kept == 7


@pytest.mark.parametrize(
    ("change", "told"),
    [
        long(lambda text: text[:-30], "not a certificate"),
        long(lambda text: "{}", "not a hopverify certificate"),
        (lambda text: text.replace('"verdict":"pass"', '"verdict":"unknown"', 1), ""),
        (lambda text: text.replace('"digest":"', '"digest":"0', 1), "of another spec"),
    ],
)
def test_a_certificate_that_is_not_sound_is_reported_and_not_used(
    folder: Folder, change: Callable[[str], str], told: str
) -> None:
    folder.run()
    text = folder.certificate.read_text(encoding="utf-8")
    assert change(text) != text
    folder.certificate.write_text(change(text), encoding="utf-8")
    certificate = folder.run()
    assert folder.kept == 0
    (message,) = folder.told
    assert str(folder.certificate) in message
    assert told in message
    assert text_of(certificate) == serial(SHARING, samples=20)


def test_a_certificate_is_not_lost_by_stopping_a_run_that_began_with_it(folder: Folder) -> None:
    folder.run(Settings(samples=19))
    total = folder.searched
    folder.run(stop_after=2)
    folder.certificate.unlink()
    folder.run()
    assert folder.kept == total


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(HopverifyError, match="cannot be written"):
        Folder(tmp_path / "file").run()
