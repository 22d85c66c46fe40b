"""Files of the project that no program reads here: well formed, of one version, with links and commands that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import hopverify
from hopverify.reporting.addresses import SITE
from hopverify.spec import json_schema

ROOT = Path(__file__).parents[2]
PAGES = ["CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md"]
FORMS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml"))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_links_and_paths_lead_somewhere(name: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text(name)) if "://" not in link]
    paths = re.findall(r"`((?:hopverify|tests|docs|\.ci)/[\w./]+)`", text(name))
    for place in links + paths:
        assert (ROOT / place).exists(), place


@pytest.mark.parametrize("name", [*FORMS, "CITATION.cff"])
def test_forms_and_workflows_are_yaml(name: str) -> None:
    assert isinstance(yaml.safe_load(text(name)), dict)


def test_workflows_run_what_is_there() -> None:
    run = set(re.findall(r"run: (\.ci/\w+)", text(".github/workflows/ci.yml")))
    assert run == {".ci/run", ".ci/nightly"}
    specs = set(re.findall(r"specs/[\w./-]+", text(".github/workflows/release.yml")))
    assert specs
    assert all((ROOT / each).is_file() for each in specs | run)


def test_the_site_has_every_page_and_one_address() -> None:
    settings = text("mkdocs.yml")
    shown = set(re.findall(r": ([\w/.-]+\.md)$", settings, re.MULTILINE))
    assert {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")} <= shown
    urls = tomllib.loads(text("pyproject.toml"))["project"]["urls"]
    assert f"site_url: {urls['Documentation']}\n" in settings
    assert f"repository: {urls['Homepage']}\n" in settings
    assert urls["Documentation"] == SITE
    assert json_schema(lagrangians={}, synapses={}, activations={}, checks={})["$id"].startswith(SITE)


def test_one_version_one_licence_one_address() -> None:
    citation = yaml.safe_load(text("CITATION.cff"))
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert citation["version"] == hopverify.__version__
    # That of the font in reports stands beside it.
    assert citation["license"] == project["license"].split(" AND ")[0]
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in project["authors"]]
    home = project["urls"]["Homepage"]
    assert citation["repository-code"] == home
    addresses = re.findall(r"https://github\.com/hopverify/hopverify\b", "".join(map(text, [*PAGES, *FORMS])))
    assert set(addresses) == {home}
