"""Mutants of checker and kernel: made by mutmut, sorted by a stated rule, and written into a copy of the repository.

A mutant is set aside as *wording* if the change lies in a ``raise`` statement, whose condition lies outside, or in the
type that ``cast`` names. It is set aside as *typed* if mypy refuses it: such a change cannot be committed here.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import libcst as cst
import libcst.matchers as m
from mutmut.mutation.file_mutation import Mutation, combine_mutations_to_source, create_mutations
from mutmut.mutation.trampoline_templates import mangle_function_name

MUTATED = (Path("hopverify/checker"), Path("hopverify/kernel"))


@dataclass(frozen=True)
class Mutant:
    """A mutant by mutmut's name for it, what it changes, in which line, and why it is set aside, if it is."""

    file: str
    function: str
    name: str
    line: int
    within: str
    change: str
    aside: str = ""

    @property
    def key(self) -> str:
        """What mutmut's trampoline waits for."""
        return f"{self.module}.{self.name}"

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @property
    def hit(self) -> str:
        """The name under which mutmut's trampoline tells that the function has been called."""
        return self.key.partition("__mutmut")[0]


def write_mutants(copy: Path, types: bool = True) -> list[Mutant]:
    """Mutate a copy of the repository in place; return the mutants, in the order of the files."""
    files = [path for folder in MUTATED for path in sorted((copy / folder).rglob("*.py"))]
    found = [mutant for path in files for mutant in _mutate(copy, path)]
    refused = _refused(copy) if types else set()
    return [replace(x, aside="typed") if not x.aside and (x.file, x.name) in refused else x for x in found]


def _mutate(copy: Path, path: Path) -> Iterator[Mutant]:
    file, source = str(path.relative_to(copy)), path.read_text()
    module, mutations, classes, functions = create_mutations(file, source)
    path.write_text(combine_mutations_to_source(module, mutations, classes, functions).code)
    wording = _wording(module)
    lines = cst.metadata.MetadataWrapper(module, unsafe_skip_copy=True).resolve(cst.metadata.PositionProvider)
    for function, its in _by_function(mutations).items():
        name = _mangled(module, function)
        for number, mutation in enumerate(its, start=1):
            node = mutation.original_node
            line = lines[node].start.line
            yield Mutant(
                file,
                function.name.value,
                f"{name}__mutmut_{number}",
                line,
                source.splitlines()[line - 1].strip(),
                f"{_code(module, node)} → {_code(module, mutation.mutated_node)}",
                "wording" if id(node) in wording else "",
            )


def _by_function(mutations: list[Mutation]) -> dict[cst.FunctionDef, list[Mutation]]:
    grouped: dict[cst.FunctionDef, list[Mutation]] = defaultdict(list)
    for mutation in mutations:
        if isinstance(mutation.contained_by_top_level_function, cst.FunctionDef):
            grouped[mutation.contained_by_top_level_function].append(mutation)
    return grouped


def _mangled(module: cst.Module, function: cst.FunctionDef) -> str:
    for statement in module.body:
        if isinstance(statement, cst.ClassDef) and any(child is function for child in statement.body.body):
            return mangle_function_name(name=function.name.value, class_name=statement.name.value)
    return mangle_function_name(name=function.name.value, class_name=None)


def _wording(module: cst.Module) -> set[int]:
    """Return the identities of all nodes whose change is one of wording."""
    raised = m.findall(module, m.Raise())
    cast_to = [call.args[0] for call in m.findall(module, m.Call(func=m.Name("cast"))) if isinstance(call, cst.Call)]
    return {id(node) for root in (*raised, *cast_to) for node in _walk(root)}


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _code(module: cst.Module, node: cst.CSTNode) -> str:
    return " ".join(module.code_for_node(node).split())


def _refused(copy: Path) -> set[tuple[str, str]]:
    """Return the mutants, by file and name, in whose lines mypy finds an error."""
    command = [sys.executable, "-m", "mypy", "--output", "json", "--no-incremental", *map(str, MUTATED)]
    told = subprocess.run(command, cwd=copy, capture_output=True, encoding="utf-8", check=False).stdout
    errors: dict[str, set[int]] = defaultdict(set)
    for error in map(json.loads, filter(str.strip, told.splitlines())):
        if error["severity"] == "error":
            errors[error["file"]].add(error["line"])
    refused = set()
    for file, wrong in errors.items():
        for node in _functions(copy / file):
            refused |= {(file, node.name)} if wrong & set(range(node.lineno, node.end_lineno + 1)) else set()
    return refused


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and "__mutmut_" in node.name:
            yield node
