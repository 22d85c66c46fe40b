"""What pages show of wrong specs, of refused repairs, and of runs of pytest is what is printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import run
from tests.documents.blocks import ROOT, Block, blocks
from tests.documents.test_pages import shown

HEAD = "hopverify: 1\nname: m\nlayers:\n"
WRONG = (
    HEAD + "  x: {size: 2, lagrangian: relu, bias: [1, 2, 3]}\n",
    HEAD + "  x: {size: 2, lagrangian: relu}\n  x: {size: 2, lagrangian: relu}\n",
    HEAD + "  x: {size: 10000000000, lagrangian: relu}\n",
    HEAD + "  x: {size: 2, lagrangian: {expression: lgo(x)}}\n",
    HEAD + "  x: {size: 2, lagrangian: {expression: x^387420489}}\n",
    HEAD + "  x: {size: 2, lagrangian: relu, bias: NaN}\n",
    HEAD + "  x: {size: 2, lagrangian: relu}\nsynapses:\n"
    "  w: {kind: dense, layers: [x, x], weights: {file: ../w.npy}}\n",
)  # fmt: skip

HOPFIELD = """\
import numpy as np

W = np.array([[0, 0.8, -0.3, 0.1], [0.8, 0, 0.2, -0.6], [-0.3, 0.2, 0, 0.5], [0.1, -0.6, 0.5, 0]])
b, tau, rho = np.array([0.1, 0, -0.2, 0.05]), np.array([1, 0.5, 2, 1]), np.array([1, 2, 0.5, 1])

def energy(u):
    g = np.tanh(2 * u)
    return (rho * (u * g - np.log(np.cosh(2 * u)) / 2)).sum() - g @ W @ g / 2

def velocity(u):
    return (W @ np.tanh(2 * u) + b - rho * u) / tau
"""


def block(page: str, beginning: str) -> Block:
    (found,) = (each for each in blocks(page) if each.text.startswith(beginning))
    return found


def test_messages_about_wrong_specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    messages = block("docs/spec.md", "model.yaml:4:40").text.splitlines()
    for text, message in zip(WRONG, messages, strict=True):
        Path("model.yaml").write_text(text, encoding="utf-8")
        result = run("verify", "model.yaml")
        assert result.exit_code == 2
        assert message in result.stderr.splitlines(), result.stderr


def test_a_repair_that_is_refused(tmp_path: Path) -> None:
    refusal = " ".join(block("docs/repair.md", "W is not symmetric").text.split())
    result = run("repair", ROOT / "specs" / "negative-not-symmetrisable.yaml", "--out", tmp_path)
    assert result.exit_code == 1
    assert refusal in result.output


@pytest.mark.long
def test_the_commands_of_pipelines(here: Path) -> None:
    lines = [line for each in blocks("docs/ci.md") if each.language == "yaml" for line in each.text.splitlines()]
    commands = [found[0] for line in lines if (found := re.search(r"hopverify (?:verify|diff) [^>]*", line))]
    assert len(commands) == 3
    for command in sorted(commands, key=lambda command: "diff" in command):
        if "diff" in command:
            shutil.copytree("certificates", "certificates-of-main")
        result = run(*command.split()[1:])
        assert result.exit_code == 0, result.output


@pytest.mark.long
def test_specs_and_networks_in_a_test_suite(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "papers").mkdir()
    relu = "hopverify: 1\nname: relu\nlayers: {x: {size: 2, lagrangian: relu}}\nchecks: [lagrangian_convexity%s]\n"
    files = {
        "models/relu.hop.yaml": relu % ", energy_flatness",
        "models/relu.yaml": relu % "",
        "papers/tanh.toml": 'hopverify = 1\nname = "b"\nlayers.x = {size = 1, lagrangian = "tanh"}\n',
        "my_network.py": HOPFIELD,
        "pyproject.toml": block("docs/testing.md", "[tool.hopverify]").text,
        "test_fixture.py": block("docs/testing.md", "def test_my_network").text,
        "test_against.py": block("docs/testing.md", "import my_network").text,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "specs" / "hopfield-1984.yaml", tmp_path / "models" / "hopfield.yaml")
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:benchmark"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path})
    assert "\n2 failed, " in done.stdout, done.stdout
    for beginning in ("$ pytest", "hopfield-1984 (models"):
        shown(
            block("docs/testing.md", beginning),
            re.sub(r"^E +(?:[\w.]+Disagreement: )?", "", done.stdout, flags=re.MULTILINE),
        )
