"""The commands that tell what there is: list, explain, schema, init, derive, completion, --help, --version."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import numpy as np
import pytest
from jsonschema import Draft202012Validator

import hopverify
from hopverify.cli import GROUP
from hopverify.cli._registries import PLACES, documentation, registry
from hopverify.reporting.theory import theorems
from tests.cli.commands import RELU_PAIR, modules_after, run, run_apart

ENTRIES = [(kind, entry.name) for kind in PLACES for entry in registry(kind)]
COMMANDS = GROUP.list_commands(click.Context(GROUP))


def test_version() -> None:
    assert run("--version").stdout == f"hopverify {hopverify.__version__}\n"


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_of_every_command(command: str | None) -> None:
    result = run(*([command] if command else []), "--help")
    assert result.exit_code == 0
    assert "Usage: hopverify" in result.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["verify", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    loaded = modules_after(f"from hopverify.cli import GROUP\nGROUP.main({arguments!r}, standalone_mode=False)")
    assert not loaded & {"sympy", "scipy", "numpy", "pydantic", "rich", "flint", "yaml", "mpmath"}


def test_the_commands_are_the_files() -> None:
    assert COMMANDS == [
        "bench",
        "check",
        "completion",
        "core",
        "derive",
        "diff",
        "explain",
        "export",
        "gallery",
        "import",
        "init",
        "list",
        "repair",
        "report",
        "schema",
        "simulate",
        "verify",
    ]
    for name in COMMANDS:
        command = GROUP.get_command(click.Context(GROUP), name)
        assert command is not None
        assert command.name == name
        assert command.short_help


def test_list_shows_every_entry() -> None:
    shown = run("list").stdout
    for kind, name in ENTRIES:
        assert name in shown
        assert name in run("list", kind).stdout


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_explain_every_entry(kind: str, name: str) -> None:
    result = run("explain", name)
    assert result.exit_code == 0, result.output
    assert f"{name} ({registry(kind).noun})" in result.stdout
    assert documentation(kind, registry(kind)[name]), "the file that holds an entry says what it is"


def test_explain_shows_formula_parameters_and_theory() -> None:
    softmax = run("explain", "softmax").stdout
    assert "L(x) = logsumexp(beta*x)/beta" in softmax
    assert "beta (number, > 0, default 1)" in softmax
    assert "T15" in run("explain", "memory_retrieval").stdout


def test_explain_says_what_a_check_needs_and_up_to_which_size() -> None:
    shown = run("explain", "memory_retrieval").stdout
    assert "one dense synapse between a layer with tau: 0" in shown
    assert "with `near`: 200 patterns, or 200 dimensions" in shown


@pytest.mark.parametrize(
    ("wrong", "right"), [("rellu", "relu"), ("ReLU", "relu"), ("T71", "T7"), ("equilibrium", "equilibria")]
)
def test_explain_a_near_miss(wrong: str, right: str) -> None:
    result = run("explain", wrong)
    assert result.exit_code == 2
    assert f"did you mean '{right}" in result.stderr


def test_explain_a_part_of_names() -> None:
    said = run("explain", "energy_d").stderr
    assert "it is part of altered_energy_descent, energy_descent, spin_energy_descent; " in said


def test_theorems_are_listed_and_explained_in_full() -> None:
    listed = run("list", "theorems").stdout
    for name, theorem in theorems().items():
        assert f"{name:<3}  {theorem.title}" in listed
        short, full = run("explain", name.lower()).stdout, run("explain", name, "--proof").stdout
        assert short.startswith(f"{name}: {theorem.title}\n")
        assert bare(theorem.statement) in bare(short)
        assert bare(theorem.proof) in bare(full)
        assert all(len(line) <= 100 or line.startswith("      ") for line in full.splitlines())


def bare(text: str) -> str:
    """Return a text without its marks and line ends."""
    return re.sub(r"[\s*\\]", "", re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text))


def test_the_statement_of_a_theorem_is_not_its_proof() -> None:
    assert "if λ_max(K) < 1 and unstable if λ_max(K) > 1" in run("explain", "t7").stdout
    assert "The Jacobian of the flow" not in run("explain", "t7").stdout
    assert "The Jacobian of the flow" in run("explain", "t7", "--proof").stdout
    assert "equilibrium_stability" in run("explain", "t7").stdout
    assert "is for theorems" in run("explain", "relu", "--proof").stderr


def test_schema_knows_the_registries_and_accepts_the_starter(tmp_path: Path) -> None:
    schema = json.loads(run("schema").stdout)
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    for kind, name in ENTRIES:
        if kind in ("lagrangians", "activations", "synapses", "checks"):
            assert f'"{name}"' in text
    validator = Draft202012Validator(schema)
    good = {"hopverify": 1, "name": "m", "layers": {"x": {"size": 2, "lagrangian": "relu"}}}
    assert validator.is_valid(good)
    assert not validator.is_valid(good | {"layers": {"x": {"size": 2, "lagrangian": "rellu"}}})


def test_init_writes_a_spec_that_verifies_and_never_overwrites(tmp_path: Path) -> None:
    path, schema = tmp_path / "mine.yaml", tmp_path / "hopverify.schema.json"
    assert f"wrote {path}, and {schema} for editors" in run("init", path).output
    assert path.read_text(encoding="utf-8").startswith(f"# yaml-language-server: $schema={schema.name}\n")
    assert schema.read_text(encoding="utf-8") == run("schema").output
    schema.write_text("{}", encoding="utf-8")
    assert "for editors" not in run("init", tmp_path / "other.yaml").output
    assert schema.read_text(encoding="utf-8") == "{}"
    assert run("verify", path).exit_code == 0
    path.write_text("mine", encoding="utf-8")
    result = run("init", path)
    assert result.exit_code == 2
    assert path.read_text(encoding="utf-8") == "mine"
    assert "exists" in result.stderr


def test_init_of_weights_writes_a_spec_that_verifies(tmp_path: Path) -> None:
    np.save(tmp_path / "W 1.npy", np.array([[0, 0.5], [0.5, 0]]))
    result = run("init", tmp_path / "a: b.yaml", "--weights", tmp_path / "W 1.npy")
    assert result.exit_code == 0, result.output
    result = run("verify", tmp_path / "a: b.yaml")
    assert result.exit_code == 0, result.output
    assert "as expected: 5 proved" in result.output


def test_init_of_weights_refuses_what_is_no_matrix_beside_the_spec(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    np.save(tmp_path / "W.npy", np.ones((2, 3)))
    for place, said in (
        ("a.yaml", "has shape (2, 3): weights within one layer are a square"),
        ("specs/a.yaml", "leaves"),
    ):
        result = run("init", tmp_path / place, "--weights", tmp_path / "W.npy")
        assert result.exit_code == 2
        assert said in result.stderr
        assert not (tmp_path / place).exists()


@pytest.mark.parametrize("name", ["model.json", "missing/model.yaml"])
def test_init_refuses_other_places(tmp_path: Path, name: str) -> None:
    assert run("init", tmp_path / name).exit_code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_HOPVERIFY_COMPLETE" in result.stdout


def test_completion_without_a_known_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/other")
    assert run("completion").exit_code == 2


def test_the_completion_script_gets_answers() -> None:
    done = run_apart(_HOPVERIFY_COMPLETE="bash_complete", COMP_WORDS="hopverify ver", COMP_CWORD="1")
    assert done.stdout.strip() == "plain,verify"


def test_derive_prints_text_and_latex() -> None:
    text, latex = run("derive", RELU_PAIR), run("derive", RELU_PAIR, "--latex")
    assert text.exit_code == latex.exit_code == 0, text.output + latex.output
    assert text.stdout.strip()
    assert "\\" in latex.stdout


def test_derive_prints_the_numbers_where_they_are_asked_for() -> None:
    text, latex = run("derive", RELU_PAIR, "--numbers"), run("derive", RELU_PAIR, "--numbers", "--latex")
    assert "weights of synapse" in text.stdout
    assert "weights of synapse" not in run("derive", RELU_PAIR).stdout
    assert r"\begin{pmatrix}" in latex.stdout


def test_a_command_that_is_not_there() -> None:
    result = run("verfy", "spec.yaml")
    assert result.exit_code == 2
    assert "no command is called 'verfy'; did you mean 'verify'?" in result.stderr
