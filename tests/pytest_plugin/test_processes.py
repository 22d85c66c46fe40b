"""What needs processes of its own: several workers on one spec, and what loading the plugin imports."""

from __future__ import annotations

import json
import sys

import pytest

from hopverify import check, read_certificate, read_spec
from tests.profiles import long
from tests.pytest_plugin.specs import spec

pytest_plugins = ["pytester"]

HEAVY = ["numpy", "sympy", "flint", "scipy", "mpmath", "cvxpy", "pydantic", "yaml", "rich", "click", "matplotlib"]


@pytest.mark.parametrize("how", [long("load"), "loadgroup"])
def test_two_processes_share_a_spec(pytester: pytest.Pytester, how: str) -> None:
    pytest.importorskip("xdist")
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "good.hop.yaml").write_text(spec(), encoding="utf-8")
    (pytester.path / "bad.yaml").write_text(spec(weights="[[0, 1], [2, 0]]"), encoding="utf-8")
    pytester.makepyprojecttoml(
        '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n[tool.hopverify]\nspecs = ["bad.yaml"]\n'
    )
    result = pytester.runpytest_subprocess("-n", "2", "--dist", how, "--hopverify-out", "kept")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["weight_symmetry [[]w[]]: fail, where the spec expects pass"])
    for name in ("tests/good.hop.yaml", "bad.yaml"):
        check(read_spec(pytester.path / name), read_certificate(pytester.path / "kept" / f"{name}.certificate.json"))
    assert len([path for path in (pytester.path / "kept").rglob("*") if path.is_file()]) == 2


@pytest.mark.parametrize("arguments", [long(["--version", "--version"]), ["--collect-only", "-q"]])
def test_loading_the_plugin_imports_nothing_heavy(pytester: pytest.Pytester, arguments: list[str]) -> None:
    pytester.makepyfile(test_own="def test_own():\n    pass\n")
    # Other plugins may load what they like.
    script = f"""
import json, os, sys
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
import pytest
pytest.main(["-p", "hopverify.pytest_plugin", *{arguments!r}])
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules] + ["hopverify.pytest_plugin" in sys.modules]))
"""
    result = pytester.run(sys.executable, "-c", script)
    assert json.loads(result.outlines[-1]) == [True]


def test_pytest_finds_the_plugin_by_its_entry_point(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--help")
    result.stdout.fnmatch_lines(["*--hopverify-strict*"])
