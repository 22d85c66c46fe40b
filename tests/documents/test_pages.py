"""Each page is a script: what it shows runs in its order, in one folder, and prints what the page says it prints."""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from hopverify.cli import GROUP
from hopverify.spec import parse_spec
from tests.documents.blocks import PAGES, ROOT, Block, blocks, commands, mentioned
from tests.documents.plan import ELSEWHERE, LONG, NOT_RUN, OPTIONAL, PARTS, PRINTED

WITH_LONG = [pytest.param(name, marks=pytest.mark.long if name in LONG else ()) for name in PAGES]


def planned(table: dict[str, dict[str, str]], block: Block) -> str | None:
    """Return what a table of the plan says about a block, by the words that it begins with."""
    words = " ".join(block.text.split())
    return next((value for first, value in table.get(block.page, {}).items() if words.startswith(first)), None)


def squeezed(text: str) -> list[str]:
    """Return the lines of a text with single spaces, and without the column of seconds."""
    return [re.sub(r" \d+\.\d\d(?= |$)", "", " ".join(line.split())) for line in text.splitlines()]


def shown(block: Block, printed: str) -> None:
    """Require that the lines of a block are printed in their order; "…" stands for anything, and "$ …" is a command."""
    rest = squeezed(printed)
    for line in squeezed(block.text):
        pattern = ".*".join(re.escape(part) for part in line.split("…"))
        while not line.startswith("$ ") and rest and not re.match(pattern, rest[0]):
            rest.pop(0)
        assert rest, f"{block.place}: not printed, or not in this order: {line}"


class Reader:
    """Somebody who follows a page: writes the files that it names, runs its commands and its Python."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.printed: dict[str, str] = {}

    def follow(self, block: Block) -> None:
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.language in ("sh", "console", "bash"):
            for command in commands(block):
                self.run(command)
        elif block.language == "python":
            self.execute(block)
        elif block.language == "yaml":
            self.read(block)
        elif block.language in ("text", "json"):
            self.compare(block)
        else:
            raise AssertionError(f"{block.place}: say in tests/documents/plan.py how this block is tried")

    def run(self, command: str) -> None:
        if command.startswith(tuple(NOT_RUN)):
            return
        for file in re.findall(r"specs/\S+\.yaml|docs/claims/\S+\.json", command):
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, file)
        program, *arguments = shlex.split(command)
        output = io.StringIO()
        if program == "python" and arguments[0] == "-m":
            done = subprocess.run(
                [sys.executable, *arguments],
                capture_output=True,
                check=True,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
            self.printed[command] = done.stdout.decode()
            return
        if program == "python":
            with contextlib.redirect_stdout(output):
                runpy.run_path(arguments[0], run_name="__main__")
            self.printed[command] = output.getvalue()
            return
        assert program == "hopverify", f"say in tests/documents/plan.py why {command!r} does not run"
        result = CliRunner().invoke(GROUP, arguments, prog_name="hopverify")
        assert result.exit_code == 0, f"{command}: {result.output}"
        self.printed[command] = result.output

    def execute(self, block: Block) -> None:
        if ">>>" not in block.text:
            exec(compile(block.text, block.place, "exec"), self.names)
            return
        test = doctest.DocTestParser().get_doctest(block.text, self.names, block.page, block.page, block.line)
        results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL).run(
            test, clear_globs=False
        )
        self.names = test.globs
        assert (results.failed, results.attempted > 0) == (0, True), f"{block.place}: {results}"

    def read(self, block: Block) -> None:
        spec = planned(PARTS, block)
        if spec is None:
            parse_spec(block.text, folder=Path("specs"))
            return
        whole = yaml.safe_load((ROOT / spec).read_text(encoding="utf-8"))
        for key, value in yaml.safe_load(block.text).items():
            assert whole[key] == value, f"{block.place}: {key} is another in {spec}"

    def compare(self, block: Block) -> None:
        command = planned(PRINTED, block)
        assert command is not None, f"{block.place}: say in tests/documents/plan.py what prints this"
        if command not in self.printed:
            self.run(command)
        shown(block, next(text for ran, text in self.printed.items() if ran.startswith(command)))


@pytest.mark.parametrize("name", WITH_LONG)
def test_a_page_runs(name: str, here: Path) -> None:
    there = [block for block in blocks(name) if planned(ELSEWHERE, block) is None]
    text = "".join(block.text for block in there if block.language == "python")
    for module in OPTIONAL:
        if re.search(rf"\b(?:import|from) {module}\b", text):
            pytest.importorskip(module)
    reader = Reader()
    for block in there:
        reader.follow(block)


@pytest.mark.parametrize("name", PAGES)
def test_commands_in_sentences_are_known(name: str) -> None:
    for command in mentioned(name):
        _, *arguments = shlex.split(command)
        if not arguments or arguments[0].startswith("-") or arguments[0].isupper():
            continue
        found = GROUP.get_command(click.Context(GROUP), arguments[0])
        assert found is not None, command
        known = {option for parameter in found.params for option in parameter.opts} | {"--help"}
        assert {each for each in arguments if each.startswith("-") and len(each) > 1} <= known, command
        for each in arguments:
            assert not each.startswith("specs/") or (ROOT / each).exists(), command


def test_the_plan_is_about_blocks_and_tests_that_there_are() -> None:
    for table in (PRINTED, PARTS, ELSEWHERE):
        for name, entries in table.items():
            begun = [" ".join(block.text.split()) for block in blocks(name)]
            for first, said in entries.items():
                assert any(text.startswith(first) for text in begun), f"{name} has no block that begins with {first!r}"
                if table is ELSEWHERE and "tests/" in said:
                    (path,) = re.findall(r"tests/[\w/]+(?:\.py)?", said)
                    assert (ROOT / path).exists(), path


def test_a_reader_notices_what_is_not_so(here: Path) -> None:
    reader = Reader()
    reader.printed["python mine.py"] = "check subject verdict\nenergy_descent mine fail"
    with pytest.raises(AssertionError, match="not printed"):
        reader.compare(Block("README.md", 1, "text", "check subject verdict\nenergy_descent mine pass"))
    with pytest.raises(AssertionError, match="another in specs"):
        reader.follow(Block("docs/discrete.md", 1, "yaml", "layers:\n  s: {size: 15, states: spins}"))
    with pytest.raises(AssertionError, match="verfy"):
        reader.follow(Block("README.md", 1, "sh", "hopverify verfy specs"))
    with pytest.raises(ZeroDivisionError):
        reader.follow(Block("README.md", 1, "python", "1 / 0"))
