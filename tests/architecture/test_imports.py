"""The import contracts hold, a planted violation breaks them, and `import hopverify` is light."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.profiles import long

ROOT = Path(__file__).parents[2]
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"

PLANTS = [
    ("checker/rules/lure.py", "import sympy"),
    ("checker/deciding.py", "def late():\n    import scipy.optimize"),
    ("checks/energy_descent.py", "import mpmath"),
    ("expr/nodes.py", "import hopverify.provers"),
    ("checker/payload.py", "from hopverify.pipeline import verify"),
    ("spec/numbers.py", "import hopverify.checker"),
    ("provers/structure.py", "import scipy"),
    ("provers/symmetriser.py", "from hopverify.kernel import evaluate"),
    ("kernel/ranges.py", "from hopverify.core import core_of"),
    ("derivation/deriving.py", "import sympy"),
    ("checker/floats.py", "import yaml"),
    ("reporting/wording.py", "import numpy"),
    ("execution/processes.py", "import distributed"),
    ("execution/run.py", "import hopverify.pipeline"),
    ("checker/payload.py", "import hopverify.execution.units"),
    ("certificate.py", "def _repr_html_():\n    from hopverify.reporting import notebooks"),
    ("reporting/report.py", "import hopverify.notebook"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, timeout=120)


def lint_with(folder: Path, file: str, line: str) -> subprocess.CompletedProcess[str]:
    """Lint with one more line in a file."""
    path = folder / "hopverify" / file
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(f"{text}\n\n{line}\n", encoding="utf-8")
        return lint(folder)
    finally:
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "hopverify", folder / "hopverify", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize(("file", "line"), [plant if i % 6 == 0 else long(*plant) for i, plant in enumerate(PLANTS)])
def test_a_planted_violation_breaks_them(copy: Path, file: str, line: str) -> None:
    done = lint_with(copy, file, line)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout


def test_provers_may_ask_the_kernel(copy: Path) -> None:
    done = lint_with(copy, "provers/symmetriser.py", "from hopverify.kernel.check import accept")
    assert done.returncode == 0, done.stdout


def test_the_kernel_imports_the_standard_library_flint_and_itself() -> None:
    """Wherever an import stands, in a function too."""
    for path in (ROOT / "hopverify" / "kernel").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [str(node.module)]
            for name in names:
                ours = name == "hopverify.kernel" or name.startswith("hopverify.kernel.")
                assert ours or name == "flint" or name.partition(".")[0] in sys.stdlib_module_names, f"{path}: {name}"


@pytest.mark.parametrize("module", ["hopverify", "hopverify.errors", "hopverify.cli"])
def test_importing_is_light(module: str) -> None:
    heavy = ["sympy", "scipy", "numpy", "pydantic", "rich", "flint", "yaml", "mpmath", "cvxpy", "matplotlib"]
    code = f"import sys, {module}; print(*[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_a_whole_run_of_the_checker_needs_no_symbolic_library() -> None:
    code = "import sys, hopverify.checker as c; list(c.RULES); print('sympy' in sys.modules, 'scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stdout.split() == ["False", "False"], done.stderr
