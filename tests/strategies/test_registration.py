"""st.from_type works from the entry point alone; importing Hypothesis, or the package, loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "flint", "pydantic", "yaml", "sympy", "scipy", "cvxpy", "rich")


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_entry_point_is_declared() -> None:
    found = [entry.value for entry in metadata.entry_points(group="hypothesis") if entry.name == "hopverify"]
    assert found == ["hopverify.strategies.registration:register"]


@pytest.mark.parametrize("first", ["hypothesis", "hopverify.strategies", "hopverify.strategies.registration"])
def test_importing_is_light(first: str) -> None:
    code = f"import sys, {first}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    assert run(code) == ""


def test_the_package_does_not_load_hypothesis_before_it_is_used() -> None:
    assert run("import sys, hopverify.strategies; print('hypothesis' in sys.modules)") == "False"


USE = """
from hypothesis import Phase, find, settings, strategies as st
from hopverify.certificate import Certificate
from hopverify.networks import Model
from hopverify.spec import ModelSpec
def first(kind):
    quick = settings(database=None, max_examples=1, deadline=None, phases=[Phase.generate])
    return find(st.from_type(kind), lambda value: True, settings=quick)
print(first(ModelSpec).name, first(Model).name)
print(first(Certificate).spec["name"])
import hopverify.networks.network as network, inspect
print(type(network.__loader__).__name__, "class Model" in inspect.getsource(network))
"""


@pytest.mark.parametrize("before", ["import hypothesis", "import hopverify.networks, hopverify.certificate"])
def test_types_resolve_in_either_order_of_imports(before: str) -> None:
    assert run(before + USE) == "drawn drawn\ndrawn\nSourceFileLoader True"


def test_registering_twice_changes_nothing() -> None:
    code = "from hopverify.strategies.registration import register as r, _Arrivals as A; r(); r(); import sys;"
    assert run(code + "print(sum(isinstance(finder, A) for finder in sys.meta_path))") == "1"
