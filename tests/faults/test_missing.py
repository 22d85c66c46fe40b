"""Packages that are not installed: a message that names the extra, exit code 2, and all else works as before."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hopverify.extras import to_install
from hopverify.reporting.formats import FORMATS
from tests.cli.commands import RELU_PAIR, ROOT, write_spec
from tests.profiles import long

# Loaders that do not find what a package would bring; `find_spec` returns None then, as it does without it.
WITHOUT = """
import sys
class Without:
    def __init__(self, finder): self.finder = finder
    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in {missing!r} else self.finder.find_spec(name, path, target)
    def __getattr__(self, name): return getattr(self.finder, name)
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
{code}
"""
COMMAND = "sys.argv = ['hopverify', *{arguments!r}]\nfrom hopverify.cli import main\nmain()"

# What each package of an extra is imported as.
MODULES = {
    "distributed": "distributed",
    "fastcore": "fastcore",
    "hamux": "hamux",
    "hypothesis": "hypothesis",
    "jax": "jax",
    "jinja2": "jinja2",
    "junitparser": "junitparser",
    "latex2mathml": "latex2mathml",
    "matplotlib": "matplotlib",
    "mlxtend": "mlxtend",
    "pillow": "PIL",
    "safetensors": "safetensors",
    "torch": "torch",
    "typst": "typst",
    "z3-solver": "z3",
    "ziamath": "ziamath",
}
OF_THE_PROJECT = {"test", "dev", "docs", "fuzz", "data", "mutation"}


def without(*missing: str, code: str) -> subprocess.CompletedProcess[str]:
    script = WITHOUT.format(missing=set(missing), code=code)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=120)


def command(*missing: str, arguments: tuple[object, ...]) -> subprocess.CompletedProcess[str]:
    return without(*missing, code=COMMAND.format(arguments=[str(argument) for argument in arguments]))


def test_every_extra_is_known_here() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    packages = {
        package.partition(">")[0].partition("[")[0]
        for extra, needed in extras.items()
        if extra not in OF_THE_PROJECT
        for package in needed
    }
    assert packages == set(MODULES)


def test_none_of_them_is_needed_to_verify(tmp_path: Path) -> None:
    done = command(*MODULES.values(), arguments=("verify", RELU_PAIR, "--json", "--samples", "20", "--out", tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["verdict"] == "pass"
    certificate = tmp_path / "relu-pair.certificate.json"
    done = command(*MODULES.values(), arguments=("check", RELU_PAIR, certificate))
    assert (done.returncode, done.stderr) == (0, "")
    done = command(*MODULES.values(), arguments=("report", certificate, "-f", "json", "--out", "-"))
    assert done.returncode == 0, done.stderr


WANTED = [
    *(
        (module, "report", ("verify", RELU_PAIR, "--out", "{tmp}", "--report", each.name))
        for each in FORMATS
        for module in each.needs
    ),
    ("junitparser", "report", ("verify", RELU_PAIR, "--junit", "{tmp}/report.xml")),
    ("matplotlib", "figures", ("simulate", RELU_PAIR, "--out", "{tmp}")),
    ("matplotlib", "bench", ("bench", "--quick", "--out", "{tmp}")),
    ("distributed", "dask", ("verify", RELU_PAIR, "--dask", "tcp://127.0.0.1:1")),
    ("safetensors", "safetensors", ("verify", "{tmp}/arrays.yaml")),
    ("jinja2", "report", ("gallery", RELU_PAIR, "--out", "{tmp}")),
    ("ziafont", "report", ("gallery", RELU_PAIR, "--out", "{tmp}")),
    ("typst", "report", ("gallery", RELU_PAIR, "--out", "{tmp}")),
    ("matplotlib", "report", ("gallery", RELU_PAIR, "--out", "{tmp}")),
]
# By default each extra once.
CASES = [long(*row) if row[1] in {extra for _, extra, _ in WANTED[:i]} else row for i, row in enumerate(WANTED)]


@pytest.mark.parametrize(
    ("module", "extra", "arguments"),
    CASES,
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_what_is_missing_is_said_with_its_extra(
    tmp_path: Path, module: str, extra: str, arguments: tuple[object, ...]
) -> None:
    spec = write_spec(tmp_path, "arrays.yaml")
    text = spec.read_text(encoding="utf-8").replace("[[0, 0.5], [0.5, 0]]", "{file: w.safetensors, key: w}")
    spec.write_text(text, encoding="utf-8")
    (tmp_path / "w.safetensors").write_bytes(b"")
    done = command(module, arguments=tuple(str(argument).format(tmp=tmp_path) for argument in arguments))
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert f"pip install 'hopverify[{extra}]'" in done.stderr
    assert module in done.stderr


def test_strategies_say_what_they_need() -> None:
    done = without("hypothesis", code="from hopverify.strategies import specs")
    told = f"ModuleNotFoundError: hopverify.strategies needs Hypothesis: {to_install('hypothesis')}"
    assert done.stderr.splitlines()[-1] == told


def test_an_energy_of_ones_own_is_tested_without_hypothesis() -> None:
    code = f"""
import numpy as np
from hopverify.testing import check_implementation
W = np.array([[0, 0.5], [0.5, 0]])
b = np.array([0.5, -1])
def energy(x):
    g = np.maximum(x, 0)
    return (x * g - g**2 / 2 - b * g).sum() - g @ W @ g / 2
check_implementation({str(RELU_PAIR)!r}, energy=energy)
print("agrees")
"""
    done = without("hypothesis", code=code)
    assert (done.returncode, done.stdout) == (0, "agrees\n"), done.stderr
