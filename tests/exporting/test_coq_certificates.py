"""Coq accepts the claims of certificates, and refuses them when a number of the model or of the claim is changed."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from hopverify import verify
from hopverify.core import core_of
from hopverify.exporting import claims_of, export
from hopverify.exporting.coq_file import HEAD, CoqFile
from hopverify.exporting.statement import COMPUTED, COMPUTED_ONCE
from hopverify.networks import any_model
from hopverify.spec import read_spec
from tests.exporting.test_coq import body, compiled, library, module

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("coqc") is None, reason="needs coqc: apt-get install coq libcoq-coquelicot"),
]
SPECS = Path(__file__).parents[2] / "specs"
MODULES = "Sums Functions Networks Exports Definite Attraction Pieces Lists Stability Bounds"
IMPORTS, WITH_BOXES = (
    HEAD.format(digest="", modules=MODULES + more).partition("*)\n")[2]
    for more in ("", " Tanh Curves Boxes StableBoxes")
)
"""``Boxes.v`` has trees of its own, which hide those of ``Lists.v``."""

ATTRACTED = ("relu-pair", "global-lure", "krotov-hopfield-hard-tanh", "krotov-hopfield-relu", "krotov-hopfield-relu6",
             "negative-bias-left-out")  # fmt: skip
LISTED = ("relu-pair", "relu-two-neurons", "relu-five-equilibria", "relu-dead-coordinate", "relu-biactive",
          "krotov-hopfield-relu", "krotov-hopfield-relu6", "krotov-hopfield-hard-tanh", "negative-self-excitation",
          "repaired/relu-horn-universal", "repaired/relu-pair-universal", "repaired/relu-biactive-universal",
          "repaired/relu-dead-coordinate-altered", "repaired/relu-runaway-universal")  # fmt: skip
BOXED = ("hamux-convention", "negative-missing-half", "negative-bias-left-out", "negative-not-symmetrisable",
         "hopfield-1984")  # fmt: skip
NUMBER = r"(-?\d+(?: # \d+)?)"

__all__ = ["library"]


@cache
def exported(name: str, *claims: str) -> CoqFile:
    spec = read_spec(SPECS / f"{name}.yaml")
    core = core_of(any_model(spec))
    return export(core, [each for each in claims_of(core, verify(spec).to_json()) if each.name in claims])


def changed(file: CoqFile, old: str, new: str, statement: bool = False) -> str:
    """Return a file whose first theorem's proof has to fail in Coq: a part of the model, or the claim, is changed."""
    theorem = file.theorems[0]
    model = body(file).partition("(** ** The claims *)")[0]
    other, count = re.subn(old, new, theorem.statement if statement else model, count=1)
    assert count == 1, (theorem.name, old)
    model, claim = (model, other) if statement else (other, theorem.statement)
    return f"{model}\nGoal {claim}.\nProof.\n  {failing(theorem.proof)}\nAbort.\n"


def failing(proof: str) -> str:
    """Return the step of a proof that computes, as one that fails."""
    steps = proof.replace(COMPUTED_ONCE, COMPUTED)
    head, goals, rest = re.split(r"\.\n(1|2|2, 3): ", steps, maxsplit=1)
    assert rest.startswith(COMPUTED)
    tactics = {"1": f"{COMPUTED}| |", "2": f"|{COMPUTED}", "2, 3": f"|{COMPUTED}|{COMPUTED}"}
    return f"Fail ({head}; [{tactics[goals]}])."


def test_one_equilibrium_attracts_everything(library: None, tmp_path: Path) -> None:
    """Accepted; and refused with other leaks, and with other weights, times and multipliers where these count."""
    modules = []
    for name in ATTRACTED:
        file = exported(name, "global stability")
        assert file.theorems[0].statement == "globally_stable model", name
        modules.append(module(name, body(file)))
        changes = {
            "leak": (rf"(leak_\w+ : numbers := )\[{NUMBER}", r"\1[-1 # 9"),
            "tau": (rf"(tau_\w+ : numbers := )\[{NUMBER}", r"\1[-1 # 9"),
            "weight": (rf"(array_\w+ : list numbers :=\s+\[\[{NUMBER}); {NUMBER}", r"\1; 77"),
        }
        for change, (old, new) in changes.items():
            modules.append(module(f"{name} {change}", changed(file, old, new)))
    assert len(modules) == 4 * len(ATTRACTED)
    done = compiled("\n".join([WITH_BOXES, *modules]), tmp_path)
    assert done.returncode == 0, done.stderr


def test_lists_of_equilibria(library: None, tmp_path: Path) -> None:
    """Accepted; and refused with another state, without one, with one twice, and with another bias."""
    modules = []
    for name in LISTED:
        file = exported(name, "equilibria")
        (theorem,) = file.theorems
        modules.append(module(name, body(file)))
        modules.append(module(f"{name} bias", changed(file, rf"(bias_\w+ : numbers := )\[{NUMBER}", r"\1[77 # 9")))
        changes = {"other": (rf"\[\[{NUMBER}", "[[77 # 9"),
                   "twice": (r"(\[\[[^\]]*\])", rf"\1; [{theorem.statement.partition('[[')[2].partition(']')[0]}]"),
                   "less": (r"\[\[[^\]]*\];?\s*", "[")}  # fmt: skip
        for change, (old, new) in changes.items():
            modules.append(module(f"{name} {change}", changed(file, old, new, statement=True)))
    done = compiled("\n".join([IMPORTS, *modules]), tmp_path)
    assert done.returncode == 0, done.stderr


