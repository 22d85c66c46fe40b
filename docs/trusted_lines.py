"""Count the lines that have to be right for a certificate to mean what it says.

``python docs/trusted_lines.py`` prints the tables of ``docs/certificate.md``, part by part, and of ``docs/trust.md``,
by what has to be believed; with ``--write`` they are put there. What is trusted is what the import contract "The line
of trust" in ``pyproject.toml`` lists. A line counts if it holds code: no blank lines, comments or docstrings.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE, TRUST = ROOT / "docs" / "certificate.md", ROOT / "docs" / "trust.md"
BEGIN, END = "<!-- trusted lines: begin -->", "<!-- trusted lines: end -->"

# What a reader of the proof has to believe, part by part.
PARTS = {
    "deciding: rules, verdicts, examination": ["checker", "verdict", "errors", "registry", "certificate", "results"],
    "the kernel, and the translation into its core": ["kernel", "core"],
    "stating: claims and obligations": ["checks", "obligations"],
    "meaning: what a spec says of a model": ["networks", "synapses"],
    "the catalogue: formulas stated, and tested": ["lagrangians", "activations"],
    "expressions: grammar, derivatives, signs, exact, interval and ball arithmetic": ["expr"],
    "reading specs: YAML, TOML, JSON, arrays, errors": ["spec", "extras", "regular_files"],
}

# The same lines, by the statement that they have to be right for.
BELIEVED = {
    "a claim about the core is true": ["kernel"],
    "the core is the spec: what is read, what it means, what is written down": [
        *("core", "networks", "synapses", "lagrangians", "activations", "expr", "spec", "extras", "regular_files"),
        *("registry", "errors", "verdict"),
    ],
    "a rule is right about evidence, and a question follows from what is shown": [
        *("checks", "obligations", "checker", "certificate", "results"),
    ],
}
_LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def code_lines(text: str) -> int:
    """Return the number of lines that hold code.

    >>> code_lines('"A docstring."\\n\\nx = 1  # why\\n# nothing\\n')
    1
    """
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - _docstrings(ast.parse(text)))


def _docstrings(tree: ast.AST) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            # A text that stands alone is a docstring or a comment in quotes.
            for part in node.body:
                if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and part.end_lineno:
                    lines.update(range(part.lineno, part.end_lineno + 1))
    return lines


def trusted() -> list[str]:
    """Return the modules below the line of trust, without the package's name."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (contract,) = (entry for entry in contracts if entry["name"].startswith("The line of trust"))
    return [module.removeprefix("hopverify.") for module in contract["source_modules"]]


@cache
def lines_of(module: str) -> int:
    """Return the code lines of a module, or of all files of a package."""
    path = ROOT / "hopverify" / module
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return sum(code_lines(file.read_text(encoding="utf-8")) for file in files)


def table(parts: dict[str, list[str]] = PARTS) -> str:
    """Return a table in Markdown."""
    counted = {part: sum(map(lines_of, modules)) for part, modules in parts.items()}
    missing = set(trusted()) ^ {module for modules in parts.values() for module in modules}
    if missing:
        raise SystemExit(f"not in exactly one part of the table: {', '.join(sorted(missing))}")
    rows = [
        f"| {part} | {', '.join(f'`{module}`' for module in parts[part])} | {count:,} |"
        for part, count in counted.items()
    ]
    head = ["| part | modules | lines of code |", "|---|---|---:|"]
    return "\n".join([*head, *rows, f"| **together** | | **{sum(counted.values()):,}** |"])


def main() -> None:
    """Print the tables, or put them into their pages."""
    for page, parts in ((TRUST, BELIEVED), (PAGE, PARTS)):
        if "--write" not in sys.argv[1:]:
            print(table(parts))
            continue
        text = page.read_text(encoding="utf-8")
        before, mark, rest = text.partition(BEGIN)
        _, end, after = rest.partition(END)
        if not mark or not end:
            raise SystemExit(f"{page}: the marks of the table are missing")
        page.write_text(f"{before}{BEGIN}\n{table(parts)}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
