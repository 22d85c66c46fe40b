"""The table of seconds in ``docs/speed.md``, from what was measured and committed in ``reports/benchmarks``.

``python docs/speed_table.py`` prints the table; with ``--write`` it is put into the page. With ``--measure`` the
commands are timed first, into ``reports/benchmarks/commands.json``. All other numbers are those of ``hopverify bench``.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hopverify.benchmarks.machine import machine

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "speed.md"
MEASURED = ROOT / "reports" / "benchmarks"
BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"

# Commands as a person runs them, one after another in one folder, and what each is compared with.
PYTHON = "starting Python with nothing to do"
COMMANDS = {
    PYTHON: "-c pass",
    "`hopverify --help`": "-m hopverify --help",
    "`hopverify verify specs/relu-pair.yaml`": "-m hopverify verify specs/relu-pair.yaml",
    "`hopverify verify specs/digits.yaml`": "-m hopverify verify specs/digits.yaml --out {scratch}",
    "`hopverify check` of the digits' certificate": (
        "-m hopverify check specs/digits.yaml {scratch}/digits.certificate.json"
    ),
}
ROUNDS = 5
ONE_CORE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

# What is shown: in words, the benchmark, the size, hopverify's way, and the way that it is compared with.
ROWS = (
    ("all equilibria of three networks of 12 relu neurons", "equilibria_relu", 12, "hopverify", "z3"),
    ("the same, 20 neurons", "equilibria_relu", 20, "hopverify", "scipy.optimize.root"),
    ("all equilibria of three networks of 6 tanh neurons", "equilibria_tanh", 6, "hopverify", "scipy.optimize.root"),
    ("finding all equilibria of 15 dense tanh neurons", "equilibria_dense", 15, "search", "scipy.optimize.root"),
    ("the kernel's check of that list", "equilibria_dense", 15, "check", "scipy.optimize.root"),
    ("all equilibria of 20 threshold-linear neurons", "equilibria_ctln", 20, "hopverify", "scipy.optimize.milp"),
    ("global stability of 1,000 dense tanh neurons", "global_stability", 1000, "hopverify", "numpy eigvalsh"),
    ("basin cells of 2,000 dense tanh neurons, for each memory", "basin_cells", 2000, "verify", "simulation"),
    ("the same, 10,000 neurons with Hebbian weights", "basin_cells_low_rank", 10000, "verify", "simulation"),
    ("retrieval of 1,797 digits at three temperatures", "image_retrieval", 1797, "search", "product and exp"),
    ("retrieval of 60,000 random memories in 784 dimensions", "memory_retrieval", 60000, "search", "product and exp"),
    ("W ≻ 0 for 2,000 dense rows", "verified_cholesky", 2000, "verified Cholesky", "scipy.linalg.cholesky"),
)  # fmt: skip
BESIDE = {
    "z3": "z3, asked the same",
    "scipy.optimize.root": "SciPy's root finder from 200 states, without proof",
    "scipy.optimize.milp": "SciPy's mixed-integer programs, without proof",
    "numpy eigvalsh": "NumPy's eigenvalues, without proof",
    "simulation": "simulation from 20 states, without proof",
    "product and exp": "the products of all pairs and their exponentials, without proof",
    "scipy.linalg.cholesky": "SciPy's Cholesky, without proof",
}


def rounded(value: float) -> str:
    """Return a number with two digits, as a person reads it.

    >>> [rounded(value) for value in (69.58, 8.44, 0.0866, 1.04)]
    ['70', '8.4', '0.087', '1']
    """
    return f"{float(f'{value:.2g}'):,.10g}"


def spent() -> float:
    """Return the seconds of CPU time that processes started here have taken."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure() -> None:
    """Time the commands in turns, on one core, and keep for each the least CPU time: what others disturb least."""
    with tempfile.TemporaryDirectory() as scratch:
        least = dict.fromkeys(COMMANDS, float("inf"))
        for _ in range(ROUNDS):
            for name, arguments in COMMANDS.items():
                began = spent()
                command = [sys.executable, *(each.format(scratch=scratch) for each in arguments.split())]
                subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=os.environ | ONE_CORE)
                least[name] = min(least[name], spent() - began)
    seconds = {name: float(f"{value:.3g}") for name, value in least.items()}
    kept = {"machine": machine(), "rounds": ROUNDS, "least_cpu_seconds": seconds}
    (MEASURED / "commands.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="ascii", newline="\n")


def read(name: str) -> Any:
    """Return a committed file of measurements."""
    return json.loads((MEASURED / name).read_text(encoding="utf-8"))


def table() -> str:
    """Return the table in Markdown: seconds, and the ratio to another way of the same run."""
    commands = read("commands.json")["least_cpu_seconds"]
    bare = commands.pop(PYTHON)
    rows = [f"| {name} | {rounded(each)} | {rounded(each / bare)} × {PYTHON} |" for name, each in commands.items()]
    benchmarks = {each["name"]: each["points"] for each in read("benchmarks.json")["benchmarks"]}
    for words, name, size, own, other in ROWS:
        (point,) = (point for point in benchmarks[name] if point["size"] == size)
        times = {timing["way"]: timing for timing in point["timings"]}
        ours, theirs = (times[way]["median_seconds"] for way in (own, other))
        ratio = "" if times[other]["finished"] else "less than "
        rows.append(f"| {words} | {rounded(ours)} | {ratio}{rounded(ours / theirs)} × {BESIDE[other]} |")
    return "\n".join(["| what | seconds | beside |", "|---|---:|---|", *rows])


def main() -> None:
    """Print the table, or put it into the page."""
    if "--measure" in sys.argv[1:]:
        measure()
    if "--write" not in sys.argv[1:]:
        print(table())
        return
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