def test_lists_of_boxes(library: None, tmp_path: Path) -> None:
    """Accepted; and refused with another end of a box, without a box, with one twice, and with another bias or leak."""
    modules = []
    for name in BOXED:
        file = exported(name, "equilibria")
        (theorem,) = file.theorems
        modules.append(module(name, body(file)))
        for key, number in {"bias": "77 # 9", "leak": "1 # 9"}.items():
            old = rf"({key}_\w+ : numbers := )\[{NUMBER}"
            modules.append(module(f"{name} {key}", changed(file, old, rf"\1[{number}")))
        changes = {"end": (rf"\[\[\({NUMBER}", "[[(-77 # 9"),
                   "twice": (r"(\[\[[^\]]*\])", rf"\1; [{theorem.statement.partition('[[')[2].partition(']')[0]}]"),
                   "less": (r"\[\[[^\]]*\];?\s*", "[")}  # fmt: skip
        for change, (old, new) in changes.items():
            modules.append(module(f"{name} {change}", changed(file, old, new, statement=True)))
    assert len(modules) == 6 * len(BOXED)
    done = compiled("\n".join([WITH_BOXES, *modules]), tmp_path)
    assert done.returncode == 0, done.stderr


def test_two_equilibria(library: None, tmp_path: Path) -> None:
    names = ("relu-two-neurons", "relu-five-equilibria", "hard-tanh-memory", "hamux-convention",
             "negative-not-symmetrisable")  # fmt: skip
    files = [exported(name, "no global stability") for name in names]
    made = [module(name, body(file)) for name, file in zip(names, files, strict=True)]
    assert compiled("\n".join([WITH_BOXES, *made]), tmp_path).returncode == 0


def test_stable_equilibria(library: None, tmp_path: Path) -> None:
    """Accepted; and refused at another state, with another weight, and with another time constant."""
    modules = []
    for name in ("relu-pair", "relu-two-neurons", "relu-five-equilibria", "relu-dead-coordinate",
                 "krotov-hopfield-relu", "krotov-hopfield-relu6", "krotov-hopfield-hard-tanh"):  # fmt: skip
        file = exported(name, "stability")
        assert file.theorems
        modules.append(module(name, body(file)))
        modules.append(module(f"{name} state", changed(file, rf"\[{NUMBER}", "[77 # 9", statement=True)))
        for change, (old, new) in {
            "bias": (rf"(bias_\w+ : numbers := )\[{NUMBER}", r"\1[77 # 9"),
            "tau": (rf"(tau_\w+ : numbers := )\[{NUMBER}", r"\1[-1 # 9"),
            "leak": (rf"(leak_\w+ : numbers := )\[{NUMBER}", r"\1[-1 # 9"),
        }.items():
            modules.append(module(f"{name} {change}", changed(file, old, new)))
    done = compiled("\n".join([IMPORTS, *modules]), tmp_path)
    assert done.returncode == 0, done.stderr


def test_stable_equilibria_in_boxes(library: None, tmp_path: Path) -> None:
    """Accepted; and refused in another box, and with another bias, time constant or leak."""
    modules = []
    for name in ("hamux-convention", "negative-missing-half", "hopfield-1984"):
        file = exported(name, "stability")
        assert len(file.theorems) >= 2, name
        modules.append(module(name, body(file)))
        modules.append(module(f"{name} end", changed(file, rf"\[\({NUMBER}", "[(-77 # 9", statement=True)))
        for key, number in {"bias": "77 # 9", "tau": "-1 # 9", "leak": "1 # 9"}.items():
            old = rf"({key}_\w+ : numbers := )\[{NUMBER}"
            modules.append(module(f"{name} {key}", changed(file, old, rf"\1[{number}")))
    done = compiled("\n".join([WITH_BOXES, *modules]), tmp_path)
    assert done.returncode == 0, done.stderr


def test_boxes_that_solutions_enter(library: None, tmp_path: Path) -> None:
    """Accepted; and refused with another bias, another end of the box, and a leak or a time that is negative."""
    modules = []
    for name in ("global-lure", "hopfield-1984", "hard-sigmoid-hopfield", "krotov-hopfield-relu6",
                 "krotov-hopfield-hard-tanh", "negative-not-symmetrisable"):  # fmt: skip
        file = exported(name, "bounded solutions")
        modules.append(module(name, body(file)))
        modules.append(module(f"{name} end", changed(file, rf"\[{NUMBER}", "[77 # 9", statement=True)))
        for key, number in {"bias": "77 # 9", "tau": "-1 # 9", "leak": "-1 # 9"}.items():
            old = rf"({key}_\w+ : numbers := )\[{NUMBER}"
            modules.append(module(f"{name} {key}", changed(file, old, rf"\1[{number}")))
    done = compiled("\n".join([IMPORTS, *modules]), tmp_path)
    assert done.returncode == 0, done.stderr
