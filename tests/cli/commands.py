"""Running the command line: in this process, and in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from hopverify.cli import GROUP

ROOT = Path(__file__).parents[2]
RELU_PAIR = ROOT / "specs" / "relu-pair.yaml"

SPEC = """\
hopverify: 1
name: {name}
layers:
  x: {{size: 2, lagrangian: {lagrangian}, bias: [0.5, -1]}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}}
checks: {checks}
expect: {expect}
"""


def write_spec(
    folder: Path,
    file: str = "model.yaml",
    *,
    name: str = "model",
    lagrangian: str = "relu",
    checks: str = "all",
    expect: str = "{energy_flatness: fail}",
) -> Path:
    """Write a small spec and return its path."""
    path = folder / file
    path.write_text(SPEC.format(name=name, lagrangian=lagrangian, checks=checks, expect=expect), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(GROUP, [str(argument) for argument in arguments], prog_name="hopverify")


def run_apart(*arguments: object, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m hopverify`` in a process of its own."""
    command = [sys.executable, "-m", "hopverify", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, env=os.environ | environment, timeout=120
    )


def modules_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after running ``code``."""
    script = f"import sys\n{code}\nprint('\\n' + ' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())
