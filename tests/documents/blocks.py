"""The fenced blocks of a page, and the commands in its prose; by the standard library alone, for ``fresh.py``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")))

_FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^    [a-z].*\n)+", re.MULTILINE)
_FILE = re.compile(r"`([\w-]+\.(?:py|yaml|toml))`[^`\n]*:\s*\Z")


@dataclass(frozen=True)
class Block:
    """A block of a page: where it is, its language, its text, and the file that the sentence before it names for it."""

    page: str
    line: int
    language: str
    text: str
    file: str | None = None

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[Block]:
    """Return the fenced blocks of a page, and its indented ones that hold commands, in their order."""
    text = page(name)
    found: list[tuple[int, str, str]] = []
    for match in _FENCE.finditer(text):
        found.append(
            (match.start(), match[2], "".join(line.removeprefix(match[1]) for line in match[3].splitlines(True)))
        )
    prose = _FENCE.sub(lambda match: re.sub(r"[^\n]", "`", match[0]), text)
    for match in _INDENTED.finditer(prose):
        if match[0].startswith(("    hopverify ", "    dask ", "    pytest ", "    python ")):
            found.append((match.start(), "sh", re.sub(r"^    ", "", match[0], flags=re.MULTILINE)))
    return [
        Block(name, text.count("\n", 0, start) + 1, language, body, _file_before(text[:start]))
        for start, language, body in sorted(found)
    ]


def _file_before(text: str) -> str | None:
    match = _FILE.search(text)
    return match[1] if match else None


def commands(block: Block) -> list[str]:
    """Return the lines of a block of commands, without comments."""
    lines = (re.sub(r"\s+# .*$", "", line).strip() for line in block.text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def mentioned(name: str) -> list[str]:
    """Return the commands that the prose of a page mentions, ``hopverify list checks``."""
    prose = _FENCE.sub("", page(name))
    spans = (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose))
    return sorted({span for span in spans if span.startswith("hopverify ")})
