"""``hopverify gallery``: what it writes, and that --check tells of whatever no longer matches."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import run, write_spec

MODEL = "models/model.html"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two specs, of which one repairs the other by name, their certificates, and the gallery of both."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "specs").mkdir()
    write_spec(folder / "specs", checks="[energy_flatness, lagrangian_convexity]")
    repaired = write_spec(
        folder / "specs", "other.yaml", name="other", lagrangian="tanh", checks="[energy_descent]", expect="{}"
    )
    with repaired.open("a", encoding="utf-8") as file:
        file.write("original: model.yaml\n")
    assert run("verify", "-q", folder / "specs", "--out", folder / "certificates").exit_code == 0
    result = run("gallery", folder / "specs", "--out", folder / "reports", "--certificates", folder / "certificates")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def check(home: Path) -> tuple[int, str]:
    arguments = ["gallery", home / "specs", "--out", home / "reports", "--certificates", home / "certificates"]
    result = run(*arguments, "--check")
    return result.exit_code, result.output


def test_a_page_a_spec_an_index_and_what_they_gave(made: Path) -> None:
    reports = made / "reports"
    written = {str(path.relative_to(reports)) for path in reports.rglob("*") if path.is_file()}
    assert written == {"index.html", "gallery.json", MODEL, "models/other.html"}
    kept = json.loads((reports / "gallery.json").read_text(encoding="utf-8"))
    assert kept["entries"]["model"]["claims"] == ["energy_flatness [x]: fail", "lagrangian_convexity [x]: pass"]
    assert kept["entries"]["model"]["spec"] == "specs/model.yaml"
    index = (reports / "index.html").read_text(encoding="utf-8")
    assert 'href="models/model.html"' in index
    assert 'href="../specs/model.yaml"' in index
    assert "Original: model" in index
    assert "Repaired: other" in index
    assert index.count('src="data:image/png;base64,') >= 2
    # Which machine it was made on is nobody's business.
    assert str(made.parent) not in index + (reports / MODEL).read_text(encoding="utf-8")


def test_a_gallery_matches_what_it_was_made_of(home: Path) -> None:
    code, said = check(home)
    assert (code, "matches the specs" in said) == (0, True), said


def test_timings_and_versions_may_differ(home: Path) -> None:
    path = home / "certificates/model.certificate.json"
    text = path.read_text(encoding="utf-8")
    changed = text.replace('"numpy":"', '"numpy":"9.').replace('"seconds":["0', '"seconds":["7')
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    assert check(home)[0] == 0


TWO_LAYERS = """\
hopverify: 1
name: two
layers:
  v: {size: 2, lagrangian: identity}
  h: {size: 2, lagrangian: tanh, tau: 0.5}
synapses:
  w: {kind: dense, layers: [v, h], weights: [[0.5, 0], [0, 0.25]]}
checks: [equilibria, step_size, boundedness]
"""


@pytest.mark.long
def test_it_does_not_matter_whether_certificates_were_there(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/two.yaml").write_text(TWO_LAYERS, encoding="utf-8")
    assert run("gallery", tmp_path / "specs", "--out", tmp_path / "reports").exit_code == 0
    assert run("verify", "-q", tmp_path / "specs", "--out", tmp_path / "certificates").exit_code == 0
    code, said = check(tmp_path)
    assert code == 0, said


def change_spec(home: Path) -> None:
    path = home / "specs/model.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("relu", "softplus"), encoding="utf-8")


def change_expectation(home: Path) -> None:
    path = home / "specs/model.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("flatness: fail", "flatness: pass"), encoding="utf-8")


def change_description(home: Path) -> None:
    with (home / "specs/model.yaml").open("a", encoding="utf-8") as file:
        file.write("description: another\n")


def remove_spec(home: Path) -> None:
    (home / "specs/other.yaml").unlink()


def add_spec(home: Path) -> None:
    write_spec(home / "specs", "third.yaml", name="third", checks="[weight_symmetry]", expect="{}")


def change_page(home: Path) -> None:
    path = home / "reports" / MODEL
    path.write_text(path.read_text(encoding="utf-8").replace("pass", "Pass"), encoding="utf-8")


def remove_page(home: Path) -> None:
    (home / "reports" / MODEL).unlink()


def change_index(home: Path) -> None:
    with (home / "reports/index.html").open("a", encoding="utf-8") as file:
        file.write("\n")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (change_spec, "model: now energy_flatness [x]: pass"),
        (change_expectation, "model: the verdict was pass and is fail"),
        (change_description, "model: the page says something else"),
        (remove_spec, "other: the gallery has a page, and there is no such spec"),
        (add_spec, "third: has no page in the gallery"),
        (change_page, f"{MODEL}: is not as it was written"),
        (remove_page, f"{MODEL}: is missing"),
        (change_index, "index.html: is not as it was written"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_whatever_no_longer_matches_is_told(home: Path, change: object, told: str) -> None:
    assert callable(change)
    change(home)
    code, said = check(home)
    assert code == 1
    assert told in said
    assert "make the gallery anew" in said


@pytest.mark.long
def test_made_anew_it_matches_again(home: Path) -> None:
    change_description(home)
    remove_spec(home)
    add_spec(home)
    assert run("gallery", home / "specs", "--out", home / "reports").exit_code == 0
    assert sorted(path.name for path in (home / "reports/models").iterdir()) == ["model.html", "third.html"]
    assert check(home)[0] == 0


def test_a_certificate_that_does_not_hold_is_rejected(home: Path) -> None:
    path = home / "certificates/model.certificate.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"verdict":"fail"', '"verdict":"pass"'), encoding="utf-8")
    code, said = check(home)
    assert code == 4
    assert "energy_flatness" in said


@pytest.mark.parametrize("content", [None, "{}", "[]", "no JSON"])
def test_without_a_manifest_there_is_nothing_to_compare(home: Path, content: str | None) -> None:
    path = home / "reports/gallery.json"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    code, said = check(home)
    assert code == 2
    assert "gallery" in said


def test_two_specs_of_one_name_are_refused(home: Path) -> None:
    (home / "specs/more").mkdir()
    write_spec(home / "specs/more")
    code, said = check(home)
    assert code == 2
    assert "rename one" in said


def test_without_specs_it_says_what_to_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("gallery")
    assert result.exit_code == 2
    assert "name the specs" in result.output
