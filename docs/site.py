"""What the site adds to MkDocs: reports, notebooks, checks and the schema of specs, and links that stay valid.

The pages of ``docs/`` are written for the forge: their links lead to files of the repository. On the site a link to a
file that is a page leads to the page, and every other one to the repository. A link to a file that is not there is a
warning, which ends a strict build.
"""

from __future__ import annotations

import html
import json
import logging
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

from hopverify.checks import CHECKS
from hopverify.cli._registries import documentation
from hopverify.cli._schema import schema_text
from hopverify.reporting.document import Math
from hopverify.reporting.formats._mathml import mathml
from hopverify.reporting.theory import items_of

ROOT = Path(__file__).parents[1]
LOG = logging.getLogger("mkdocs.hooks.site")
# Pages that stand outside of docs/.
OUTSIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "proofs/README.md", "tests/README.md")
# These texts are for readers of the folder; on the site the report is the page.
REPORTS = {
    "reports": "reports/index.html",
    "reports/README.md": "reports/index.html",
    "reports/minilm/README.md": "reports/minilm/index.html",
}
_LINK = re.compile(r"(?P<text>!?\[(?:[^\[\]]|\[[^\]]*\])*\])\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
_HREF = re.compile(r'(?<=\shref=")(?P<target>[^"#:,]+)(?=["#])')
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
DRAWN: list[str] = []
_DISPLAYED, _INLINE = re.compile(r"\$\$(.+?)\$\$", re.DOTALL), re.compile(r"(?<![\\$])\$([^$\n]+?)\$")


def on_files(files: Any, config: Any) -> Any:
    """Add what is not in ``docs/``, or is no page there."""
    reports = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "reports").rglob("*"))]
    for name in [*OUTSIDE, *reports]:
        if name.endswith((".md", ".svg")) and name not in REPORTS:
            files.append(File(name, str(ROOT), config.site_dir, config.use_directory_urls))
    for name in reports:
        if name.endswith(".html"):
            text = _HREF.sub(lambda found, at=name: _led(at, found["target"], files, config), _text(name))
            files.append(File.generated(config, name, content=text))
    for path in sorted((ROOT / "docs").glob("*.ipynb")):
        files.append(File.generated(config, page_of(path.name), content="\n\n".join(_cells(path))))
    files.append(File.generated(config, "checks.md", content="\n\n".join(_checks())))
    files.append(File.generated(config, "spec.schema.json", content=schema_text()))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Let links lead to pages of the site, or else to the repository."""

    def led(match: re.Match[str]) -> str:
        target = _led(page.file.src_uri, match["target"], files, config)
        return f"{match['text']}({target}{match['anchor'] or ''})"

    parts, at = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [_LINK.sub(led, markdown[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*parts, _LINK.sub(led, markdown[at:])])


def on_page_content(content: str, page: Any, config: Any, files: Any) -> str:
    """Put the formulas in the places of their marks, as MathML, which browsers draw by themselves."""
    return re.sub(r"formula(\d+)formula", lambda found: DRAWN[int(found[1])], content)


def page_of(name: str) -> str:
    """Return the page that shows a file: of a notebook one of its own, beside the text of the same name."""
    return f"{name.removesuffix('.ipynb')}-notebook.md" if name.endswith(".ipynb") else name


def _led(uri: str, target: str, files: Any, config: Any) -> str:
    """Return where a link of a page leads to on the site, or else in the repository."""
    if re.match(r"[a-z]+:", target):
        return target
    source = uri if (ROOT / uri).exists() else f"docs/{uri}"
    place = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    place = REPORTS.get(place, place)
    if not (ROOT / place).exists():
        LOG.warning("%s links to %s, which is not in the repository", source, place)
    shown = page_of(place.removeprefix("docs/"))
    if shown.endswith(".html") or files.get_file_from_path(shown) is not None:
        return posixpath.relpath(shown, posixpath.dirname(uri) or ".")
    return f"{config.extra['repository']}/{'tree' if (ROOT / place).is_dir() else 'blob'}/main/{place}"


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _checks() -> Iterator[str]:
    """Yield what `hopverify explain` says of each check, as Markdown."""
    yield "# What each check needs"
    yield "What `hopverify explain CHECK` says of each check: what it claims, its premises and sizes, its theorems."
    for check in CHECKS:
        yield f"## {check.name}"
        yield f"*{check.title}.*"
        yield re.sub(r"(?::\w+:)?`+", "`", documentation("checks", check))
        yield check.explanation
        yield f"Needs: {check.premises}."
        yield f"Sizes: {'; '.join(f'with `{name}`: {size}' if name else size for name, size in check.sizes.items())}."
        fields = [f"- `{field.name}`: {field.doc}" for field in check.parameters]
        if fields:
            yield "Parameters:\n\n" + "\n".join(fields)
        anchors = [(f"{name}: {title}", _slug(f"{name}: {title}")) for name, title in items_of(check.theory)]
        theorems = [f"[{heading}](theory.md#{anchor})" for heading, anchor in anchors]
        if theorems:
            yield f"Theory: {'; '.join(theorems)}."


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _cells(path: Path) -> Iterator[str]:
    """Yield the cells of a notebook, and what they show, as Markdown."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield _formulas(source)
        else:
            yield f"```python\n{source}\n```"
            yield from (_output(output) for output in cell["outputs"])


def _output(output: Any) -> str:
    """Return what a cell printed or showed, in the richest form that needs no script."""
    data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
    if "image/svg+xml" in data:
        return f'<div class="output">{data["image/svg+xml"]}</div>'
    if "text/html" in data:
        return f'<div class="output">{data["text/html"]}</div>'
    if "text/markdown" in data:
        return f'<div class="output" markdown>\n\n{_formulas(data["text/markdown"])}\n\n</div>'
    text = "".join(output.get("text", "")) or data.get("text/plain", "")
    return f'<pre class="output">{html.escape(text)}</pre>'


def _formulas(text: str) -> str:
    """Return a text with a mark in place of each formula, which Markdown leaves alone."""
    text = _DISPLAYED.sub(lambda found: _marked(found[1].strip(), displayed=True), text)
    return _INLINE.sub(lambda found: _marked(found[1], displayed=False), text)


def _marked(latex: str, *, displayed: bool) -> str:
    """Draw a formula, and return its mark. latex2mathml knows ``align*``, and not ``aligned``."""
    latex = latex.replace("{aligned}", "{align*}")
    DRAWN.append(mathml(Math(latex=latex, text=latex), displayed=displayed))
    return f"formula{len(DRAWN) - 1}formula"
