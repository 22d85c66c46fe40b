"""Mutation testing of the checker and the kernel, in a copy of the repository; see tests/README.md.

``prepare FOLDER`` copies the repository into a new folder and mutates both there. ``try FOLDER FILE … TEST …``
tries the mutants of files such as ``checker/deciding.py`` or ``kernel/*`` against tests, and adds what comes of it to
FOLDER/outcomes.jsonl. ``left FOLDER FILE …`` lists what survives and is not explained, ``table FOLDER`` counts.

What the tests that run by default kill of what all tests kill is measured on a sample: ``try FOLDER --sample 300
--by-default``, then ``try FOLDER --sample 300`` for what is left, then ``share FOLDER``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path
from random import Random
from typing import Any

import click

from tests.mutation.explained import reasons

ROOT = Path(__file__).parents[2]
OUTCOMES, BY_DEFAULT = Path("outcomes.jsonl"), Path("by_default.jsonl")
TESTS = ("tests/checker", "tests/checks", "tests/kernel", "tests/soundness", "tests/laws/test_rule_laws.py")
BEST = ("killed", "timed out", "survived", "not reached")
KILLED = BEST[:2]
COLUMNS = ("killed", "timed out", "typed", "wording", "explained", "survived", "not reached", "not tried")


@click.group()
def main() -> None:
    """Mutate the checker and the kernel, and see which tests notice."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--types/--no-types", default=True, help="Set aside what mypy refuses, which takes some ten minutes.")
def prepare(folder: Path, types: bool) -> None:
    """Copy the repository, and mutate its checker and its kernel."""
    from tests.mutation.mutants import write_mutants

    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    os.chdir(folder)
    mutants = write_mutants(Path(), types)
    Path("mutants.json").write_text(json.dumps([asdict(mutant) for mutant in mutants]))
    print(f"{len(mutants)} mutants: {dict(Counter(mutant.aside or 'to try' for mutant in mutants))}")


@main.command(name="try")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--cold", is_flag=True, help="Let every mutant meet empty caches.")
@click.option("--again", default="", help="Try those again of which this came, such as survived.")
@click.option("--seconds", default=6.0, help="How long the tests of one mutant may take together.")
@click.option("--slowest", default=1.5, help="Leave out tests that take longer.")
@click.option("--sample", default=0, help="Try so many of the mutants only, the same ones each time.")
@click.option("--by-default", is_flag=True, help="Use the tests that run by default, and keep apart what comes of it.")
def try_(
    folder: Path,
    arguments: tuple[str, ...],
    cold: bool,
    again: str,
    seconds: float,
    slowest: float,
    sample: int,
    by_default: bool,
) -> None:
    """Try mutants of FILES against TESTS; what has been tried is not tried again."""
    if folder.resolve() != ROOT:
        # The tests are those of the repository as it is now; they run, and are imported, in the copy.
        shutil.copytree(ROOT / "tests", folder / "tests", dirs_exist_ok=True)
        at = sys.argv.index(str(folder))
        command = [sys.executable, "-m", "tests.mutation", *sys.argv[1:at], ".", *sys.argv[at + 1 :]]
        sys.exit(subprocess.call(command, cwd=folder))
    import pytest

    from tests.mutation.mutants import Mutant
    from tests.mutation.trying import Trial

    files = [name for name in arguments if not name.startswith("tests/")] or ["*"]
    tests = [name for name in arguments if name.startswith("tests/")] or [*TESTS]
    path = BY_DEFAULT if by_default else OUTCOMES
    before, chosen = _outcomes(path), [row for row in _chosen(files) if not row["aside"]]
    chosen = Random(0).sample(chosen, sample) if sample else chosen
    killed = set() if by_default else {key for key, found in _outcomes(BY_DEFAULT).items() if found in KILLED}
    wanted = [row for row in chosen if before.get(_key(row), "") == again and _key(row) not in killed]
    with path.open("a", buffering=1) as out:

        def tell(mutant: Mutant, outcome: str, test: str) -> None:
            print(json.dumps({"key": mutant.key, "outcome": outcome, "test": test}), file=out)

        trial = Trial([Mutant(**row) for row in wanted], tell, warm=not cold, most=seconds, slowest=slowest)
        which = "not long" if by_default else "long or not long"
        pytest.main(["-q", "-p", "no:cacheprovider", "-m", which, *tests], plugins=[trial])


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.argument("files", nargs=-1)
def left(folder: Path, files: tuple[str, ...]) -> None:
    """List the mutants that survive, or that no test reaches, and are not explained."""
    os.chdir(folder)
    for row, outcome in _judged(_chosen(files or ["*"])):
        if outcome in ("survived", "not reached"):
            print(f"{row['file']}:{row['line']} {row['name']} ({outcome}): {row['change']}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def table(folder: Path) -> None:
    """Count by file."""
    os.chdir(folder)
    counts: dict[str, Counter[str]] = {}
    for row, outcome in _judged(_chosen(["*"])):
        for line in (row["file"].removeprefix("hopverify/"), "all"):
            counts.setdefault(line, Counter())[outcome] += 1
    print("| file | mutants |", " | ".join(COLUMNS), "|")
    print("|---" * (len(COLUMNS) + 2) + "|")
    for line, count in sorted(counts.items(), key=lambda item: (item[0] == "all", item[0])):
        print(f"| {line} | {count.total()} |", " | ".join(str(count[column]) for column in COLUMNS), "|")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def share(folder: Path) -> None:
    """Tell what the tests that run by default kill of the mutants that all tests kill.

    What is left by default, is not explained and was not tried with all tests counts as killed by them.
    """
    os.chdir(folder)
    default, why = _outcomes(BY_DEFAULT), reasons()
    rows = {_key(row): row for row in _chosen(["*"])}
    left = [key for key, outcome in default.items() if outcome not in KILLED and not why.of(rows[key])]
    whole = _outcomes(OUTCOMES)
    left = [key for key in left if whole.get(key, "killed") in KILLED]
    killed = sum(outcome in KILLED for outcome in default.values())
    print(f"{len(default)} mutants: {killed} killed by default, {len(left)} by long tests at most, others explained")
    print("\n".join(f"{key}: {rows[key]['change']}" for key in left))


def _chosen(files: Iterable[str]) -> list[dict[str, Any]]:
    """Return the mutants of files, in the order in which the files are named."""
    rows = json.loads(Path("mutants.json").read_text())
    patterns = [f"hopverify/{name}" for name in files]
    found = {_key(row): row for pattern in patterns for row in rows if fnmatch(row["file"], pattern)}
    return list(found.values())


def _key(row: dict[str, Any]) -> str:
    module = row["file"].removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return f"{module}.{row['name']}"


def _outcomes(path: Path) -> dict[str, str]:
    """Return the best that came of each mutant: once killed, it is killed, whatever fewer tests make of it."""
    found: dict[str, str] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        row = json.loads(line)
        found[row["key"]] = min(row["outcome"], found.get(row["key"], BEST[-1]), key=BEST.index)
    return found


def _judged(rows: list[dict[str, Any]]) -> Iterable[tuple[dict[str, Any], str]]:
    """Yield each mutant with its column of the table."""
    outcomes, why = _outcomes(OUTCOMES), reasons()
    for row in rows:
        outcome = row["aside"] or outcomes.get(_key(row), "not tried")
        if outcome in ("survived", "not reached") and why.of(row):
            outcome = "explained"
        yield row, outcome


if __name__ == "__main__":
    main()
