"""How each block of the pages is tried.

Commands of ``hopverify`` and ``python`` run, Python runs, and specs are read; they need no line here. A block that is
none of these, or cannot run in a test, has a line that says what becomes of it.
"""

from __future__ import annotations

# Commands that do not run with their page: how they begin, and why.
NOT_RUN = {
    "python3 -m venv": "python -m tests.documents.fresh runs it",
    "source ": "the same",
    "pip install": "tests/documents/fresh.py, and the tests of extras",
    "dask ": "a cluster: tests/execution/test_dask.py",
    "hopverify verify specs/ --dask": "a cluster: tests/execution/test_dask.py",
    "docker ": "a container: where Docker runs",
    "pytest": "tests/pytest_plugin/ runs pytest",
    "python -m tests": "tests/README.md",
    "python -m hopverify.kernel CORE": "a pattern, not a command: tests/kernel/test_check.py",
    "python docs/": "tests/architecture/",
    "hopverify check SPEC CERTIFICATE": "a pattern, not a command",
}

# Libraries that only some environments have; a page with Python that imports one is skipped in the others.
OPTIONAL = ("hamux", "jax", "pandas", "torch")

# Pages that take seconds.
LONG = {"docs/cli.md", "docs/repair.md"}

# Output: the first words of a block, and the command that prints it.
PRINTED = {
    "README.md": {"check subject verdict": "python mine.py"},
    "docs/cli.md": {"relu-pair specs/relu-pair.yaml": "hopverify verify specs/relu-pair.yaml"},
    "docs/core.md": {'{ "core": 1': "hopverify core specs/relu-pair.yaml"},
    "docs/claims.md": {
        "accepted:": "python -m hopverify.kernel docs/claims/relu-pair.core.json docs/claims/relu-pair.claims.json"
    },
    "docs/repair.md": {"original repaired": "hopverify repair specs/gelu-memory.yaml --out mended"},
    "docs/discrete.md": {"spin_energy_descent": "hopverify verify specs/hopfield-1982.yaml"},
}

# Parts of specs: the first words of a block, and the spec that holds it.
PARTS = {
    "docs/dead-neurons.md": {"layers:": "specs/relu-two-neurons.yaml"},
    "docs/discrete.md": {
        "layers:": "specs/hopfield-1982.yaml",
        "synapses:": "specs/exponential-spins.yaml",
    },
    "docs/repair.md": {"layers:": "specs/repaired/relu-pair-universal.yaml"},
}

# Blocks that are tried elsewhere, or not at all: by page and first words.
ELSEWHERE = {
    "docs/claims.md": {'{ "core": "': "tests/kernel/test_check.py"},
    "docs/architecture.md": {"specs/x.yaml": "a picture", "cli/": "a picture"},
    "docs/ci.md": dict.fromkeys(
        ("name: energies", "- run:", "verify:", "repos:"), "tests/pytest_plugin/test_continuous_integration.py"
    ),
    "docs/cli.md": {"{": "the shape of JSON: tests/cli/test_verify.py holds its schema"},
    "docs/dead-neurons.md": dict.fromkeys(
        ("energy_flatness", "equilibria", "state_recovery", "equilibrium_stability", "flat_region_stability"),
        "tests/known_values/test_equilibria.py",
    )
    | dict.fromkeys(("altered_energy_descent", "original:"), "tests/known_values/test_repair_by_hand.py"),
    # What needs JAX or PyTorch is tried where .ci/nightly installs them.
    "docs/hamux.md": dict.fromkeys((">>> ", "hopverify import model.py"), "tests/interop/test_hamux_page.py"),
    "docs/pytorch.md": dict.fromkeys(
        ("import torch", "hopverify: 1", "layers:", "hopverify import model.py"), "tests/interop/test_pages.py"
    ),
    "docs/proofs.md": {"Definition L_x": "tests/exporting/test_statements.py"},
    "docs/repair.md": {"W is not symmetric": "tests/documents/test_outputs.py"},
    "docs/spec.md": {
        "original:": "tests/known_values/test_repair_by_hand.py reads the same lines of dead-neurons.md",
        "model.yaml:4:40": "tests/documents/test_outputs.py",
    },
    "docs/testing.md": {
        "Failing test case": "what Hypothesis prints: tests/strategies/test_shrinking.py",
        **dict.fromkeys(
            ("$ pytest", "[tool.hopverify]", "def test_my_network", "import my_network", "hopfield-1984 (models"),
            "tests/documents/test_outputs.py",
        ),
    },
}
