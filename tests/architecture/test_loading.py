"""What each command loads: nothing heavy that it does not compute with, and of every registry what the spec needs.

One process goes from the lightest to the heaviest, so that each step can only add to what is loaded.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from hopverify.activations import ACTIVATIONS
from hopverify.checker.rules import RULES
from hopverify.lagrangians import LAGRANGIANS
from hopverify.obligations import Obligation
from hopverify.provers import CHEAP, DEAR, PROVERS
from hopverify.provers.structure import CLAIMS

# What reads specs, and computes: rationals, intervals, arrays.
READING = {"annotated_types", "flint", "numpy", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
METHODS = {**CHEAP, **DEAR}
ROOT = Path(__file__).parents[2]
SPEC = """
hopverify: 1
name: tiny
layers: {x: {size: 2, lagrangian: relu, bias: [0.5, -1]}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}}
checks: [weight_symmetry, lagrangian_convexity, boundedness, equilibria]
"""
PROGRAM = """
import json, sys
before = set(sys.modules)
def loaded():
    aside = {*sys.stdlib_module_names, "cython_runtime"}
    return sorted(n for n in set(sys.modules) - before if n[0] != "_" and n.partition(".")[0] not in aside)
def run(*arguments):
    try:
        GROUP.main(list(arguments), prog_name="hopverify")
    except SystemExit as end:
        assert not end.code, (arguments, end.code)
stages = {}
import hopverify
stages["import"] = loaded()
from hopverify.cli import GROUP
run("--help")
stages["help"] = loaded()
spec, certificate = sys.argv[1:]
run("check", spec, certificate)
stages["check"] = loaded()
run("verify", spec)
stages["verify"] = loaded()
run("derive", spec)
stages["derive"] = loaded()
run("report", certificate, "--spec", spec, "--format", "html,markdown,latex,json")
stages["report"] = loaded()
print(json.dumps(stages))
"""


LAYERS = [("lagrangian", name) for name in LAGRANGIANS.names] + [("activation", name) for name in ACTIVATIONS.names]
OF_A_LAYER = """
hopverify: 1
name: tiny
layers: {{x: {{size: 2, {kind}: {function}, bias: [0.5, -1]}}}}
synapses: {{w: {{kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}}}}
checks: [activation_is_gradient, lagrangian_convexity, energy_descent, energy_flatness]
"""
KINDS = (
    "dense-associative-polynomial", "energy-transformer", "hierarchical-convolution", "layernorm", "epanechnikov",
    "hierarchical-gated", "hopfield-1982", "hebbian-spins", "own-expressions",
)  # fmt: skip
"""Specs with every kind of synapse."""
SEEKING = """
import json, sys
sought = {}
class Seen:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("sympy", "mpmath"):
            sought.setdefault(what, []).append(name)
sys.meta_path.insert(0, Seen())
import hopverify
for what, text in json.load(sys.stdin).items():
    print(hopverify.derive(text))
    certificate = hopverify.verify(text, samples=100) if text.startswith("\\n") else None
    if what in ("gelu", "relu", "softmax"):
        hopverify.report(text, sys.argv[1], certificate=certificate)
what = "by hand"
import sympy
print(json.dumps(sought))
"""


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """The modules loaded after each step, those of the standard library left out."""
    from hopverify import parse_spec, verify

    folder = tmp_path_factory.mktemp("tiny")
    spec, certificate = folder / "tiny.yaml", folder / "tiny.json"
    spec.write_text(SPEC, encoding="utf-8")
    certificate.write_text(verify(parse_spec(SPEC)).to_json(), encoding="utf-8")
    command = [sys.executable, "-c", PROGRAM, str(spec), str(certificate)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    told: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return told


def packages(modules: list[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def of_folder(modules: list[str], package: str) -> set[str]:
    """The entries of a registry that are loaded."""
    names = {name.removeprefix(f"{package}.") for name in modules if name.startswith(f"{package}.")}
    return {name for name in names if "." not in name and not name.startswith("_")}


def test_packages_are_loaded_where_something_is_computed_with_them(stages: Mapping[str, list[str]]) -> None:
    assert packages(stages["import"]) == {"hopverify"}
    assert packages(stages["help"]) == {"hopverify", "click"}
    assert packages(stages["check"]) == {"hopverify", "click", "yaml"} | READING
    assert packages(stages["verify"]) == {"hopverify", "click", "yaml", "rich"} | READING


def test_what_is_derived_of_the_catalogue_is_read_and_not_derived_again(stages: Mapping[str, list[str]]) -> None:
    """Neither the equations of a spec of catalogue layers nor its report need SymPy."""
    assert packages(stages["derive"]) == packages(stages["verify"])
    assert not packages(stages["report"]) & {"sympy", "mpmath"}
    assert "hopverify.derivation.deriving" in stages["derive"]
    assert not [name for name in stages["report"] if name.startswith("hopverify.derivation.symbolic")]


def test_sympy_is_in_no_program_that_verifies_derives_or_reports(tmp_path: Path) -> None:
    """Nothing of the catalogue needs it; expressions of one's own have a process apart."""
    needs = {"vector_layernorm": "{vector_layernorm: {gamma: [1, 2]}}"}
    specs = {name: OF_A_LAYER.format(kind=kind, function=needs.get(name, name)) for kind, name in LAYERS}
    specs["own"] = OF_A_LAYER.format(kind="lagrangian", function='{expression: "log(1 + exp(x))", of: neuron}')
    specs |= {name: str(ROOT / "specs" / f"{name}.yaml") for name in KINDS}
    command = [sys.executable, "-c", SEEKING, str(tmp_path / "report.md")]
    given = json.dumps(specs)
    done = subprocess.run(command, input=given, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout.splitlines()[-1])) == {"by hand"}


def test_entries_of_registries_are_loaded_as_the_spec_needs_them(stages: Mapping[str, list[str]]) -> None:
    modules = stages["verify"]
    methods = {"structure", "symmetriser", "growth_box", "lure_multipliers", "equilibrium_tree"}
    checks = {"weight_symmetry", "lagrangian_convexity", "boundedness", "equilibria"}
    assert of_folder(stages["check"], "hopverify.provers") == set()
    assert of_folder(modules, "hopverify.checks") == checks
    assert of_folder(modules, "hopverify.lagrangians") == {"relu"}
    assert of_folder(modules, "hopverify.provers") == methods
    assert len(of_folder(modules, "hopverify.checker.rules")) < len(RULES) / 2
    # What is in the way of a claim is sought where one is open.
    assert "hopverify.execution.missing" not in modules


def test_the_table_of_methods_is_whole() -> None:
    """A method that no line of the table names would never be tried, and nothing else would tell."""
    assert not CHEAP.keys() & DEAR.keys()
    assert CHEAP.keys() | DEAR.keys() == set(Obligation.__args__)
    assert {name for names in METHODS.values() for name in names} == set(PROVERS.names)


def test_structure_is_asked_about_each_kind_of_which_it_offers_a_claim_and_no_other() -> None:
    assert {kind for kind, names in METHODS.items() if "structure" in names} == set(CLAIMS)
