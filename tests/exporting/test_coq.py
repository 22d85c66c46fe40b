"""Coq accepts what the kernel accepts, and refuses it when a number is changed."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest

from hopverify import verify
from hopverify.core import core_of
from hopverify.exporting import claims_of, export
from hopverify.exporting.coq_file import HEAD, CoqFile
from hopverify.kernel.claims import Claim
from hopverify.networks import any_model
from hopverify.spec import parse_spec, read_spec
from tests.exporting.test_statements import core_at, exported
from tests.golden.table import every_spec, name_of

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("coqc") is None, reason="needs coqc: apt-get install coq libcoq-coquelicot"),
]
ROOT = Path(__file__).parents[2]
PROOFS = ROOT / "proofs"
SPEC = """
hopverify: 1
name: tiny
layers: {{x: {{size: 3, lagrangian: {lagrangian}}}}}
synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}
checks: [weight_symmetry, energy_flatness]
"""
SMALL = 150
"""Neurons of the specs that are compiled together."""
IMPORTS = HEAD.format(digest="", modules="Sums Functions Networks Exports").partition("*)\n")[2]
WITHIN = ("relu-pair", "hopfield-1984", "krotov-hopfield-hard-tanh", "krotov-hopfield-relu", "krotov-hopfield-relu6",
          "hard-sigmoid-hopfield", "relu-five-equilibria", "step-size-tanh")  # fmt: skip


@pytest.fixture(scope="module")
def library() -> None:
    subprocess.run(["make", "-s", "-C", str(PROOFS)], check=True, capture_output=True)


def compiled(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "exported.v"
    file.write_text(text, encoding="utf-8")
    command = ["coqc", "-q", "-w", "-ambiguous-paths", "-Q", str(PROOFS), "Hopverify", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def body(file: CoqFile) -> str:
    """Return a file without its imports and without what is printed."""
    text = file.text.partition("Open Scope R_scope.\n")[2]
    return "\n".join(line for line in text.splitlines() if not line.startswith("Print Assumptions"))


def module(name: str, text: str) -> str:
    return f"Module m_{re.sub(r'[^A-Za-z0-9]', '_', name)}.\n{text}\nEnd m_{re.sub(r'[^A-Za-z0-9]', '_', name)}.\n"


def test_coq_accepts_what_the_kernel_accepts(library: None, tmp_path: Path) -> None:
    """All specs in one file, so that the reals are loaded once."""
    modules = []
    for path in every_spec():
        file = exported(path)
        if file is not None and sum(layer.size for layer in core_at(path).layers) <= SMALL:
            modules.append(module(name_of(path), body(file)))
    assert len(modules) >= 80
    done = compiled("\n".join([IMPORTS, *modules]), tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_axioms_are_those_of_the_reals(library: None, tmp_path: Path) -> None:
    core = core_of(any_model(read_spec(ROOT / "specs" / "relu-pair.yaml")))
    done = compiled(export(core, claims_of(core)).text, tmp_path)
    assert done.returncode == 0, done.stderr
    axioms = set(re.findall(r"^([A-Z]\w*\.\w+)", done.stdout, re.MULTILINE))
    assert axioms == {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }


def first_step(file: CoqFile, theorem: str, old: str = "", new: str = "") -> str:
    """Return text that Coq accepts if the first step of a theorem's proof works; with a part changed, if it fails."""
    (found,) = (each for each in file.theorems if each.name == theorem)
    model, _, _ = body(file).partition("(** ** The claims *)")
    changed = model.replace(old, new, 1) if old else model
    assert (changed == model) == (not old), (theorem, old)
    step = found.proof.splitlines()[0].removesuffix(".").replace(". ", "; ")
    return f"{changed}\nGoal {found.statement}.\nProof.\n  {'Fail ' if old else ''}({step}).\nAbort.\n"


def mutants() -> dict[str, str]:
    """Return files as they are, and with one number changed: a weight, a factor, a time constant, a leak."""
    found = {}
    for name in WITHIN:
        core = core_of(any_model(read_spec(ROOT / "specs" / f"{name}.yaml")))
        file = export(core, claims_of(core))
        (layer,), (synapse,) = core.layers, core.synapses
        row = re.search(r"Definition array_\w+ : list numbers :=\n  \[\[[^;]*; ([^;\]]*)", file.text)
        assert row is not None
        weight = (row[0], row[0].removesuffix(row[1]) + "77")
        found[f"{name} descent"] = first_step(file, "claim_descent")
        for theorem in ("symmetric", "gradient_drive"):
            subject = synapse.name
            found[f"{name} {theorem}"] = first_step(file, f"claim_{theorem}_{subject}")
            found[f"{name} {theorem} weight"] = first_step(file, f"claim_{theorem}_{subject}", *weight)
        for change, (old, new) in {
            "weight": weight,
            "factor": ("Block 0 (-1 # 2)", "Block 0 (-1)"),
            "tau": (f"tau_{layer.name} : numbers := [", f"tau_{layer.name} : numbers := [0; "),
            "leak": (f"leak_{layer.name} : numbers := [", f"leak_{layer.name} : numbers := [-1; "),
        }.items():
            found[f"{name} descent {change}"] = first_step(file, "claim_descent", old, new)
    return found


def test_coq_refuses_what_is_changed_by_one_number(library: None, tmp_path: Path) -> None:
    made = mutants()
    assert len(made) == (6 + 3) * len(WITHIN)
    done = compiled("\n".join([IMPORTS, *(module(name, text) for name, text in made.items())]), tmp_path)
    assert done.returncode == 0, done.stderr


def test_coq_accepts_symmetrisers_cycles_and_flat_intervals(library: None, tmp_path: Path) -> None:
    """Claims that need what a search found, of certificates."""
    weights = (
        "[[0, 2, 0], [1, 0, 0], [0, 0, 1]]",
        "[[0, 2, 1], [-1, 0, 1], [1, 1, 1]]",
        "[[0, 2, 1], [1, 0, 1], [1, 3, 1]]",
    )
    modules = []
    for lagrangian, W in product(("relu", "relu6", "hard_tanh", "clipped_linear"), weights):
        spec = parse_spec(SPEC.format(lagrangian=lagrangian, weights=W))
        core = core_of(any_model(spec))
        file = export(core, claims_of(core, verify(spec).to_json()))
        assert {each.claim.name for each in file.theorems} == {"not symmetric", "constant on a segment"}
        modules.append(module(f"{lagrangian}{weights.index(W)}", body(file)))
    made = "\n".join(modules)
    assert [made.count(each) for each in ("symmetrises 3", "(two_cycle 3", "(long_cycle 3")] == [4, 4, 4]
    done = compiled(f"{IMPORTS}\n{made}", tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("spec", "claim"),
    [
        ("negative-not-symmetrisable", Claim("symmetric", {"matrix": ["array", "w"]})),
        ("negative-missing-half", Claim("gradient drive", {"synapse": "w"})),
        ("negative-missing-half", Claim("descent", {})),
        ("global-lure", Claim("compatible times", {"layer": "x", "because": "one time constant"})),
    ],
)
def test_coq_refuses_what_the_kernel_refuses(library: None, tmp_path: Path, spec: str, claim: Claim) -> None:
    core = core_of(any_model(read_spec(ROOT / "specs" / f"{spec}.yaml")))
    assert claim.name not in {each.name for each in claims_of(core) if each.fields == claim.fields}
    done = compiled(export(core, [claim]).text, tmp_path)
    assert done.returncode != 0
    assert "Unable to unify" in done.stderr or "No such" in done.stderr or "not convertible" in done.stderr
