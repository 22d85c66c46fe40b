"""The lines to read and the table of seconds in ``docs/proofs.md``.

``python docs/proofs_table.py`` prints the lines of the example; with ``--write`` they are put into the page; with
``--measure`` as well, ``coqc`` is timed on networks of some sizes and on lists of equilibria, which takes minutes, and
the tables are written anew.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from hopverify import verify
from hopverify.core import core_of
from hopverify.exporting import claims_of, export
from hopverify.exporting.claims import Shown
from hopverify.kernel.core import Core
from hopverify.networks import any_model
from hopverify.spec import parse_spec, read_spec

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "proofs.md"
SIZES = (10, 50, 100, 200)
CLAIMS = ("symmetric", "gradient drive", "descent", "global stability")
LISTED = ("relu-five-equilibria", "hamux-convention", "hopfield-1984", "hebbian-tanh")
"""Specs whose lists of equilibria are timed."""


def lines() -> str:
    """Return the lines of the example that a reviewer reads."""
    core = core_of(any_model(read_spec(ROOT / "specs" / "relu-pair.yaml")))
    file = export(core, [claim for claim in claims_of(core) if claim.name == "descent"])
    model = file.text.partition("(** ** The model *)\n\n")[2].partition("(** ** Premises *)")[0]
    (theorem,) = file.theorems
    text = model.replace("\n\n", "\n").strip()
    return f"```coq\n{text}\n\nTheorem {theorem.name} : {theorem.statement}.\n```"


def network(size: int) -> Core:
    """Return a network with random symmetric weights."""
    draw = random.Random(size)
    W = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            W[i][j] = W[j][i] = draw.randint(-255, 255) / 256
    rows = ", ".join("[" + ", ".join(map(str, row)) + "]" for row in W)
    text = f"""
hopverify: 1
name: random
layers: {{x: {{size: {size}, lagrangian: tanh, leak: 32}}}}
synapses: {{w: {{kind: dense, layers: [x, x], weights: [{rows}]}}}}
checks: [energy_descent]
"""
    return core_of(any_model(parse_spec(text)))


def attraction(size: int) -> Shown:
    """Return the claim that one equilibrium attracts everything, by T16 with multipliers of 1: leaks are large."""
    proof = {"by": "T16", "heights": {"x": "1"}, "multipliers": {"x": ["1"] * size}}
    return Shown("global stability", {}, proof)


def seconds(text: str) -> float:
    """Return the processor's seconds that coqc takes for a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "exported.v"
        file.write_text(text, encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["coqc", "-q", "-w", "-ambiguous-paths", "-Q", str(ROOT / "proofs"), "Hopverify", str(file)]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def table() -> str:
    """Return the table of seconds, by sizes and claims."""
    rows = ["| neurons | kB of the file | " + " | ".join(f"`{name}`" for name in CLAIMS) + " |"]
    rows.append("|---" * (len(CLAIMS) + 2) + "|")
    for size in SIZES:
        core = network(size)
        claims = [*claims_of(core), attraction(size)]
        files = [export(core, [claim for claim in claims if claim.name == name]).text for name in CLAIMS]
        # Printing the axioms is the same for all sizes.
        measured = [seconds(text) for text in files]
        held = " | ".join(f"{each:.1f}" for each in measured)
        rows.append(f"| {size} | {max(map(len, files)) / 1000:.0f} | {held} |")
    return "\n".join(rows)


def table_of_lists() -> str:
    """Return the table of seconds for complete lists of equilibria, of certificates of the project's specs."""
    rows = ["| spec | neurons | equilibria | kB of the file | seconds |", "|---|---|---|---|---|"]
    for name in LISTED:
        spec = read_spec(ROOT / "specs" / f"{name}.yaml")
        core = core_of(any_model(spec))
        (claim,) = [each for each in claims_of(core, verify(spec).to_json()) if each.name == "equilibria"]
        text, neurons = export(core, [claim]).text, sum(layer.size for layer in core.layers)
        count = len(claim["equilibria"])
        rows.append(f"| `{name}` | {neurons} | {count} | {len(text) / 1000:.0f} | {seconds(text):.1f} |")
    return "\n".join(rows)


def put(page: str, marker: str, text: str) -> str:
    """Return a page with a text between two markers."""
    begin, end = f"<!-- {marker}: begin -->", f"<!-- {marker}: end -->"
    head, _, rest = page.partition(begin)
    return f"{head}{begin}\n{text}\n{end}{rest.partition(end)[2]}"


def main() -> None:
    """Print the lines, or write them and the table into the page."""
    if "--write" not in sys.argv:
        print(lines())
        return
    page = put(PAGE.read_text(encoding="utf-8"), "exported", lines())
    if "--measure" in sys.argv:
        page = put(page, "seconds", table())
        page = put(page, "lists", table_of_lists())
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
