"""Files of others: links, pipes and devices under names that are written and read, and files to be left."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hopverify.errors import HopverifyError
from hopverify.execution.files import write
from hopverify.execution.opening import opened_alone
from hopverify.interop.writing import written
from hopverify.regular_files import read_text
from tests.cli.commands import RELU_PAIR, run, write_spec

SECRET = "what nobody may lose\n"
FEW = ("--samples", "10")
pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "secret"
    path.parent.mkdir()
    path.write_text(SECRET, encoding="utf-8")
    return path


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return write_spec(tmp_path, checks="[weight_symmetry]", expect="{}")


@pytest.mark.parametrize("resume", [(), ("--resume",)])
def test_a_journal_is_not_written_through_a_link(
    resume: tuple[str, ...], secret: Path, spec: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "model.journal.jsonl").symlink_to(secret)
    result = run("verify", spec, "--out", out, *resume)
    assert result.exit_code == 2
    assert "model.journal.jsonl: cannot be written: it is a link, which is not followed; remove it" in result.stderr
    assert secret.read_text(encoding="utf-8") == SECRET
    (out / "model.journal.jsonl").unlink()
    assert run("verify", spec, "--out", out, *resume).exit_code == 0


def test_a_link_to_nothing_makes_no_file(spec: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "model.journal.jsonl").symlink_to(tmp_path / "new")
    assert run("verify", spec, "--out", out).exit_code == 2
    assert not (tmp_path / "new").exists()


def test_a_certificate_takes_the_place_of_a_link(secret: Path, spec: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    target = out / "model.certificate.json"
    target.symlink_to(secret)
    assert run("verify", spec, "--out", out).exit_code == 0
    assert secret.read_text(encoding="utf-8") == SECRET
    assert not target.is_symlink()


def test_a_log_is_not_written_through_a_link(secret: Path, spec: Path, tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to(secret)
    result = run("verify", spec, "--log", tmp_path / "log")
    assert result.exit_code == 2
    assert "log: cannot be written: it is a link" in result.stderr
    assert secret.read_text(encoding="utf-8") == SECRET
    (tmp_path / "kept").write_text(SECRET, encoding="utf-8")
    assert run("verify", spec, "--log", tmp_path / "kept").exit_code == 0
    assert SECRET not in (tmp_path / "kept").read_text(encoding="utf-8")
    if Path("/dev/null").exists():
        assert run("verify", spec, "--log", "/dev/null").exit_code == 0


@pytest.mark.parametrize("open_", [lambda path: write(path, "text"), opened_alone])
def test_pipes_are_not_written_to(open_: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HopverifyError, match="it is a pipe"):
        open_(tmp_path / "pipe")
    with pytest.raises(HopverifyError, match=r"cannot be written"):
        open_(tmp_path)


def test_a_draft_of_an_import_follows_no_link(secret: Path, tmp_path: Path) -> None:
    (tmp_path / f".model.yaml.{os.getpid()}").symlink_to(secret)
    with pytest.raises(HopverifyError, match="cannot be written to"):
        written(tmp_path, "model", "text", {}, force=True)
    assert secret.read_text(encoding="utf-8") == SECRET


def things(folder: Path, name: str) -> list[Path]:
    """Return a pipe, a link to a pipe, a folder and a device under names that end as a file's would."""
    found = [folder / f"{what}-{name}" for what in ("pipe", "link", "folder", "device")]
    os.mkfifo(found[0])
    found[1].symlink_to(found[0])
    found[2].mkdir()
    found[3].symlink_to("/dev/zero")
    return found


def test_a_spec_and_an_original_are_files(tmp_path: Path) -> None:
    """Nothing is waited for: the test would not end."""
    for thing in things(tmp_path, "model.yaml"):
        if not thing.is_dir():
            result = run("verify", thing)
            assert result.exit_code == 2
            assert "the file cannot be read: it is a pipe, a device or a folder, not a file" in result.stderr
        repaired = write_spec(tmp_path, "repaired.yaml")
        repaired.write_text(f"{repaired.read_text(encoding='utf-8')}original: {thing.name}\n", encoding="utf-8")
        result = run("verify", repaired)
        assert result.exit_code == 2
        assert f"original: '{thing.name}' cannot be read" in result.stderr
        assert "not a file" in result.stderr


def test_a_text_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("four", encoding="utf-8")
    assert read_text(tmp_path / "text", 4) == "four"
    with pytest.raises(OSError, match="larger than 0 MiB"):
        read_text(tmp_path / "text", 3)


def test_a_folder_of_specs_with_other_things_in_it_is_read(spec: Path, tmp_path: Path) -> None:
    for thing in things(tmp_path, "data.json"):
        assert thing.suffix == ".json"
    result = run("verify", tmp_path)
    assert result.exit_code == 2
    assert "model.yaml" in result.output
    assert result.stderr.count("not a file") == 3


