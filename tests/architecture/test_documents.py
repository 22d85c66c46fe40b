"""The documents agree with the code: rules, payloads, functions, keys, commands, theory items, counted lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest

from hopverify.checker import RULES, ball_minima
from hopverify.checker.rules import mixture_balls
from hopverify.checker.spins import quadratic, structure
from hopverify.checks import CHECKS
from hopverify.cli import GROUP
from hopverify.expr.functions import FUNCTIONS, SUGAR
from hopverify.kernel.theorems import gradient_activation
from hopverify.numerics import exact_copositivity as copositivity
from hopverify.provers import symmetriser
from hopverify.spec.schema import SECTIONS, DocumentModel
from hopverify.synapses import SYNAPSES

ROOT = Path(__file__).parents[2]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def row_of(text: str, name: str) -> str:
    """Return the row of a table that begins with a name."""
    rows = [line for line in text.splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) == 1, f"one row of a table is about {name}"
    return rows[0]


@pytest.mark.parametrize("rule", list(RULES), ids=lambda rule: rule.name)
def test_every_rule_and_its_payload_is_documented(rule: Any) -> None:
    row = row_of(page("docs/certificate.md"), rule.name)
    payload = row.split("|")[3]
    keys = rule.required | rule.optional
    assert set(re.findall(r"`(\w+)`", payload)) == keys


def test_no_rule_is_documented_that_there_is_not() -> None:
    section = page("docs/certificate.md").partition("## The rules")[2].partition("## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(RULES.entries)


def test_every_function_of_the_language_is_documented() -> None:
    section = page("docs/spec.md").partition("## Expressions")[2].partition("## ")[0]
    public = {function.name for function in FUNCTIONS.values() if not function.internal} | set(SUGAR)
    assert public <= set(re.findall(r"`(\w+)", section))


def test_every_key_of_a_spec_is_documented() -> None:
    text = page("docs/spec.md")
    for key in DocumentModel.model_fields:
        row_of(text, key)
    for model in SECTIONS.values():
        for key in model.model_fields:
            assert f"`{key}`" in text or f"{key}:" in text, key


@pytest.mark.parametrize("kind", list(SYNAPSES), ids=lambda kind: kind.name)
def test_every_synapse_and_its_keys_are_documented(kind: Any) -> None:
    row = row_of(page("docs/spec.md"), kind.name)
    assert {field.name for field in kind.fields} == set(re.findall(r"`(\w+)`", row.split("|")[3]))


@pytest.mark.parametrize("check", list(CHECKS), ids=lambda check: check.name)
def test_every_check_and_its_theory_is_documented(check: Any) -> None:
    row_of(page("docs/spec.md"), check.name)
    for item in check.theory.split(", "):
        assert f"\n## {item}: " in page("docs/theory.md"), item


def rows_with_sizes(name: str) -> list[tuple[str, str, str]]:
    """Return check, parameter and size of each row of a page's table of sizes that names checks."""
    rows = [line.split("|")[2:4] for line in page(name).splitlines() if line.startswith("| ") and "?" in line]
    named = [(re.findall(r"`(\w+)(?:: \{(\w+):[^`]*\})?`", names), size.strip()) for names, size in rows]
    return [(check, parameter, size) for checks, size in named for check, parameter in checks if check in CHECKS]


def size_of(check: str, parameter: str) -> str:
    sizes = CHECKS[check].sizes
    return sizes.get(parameter, sizes[""])


def test_the_table_of_sizes_is_what_the_checks_say() -> None:
    rows = rows_with_sizes("docs/speed.md")
    assert len(rows) > 12
    for check, parameter, size in rows:
        assert size == size_of(check, parameter), check


def test_the_sizes_of_the_readme_are_those_of_the_checks() -> None:
    rows = rows_with_sizes("README.md")
    assert len(rows) > 8
    for check, parameter, size in rows:
        numbers = re.findall(r"\d+|tens of thousands|thousands|hundreds", size)
        assert all(number in size_of(check, parameter) for number in numbers), check


@pytest.mark.parametrize(
    ("check", "parameter", "limit"),
    [
        ("activation_is_gradient", "", gradient_activation.MAX_SIZE),
        ("boundedness", "", copositivity.MAX_SIZE),
        ("emergent_minima", "", ball_minima.MAX_SETS),
        ("memory_retrieval", "near", mixture_balls.MAX_SIZE),
        ("spin_convergence", "", structure.MOST),
        ("spin_correction", "", quadratic.MOST),
        ("spin_energy_descent", "", structure.MOST),
        ("weight_symmetry", "", symmetriser.MAX_NEURONS),
    ],
)
def test_a_number_among_sizes_is_the_limit_of_the_code(check: str, parameter: str, limit: int) -> None:
    assert re.search(rf"\b{limit:,}\b", size_of(check, parameter))


def test_every_command_is_documented() -> None:
    text = page("docs/cli.md")
    for name in GROUP.list_commands(click.Context(GROUP)):
        assert f"| `{name}" in text, name


def test_the_readme_has_its_two_commands() -> None:
    text = page("README.md")
    for marker in ("<!-- first command -->", "<!-- test command -->"):
        block = text.partition(marker)[2].partition("```sh\n")[2].partition("\n```")[0]
        assert block.startswith("python3 -m venv .venv && .venv/bin/pip install ")
        assert "\n" not in block


def test_every_folder_of_tests_is_described() -> None:
    described = set(re.findall(r"`(\w+)/`", "".join(re.findall(r"^\|.*?\|", page("tests/README.md"), re.MULTILINE))))
    assert described == {folder.parent.name for folder in (ROOT / "tests").glob("*/__init__.py")}
