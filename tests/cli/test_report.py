"""``hopverify report``: certificates are checked before they are told of; where reports go; what is missing is said."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest

from hopverify.cli._specs import Specs, stem_of
from hopverify.extras import to_install
from hopverify.reporting import formats
from tests.cli.commands import modules_after, run, run_apart, write_spec

CHECKS = "[lagrangian_convexity, energy_flatness, equilibria, ghost_regions]"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with specs/model.yaml and certificates/model.certificate.json."""
    made = tmp_path_factory.mktemp("made")
    (made / "specs").mkdir()
    spec = write_spec(made / "specs", checks=CHECKS, expect="{energy_flatness: fail, ghost_regions: fail}")
    assert run("verify", "-q", spec, "--out", made / "certificates").exit_code == 0
    return made


@pytest.fixture
def certified(made: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to do with as a test likes."""
    return copytree(made, tmp_path / "certified")


def certificate_in(folder: Path) -> Path:
    return folder / "certificates" / "model.certificate.json"


def test_a_report_lies_beside_its_certificate(certified: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(certified)
    result = run("report", "certificates/model.certificate.json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "wrote certificates/model.report.html\n"
    page = (certified / "certificates" / "model.report.html").read_text(encoding="utf-8")
    assert "all 4 claims were decided anew" in page
    assert "hopverify check specs/model.yaml certificates/model.certificate.json" in page


BEGINNINGS = {
    "html": (".html", b"<!DOCTYPE html>"),
    "pdf": (".pdf", b"%PDF-"),
    "markdown": (".md", b"# model\n"),
    "junit": (".xml", b"<?xml "),
    "json": (".json", b"{\n"),
    "latex": (".tex", b"% Made by hopverify."),
}


def test_every_format_is_written(certified: Path) -> None:
    out, asked = certified / "out", ",".join(BEGINNINGS)
    result = run("report", certificate_in(certified), "--spec", certified / "specs", "-f", asked, "--out", out)
    assert result.exit_code == 0, result.output
    for suffix, begin in BEGINNINGS.values():
        assert (out / f"model.report{suffix}").read_bytes().startswith(begin)


def test_formats_are_those_that_there_are(certified: Path) -> None:
    assert set(formats.FORMATS.entries) == set(BEGINNINGS)
    wrong = run("report", certificate_in(certified), "--format", "html,docx")
    assert wrong.exit_code == 2
    assert "no format is called 'docx'; known: html, json, junit, latex, markdown, pdf" in wrong.stderr
    assert not list(certified.glob("certificates/*.html"))


def test_several_formats_of_several_certificates(certified: Path) -> None:
    other = write_spec(certified / "specs", "other.yaml", name="other", checks=CHECKS, expect="{energy_flatness: fail}")
    run("verify", "-q", other, "--out", certified / "certificates")
    result = run("report", certified / "certificates", "-f", "junit,json", "-f", "junit", "--spec", certified / "specs")
    assert result.exit_code == 0
    written = {path.name for path in (certified / "certificates").glob("*.report.*")}
    assert written == {f"{stem}.report.{ending}" for stem in ("model", "other") for ending in ("json", "xml")}


def test_one_report_goes_to_the_output_or_to_a_file(certified: Path) -> None:
    known = ("--spec", certified / "specs" / "model.yaml")
    shown = run("report", certificate_in(certified), *known, "-f", "json", "--out", "-")
    assert json.loads(shown.stdout)["spec"]["name"] == "model"
    assert run("report", certificate_in(certified), *known, "-f", "json", "--out", certified / "a.txt").exit_code == 0
    assert (certified / "a.txt").read_text(encoding="utf-8") == shown.stdout
    for out in ("-", certified / "a.txt"):
        several = run("report", certificate_in(certified), *known, "-f", "json,junit", "--out", out)
        assert several.exit_code == 2
        assert "give a folder" in several.stderr


def test_figures_of_markdown_lie_beside_it(certified: Path) -> None:
    out = certified / "out"
    assert run("report", certificate_in(certified), "--spec", certified, "-f", "markdown", "--out", out).exit_code == 0
    figures = list((out / "model.report.figures").glob("*.svg"))
    assert figures
    text = (out / "model.report.md").read_text(encoding="utf-8")
    assert all(f"(model.report.figures/{path.name})" in text for path in figures)


@pytest.mark.parametrize(
    "place", ["certificates/model.yaml", "model.yaml", "certificates/renamed.yaml", "specs/model.yaml", "named/x.yaml"]
)
def test_a_spec_is_found_by_its_digest(certified: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(certified)
    spec = Path(place)
    spec.parent.mkdir(exist_ok=True)
    Path("specs/model.yaml").rename(spec)
    Path("certificates/aside.yaml").write_text("a: 1", encoding="utf-8")
    Path("certificates/wrong.json").write_text("{", encoding="utf-8")
    named = ("--spec", "named") if place.startswith("named") else ()
    result = run("report", "certificates/model.certificate.json", *named, "-f", "json", "--out", "-")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["spec"]["file"] == place


def test_without_its_spec_a_report_says_so(certified: Path) -> None:
    spec = certified / "specs" / "model.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("0.5, -1", "0.5, -2"), encoding="utf-8")
    result = run("report", certificate_in(certified), "--spec", spec, "-f", "markdown", "--out", "-")
    assert result.exit_code == 0
    assert "nothing in it is checked" in result.stderr
    assert f"{spec} has its name, but is another: verify it again" in result.stderr
    assert "Not checked: the spec was not found" in result.stdout
    assert "decided anew" not in result.stdout
    shown = json.loads(run("report", certificate_in(certified), "-f", "json", "--out", "-").stdout)
    assert shown["schema"] == "hopverify-unchecked-report"


def test_a_named_spec_that_is_wrong_is_an_error(certified: Path) -> None:
    wrong = certified / "wrong.yaml"
    wrong.write_text("hopverify: 1\nname: 3\n", encoding="utf-8")
    result = run("report", certificate_in(certified), "--spec", wrong)
    assert result.exit_code == 2
    assert "wrong.yaml:" in result.stderr


@pytest.mark.parametrize(
    "change", [('"verdict":"fail"', '"verdict":"pass"'), ('"unbounded":true', '"unbounded":false')]
)
def test_a_rejected_certificate_gives_no_report(certified: Path, change: tuple[str, str]) -> None:
    certificate = certificate_in(certified)
    text = certificate.read_text(encoding="utf-8")
    certificate.write_text(text.replace(*change), encoding="utf-8")
    result = run("report", certificate, "--spec", certified / "specs")
    assert result.exit_code == 4
    assert f"{certificate}: rejected, so there is no report: " in result.stderr
    assert "`hopverify verify SPEC --out DIR` makes a new one" in result.stderr
    assert not list(certified.glob("**/*.report.*"))


def test_others_are_reported_though_one_is_rejected(certified: Path) -> None:
    bad = certified / "certificates" / "bad.certificate.json"
    bad.write_text("{}", encoding="utf-8")
    result = run("report", certified / "certificates", "--spec", certified / "specs", "-f", "json")
    assert result.exit_code == 4
    assert "bad.certificate.json: not a hopverify certificate" in result.stderr
    assert (certified / "certificates" / "model.report.json").exists()


def test_a_certificate_alone_that_is_malformed_is_rejected(certified: Path) -> None:
    certificate = certificate_in(certified)
    text = certificate.read_text(encoding="utf-8").replace('"intervals":[["-∞","0"]]', '"intervals":7')
    certificate.write_text(text, encoding="utf-8")
    (certified / "specs" / "model.yaml").unlink()
    result = run("report", certificate)
    assert result.exit_code == 4
    assert not list(certified.glob("**/*.report.*"))


def test_two_certificates_do_not_write_one_file(certified: Path) -> None:
    twin = certified / "twin" / "model.certificate.json"
    twin.parent.mkdir()
    twin.write_bytes(certificate_in(certified).read_bytes())
    result = run("report", certificate_in(certified), twin, "--out", certified / "out")
    assert result.exit_code == 2
    assert "would both write" in result.stderr


def test_a_folder_without_certificates_is_a_usage_error(certified: Path) -> None:
    result = run("report", certified / "specs")
    assert result.exit_code == 2
    assert "a certificate ends in .certificate.json" in result.stderr


def test_a_missing_library_is_told_with_what_to_install(certified: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda module: None if module == "jinja2" else object())
    result = run("report", certificate_in(certified))
    assert result.exit_code == 2
    assert f"the format html needs jinja2: {to_install('report')}" in result.stderr
    assert run("report", certificate_in(certified), "--spec", certified, "-f", "json", "--out", "-").exit_code == 0


def test_verify_writes_reports_beside_certificates(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, checks=CHECKS, expect="{energy_flatness: fail, ghost_regions: fail}")
    log = tmp_path / "log.jsonl"
    result = run("verify", "-q", spec, "--out", tmp_path / "out", "--report", "html,junit", "--log", log)
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["model.certificate.json", "model.report.html", "model.report.xml"]
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    told = [(event["format"], Path(event["file"]).name) for event in events if event["event"] == "report_written"]
    assert told == [("html", "model.report.html"), ("junit", "model.report.xml")]


@pytest.mark.long
def test_verify_reports_what_report_does(tmp_path: Path) -> None:
    # Layers whose names are not in the order of the alphabet: a certificate's keys are.
    spec = tmp_path / "model.yaml"
    spec.write_text(
        "hopverify: 1\nname: two\nlayers:\n  v: {size: 2, lagrangian: relu, bias: 1}\n"
        "  h: {size: 1, lagrangian: relu, bias: 1}\n"
        "synapses:\n  w: {kind: dense, layers: [v, h], weights: [[0.5], [0.25]]}\nchecks: [equilibria, boundedness]\n"
    )
    assert run("verify", "-q", spec, "--out", tmp_path / "out", "--report", "markdown").exit_code == 0
    certificate, written = (tmp_path / "out" / f"model.{end}" for end in ("certificate.json", "report.md"))
    first = written.read_text(encoding="utf-8")
    assert run("report", certificate, "--spec", spec, "-f", "markdown", "--out", tmp_path / "out").exit_code == 0
    assert written.read_text(encoding="utf-8") == first


def test_verify_needs_a_folder_and_a_format_that_there_is(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, checks=CHECKS)
    without = run("verify", spec, "--report", "html")
    assert without.exit_code == 2
    assert "add --out DIR" in without.stderr
    wrong = run("verify", spec, "--out", tmp_path / "out", "--report", "htm")
    assert wrong.exit_code == 2
    assert "did you mean 'html'?" in wrong.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_is_a_skip_and_the_exit_code_tells_of_reports_only(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, checks="[energy_descent]", expect="{}")
    assert run("verify", "-q", spec, "--out", tmp_path, "--timeout", "1e-9").exit_code == 3
    shown = run("report", tmp_path / "model.certificate.json", "-f", "junit", "--out", "-")
    assert shown.exit_code == 0
    assert '<skipped message="unknown: ' in shown.stdout
    assert 'failures="0" skipped="1"' in shown.stdout


def test_hostile_file_names_are_names(tmp_path: Path) -> None:
    name = '"><img src=x onerror=alert(1)> $(touch x)'
    spec = write_spec(tmp_path, f"{name}.yaml", checks=CHECKS, expect="{energy_flatness: fail, ghost_regions: fail}")
    done = run("verify", "-q", spec, "--out", tmp_path, "--report", "html,markdown,junit,latex,json")
    assert done.exit_code == 0, done.output
    page = (tmp_path / f"{name}.report.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    # A shell takes the command for what it is.
    assert f"hopverify check &#39;{tmp_path.as_posix()}/&#34;&gt;&lt;img" in page


def test_the_help_loads_no_library_of_reports() -> None:
    heavy = {"jinja2", "latex2mathml", "junitparser", "typst", "matplotlib", "sympy", "numpy"}
    loaded = modules_after("from hopverify.cli import GROUP\nGROUP.main(['report', '--help'], standalone_mode=False)")
    assert not heavy & loaded


def test_bytes_go_to_a_pipe_as_they_are(certified: Path) -> None:
    done = run_apart(
        "report",
        certificate_in(certified),
        "--spec",
        certified / "specs",
        "-f",
        "latex",
        "--out",
        "-",
        PYTHONIOENCODING="ascii",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("% Made by hopverify.")


def test_names_of_certificates() -> None:
    assert stem_of(Path("a/b.certificate.json")) == "b"
    assert stem_of(Path("a/b.json")) == "b"
    assert Specs(()).of(Path("nowhere/x.certificate.json"), "x", "0" * 64) is None
