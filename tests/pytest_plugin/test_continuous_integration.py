"""What `docs/ci.md` promises: the hook of pre-commit, and the files of the two services."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from hopverify.testing.selection import ENDINGS, is_named_as_spec
from tests.cli.commands import run
from tests.pytest_plugin.specs import spec

ROOT = Path(__file__).parents[2]


def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return dict(found)


def blocks() -> list[str]:
    """Return the YAML of the page, without the part that shows a few lines to insert."""
    found = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"), re.DOTALL)
    return [block for block in found if not block.startswith(" ")]


@pytest.mark.parametrize("name", [f"model{ending}" for ending in ENDINGS] + ["deep/a.hop.yaml", "a.yaml", "hop.yaml"])
def test_the_hook_takes_the_files_that_pytest_takes(name: str) -> None:
    assert bool(re.search(hook()["files"], name)) is is_named_as_spec(Path(name))


def test_the_hook_verifies(tmp_path: Path) -> None:
    for name, weights in (("good", "[[0, 1], [1, 0]]"), ("bad", "[[0, 1], [2, 0]]")):
        (tmp_path / f"{name}.hop.yaml").write_text(spec(name=name, weights=weights), encoding="utf-8")
    program, *arguments = shlex.split(hook()["entry"])
    assert program == "hopverify"
    assert run(*arguments, tmp_path / "good.hop.yaml").exit_code == 0
    assert run(*arguments, tmp_path / "good.hop.yaml", tmp_path / "bad.hop.yaml").exit_code == 1
    assert (hook()["language"], hook()["require_serial"]) == ("python", True)


def test_the_examples_are_well_formed_and_their_commands_are_known() -> None:
    for block in blocks():
        assert isinstance(yaml.safe_load(block), dict)
    text = "\n".join(blocks())
    options = set(re.findall(r"(--[a-z][a-z-]*)", "".join(re.findall(r"hopverify verify .*", text))))
    shown = run("verify", "--help").output
    assert options >= {"--junit", "--out", "--timeout"}
    assert all(option in shown for option in options)
    assert f"- id: {hook()['id']}" in text