def test_arrays_certificates_and_starts_are_files(spec: Path, tmp_path: Path) -> None:
    for name in ("w.npy", "w.npz", "tensors.npz", "tensors.pt"):
        for thing in things(tmp_path, name):
            layer = f"{{size: 1, lagrangian: relu, bias: {{file: {thing.name}}}}}"
            text = f"hopverify: 1\nname: w\nlayers: {{x: {layer}}}\n"
            (tmp_path / "w.yaml").write_text(text, encoding="utf-8")
            assert run("verify", tmp_path / "w.yaml").exit_code == 2
            settings = ("--set", "input=x.npy", "--set", "heads=1", "--out", tmp_path / "made")
            result = run("import", thing, "--from", "attention", *settings)
            assert result.exit_code == 2, result.output
    for thing in things(tmp_path, "c.json"):
        if not thing.is_dir():
            result = run("check", spec, thing)
            assert result.exit_code == 4
            assert "not a file" in result.stderr
    for thing in [*things(tmp_path, "start.npy"), *things(tmp_path, "start.csv")]:
        result = run("simulate", spec, f"--from={thing}")
        assert result.exit_code == 2, result.output
        assert "not a file" in result.stderr


@pytest.mark.parametrize("key", ["made_with", "spec", "arrays"])
def test_a_certificate_says_in_text_what_it_is_of_and_made_with(key: str, spec: Path, tmp_path: Path) -> None:
    assert run("verify", spec, "--out", tmp_path / "out").exit_code == 0
    place = tmp_path / "out" / "model.certificate.json"
    certificate = json.loads(place.read_text(encoding="utf-8"))
    certificate[key]["numpy"] = {"a": ["<script>"]}
    place.write_text(json.dumps(certificate), encoding="utf-8")
    for arguments in (("check", spec, place), ("report", place)):
        result = run(*arguments)
        assert result.exit_code == 4, result.output
        assert f"{key}: expected text for every key" in result.output


def test_a_start_is_not_read_by_trusting_it(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "start.npy").write_bytes(b"no array")
    result = run("simulate", spec, f"--from={tmp_path / 'start.npy'}")
    assert result.exit_code == 2
    assert "holds no table of numbers" in result.stderr
    assert "pickle" not in result.stderr


def test_a_repair_replaces_nothing_that_it_has_not_written(tmp_path: Path) -> None:
    spec = RELU_PAIR.with_name("krotov-hopfield-c-slow.yaml")
    out = tmp_path / "out"
    arguments = ("repair", spec, "--only", "universal", "--out", out)
    assert run(*arguments).exit_code == 0
    target = out / "krotov-hopfield-c-slow-universal.yaml"
    text = target.read_text(encoding="utf-8")
    assert run(*arguments).exit_code == 0, "what it has written it may write again"
    for other in (target, target.with_name(f"{target.stem}.certificate.json")):
        kept = other.read_text(encoding="utf-8")
        other.write_text("my own edits", encoding="utf-8")
        result = run(*arguments)
        assert result.exit_code == 2
        assert f"{other.name} exists" in result.stderr
        assert "--out, or --force" in result.stderr
        assert other.read_text(encoding="utf-8") == "my own edits"
        other.write_text(kept, encoding="utf-8")
    target.write_text("my own edits", encoding="utf-8")
    assert run(*arguments, "--force").exit_code == 0
    assert target.read_text(encoding="utf-8") == text


def test_a_gallery_replaces_nothing_that_is_none_of_its_own(spec: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "models").mkdir(parents=True)
    for name in ("index.html", "models/model.html"):
        (out / name).write_text(SECRET, encoding="utf-8")
        result = run("gallery", spec, "--out", out)
        assert result.exit_code == 2
        assert f"{Path(name).name} exists and is no gallery's: give another folder by --out" in result.stderr
        assert (out / name).read_text(encoding="utf-8") == SECRET
        (out / name).unlink()
    (out / "gallery.json").write_text("{}", encoding="utf-8")
    result = run("gallery", spec, "--out", out)
    assert result.exit_code == 2
    assert "not the manifest of a gallery" in result.stderr


def test_a_manifest_of_others_removes_nothing_but_pages(spec: Path, tmp_path: Path) -> None:
    for needed in ("matplotlib", "PIL", "typst", "ziafont"):
        pytest.importorskip(needed)
    out = tmp_path / "out"
    (out / "models").mkdir(parents=True)
    for name in ("notes.txt", "models/old.html"):
        (out / name).write_text(SECRET, encoding="utf-8")
    files = dict.fromkeys(("notes.txt", "models/../notes.txt", "models/old.html", "../elsewhere"), "")
    manifest = {"entries": {}, "index": "", "files": files}
    (out / "gallery.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "elsewhere").write_text(SECRET, encoding="utf-8")
    assert run("gallery", spec, "--out", out).exit_code == 0
    assert (out / "notes.txt").exists()
    assert (tmp_path / "elsewhere").exists()
    assert not (out / "models" / "old.html").exists()
