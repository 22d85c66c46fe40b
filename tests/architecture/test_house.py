"""Habits of the house that a machine can watch: docstrings, names, sizes, no traces of a machine, counted lines."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "hopverify").rglob("*.py"))
MAX_LINES = 300
VAGUE = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_what_it_is_and_keeps_to_its_size(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "a file's docstring says what the concept is"
    assert len(text.splitlines()) <= MAX_LINES, "a file this long holds two concepts"
    assert path.stem not in VAGUE, "name the concept"


def committed_texts() -> list[Path]:
    """Return the text files that are, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def test_no_text_holds_a_path_of_a_machine() -> None:
    # Spelt in parts, so that this file does not find itself.
    traces = ["/" + place + "/" for place in ("work", "home", "Users", "tmp/w")]
    found = [
        f"{named(path)}: {trace}"
        for path in committed_texts()
        for trace in traces
        if trace in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert not found


def test_the_shape_of_the_project() -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "docs/architecture.md", ".ci/run"):
        assert (ROOT / name).is_file(), name
    for name in ("hopverify", "specs", "tests", "reports"):
        assert (ROOT / name).is_dir(), name


def test_the_line_of_trust_covers_every_package_below_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    trusted = next(set(c["source_modules"]) for c in contracts if c["name"].startswith("The line of trust"))
    layers = next(c["layers"] for c in contracts if c["type"] == "layers")
    listed = {module.strip() for layer in layers for module in layer.split("|")}
    below = [layer.split("|") for layer in layers[layers.index("hopverify.checker") :]]
    assert {module.strip() for layer in below for module in layer} == trusted
    children = {path.stem for path in (ROOT / "hopverify").glob("*.py")} | {
        path.parent.name for path in (ROOT / "hopverify").glob("*/__init__.py")
    }
    assert {f"hopverify.{child}" for child in children - {"__init__"}} == listed, "every module has its layer"


def test_the_documented_number_of_trusted_lines_is_the_counted_one() -> None:
    place = importlib.util.spec_from_file_location("trusted_lines", ROOT / "docs" / "trusted_lines.py")
    assert place is not None
    assert place.loader is not None
    script = importlib.util.module_from_spec(place)
    place.loader.exec_module(script)
    text = (ROOT / "docs" / "certificate.md").read_text(encoding="utf-8")
    assert script.table() in text, "run `python docs/trusted_lines.py --write`"
