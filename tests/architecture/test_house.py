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


def test_a_module_says_what_it_is_and_keeps_to_its_size() -> None:
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(('"""', 'r"""')), f"{named(path)}: a file's docstring says what the concept is"
        assert len(text.splitlines()) <= MAX_LINES, f"{named(path)}: a file this long holds two concepts"
        assert path.stem not in VAGUE, f"{named(path)}: name the concept"


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
    for page, parts in (("certificate", script.PARTS), ("trust", script.BELIEVED)):
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        assert script.table(parts) in text, "run `python docs/trusted_lines.py --write`"


def test_the_documented_path_of_each_question_is_the_one_that_decides() -> None:
    place = importlib.util.spec_from_file_location("deciding_paths", ROOT / "docs" / "deciding_paths.py")
    assert place is not None
    assert place.loader is not None
    script = importlib.util.module_from_spec(place)
    place.loader.exec_module(script)
    text = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    assert script.table() in text, "run `python docs/deciding_paths.py --write`"


# Files that open files by themselves, and why they may.
OPENING = {
    "regular_files.py": "opens what is read: regular files only",
    "execution/opening.py": "opens what is written as a run goes on: regular files, never through a link",
    "execution/files.py": "writes files whole, under a name of its own that nobody can have taken",
    "reporting/event_log.py": "opens by opening.py",
    "cli/init.py": "makes a file that is not there",
    "interop/writing.py": "writes drafts that are not there",
    "spec/array_files.py": "reads a tensor file of which it is known that it is a file",
    "cli/gallery.py": "reads a page of which it is known that it is a file",
    "reporting/formats/_pages.py": "reads templates of the package",
    "reporting/theory.py": "reads a page of the package",
    "kernel/__main__.py": "reads a core and a certificate, whose paths are given by hand",
    "derivation/committed.py": "reads data of the package",
    "derivation/symbolic/__main__.py": "writes the data of the package, where its source is worked on",
    "derivation/symbolic/answering.py": "writes answers into the pipe that it was given",
    "kernel/arrays.py": "reads arrays of which it is known that they are files",
    "testing/selection.py": "reads the pyproject.toml of a run of pytest, as pytest does",
}
OPENERS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "fdopen"}


def opens_files(path: Path) -> bool:
    """Whether a module opens a file by a built-in function, a method of a path, or a module for files."""
    text = path.read_text(encoding="utf-8")
    if not any(f"{name}(" in text for name in OPENERS):
        return False
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id == "open":
                return True
            if isinstance(function, ast.Attribute) and function.attr in OPENERS:
                owner = function.value.id if isinstance(function.value, ast.Name) else ""
                if owner not in ("Image", "archive", "self"):
                    return True
    return False


def test_files_are_opened_where_links_and_pipes_are_thought_of() -> None:
    package = ROOT / "hopverify"
    opening = {path.relative_to(package).as_posix() for path in MODULES if opens_files(path)}
    assert {place for place in opening if not place.startswith("benchmarks/")} == set(OPENING)
