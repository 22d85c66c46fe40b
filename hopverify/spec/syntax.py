"""What is wrong with the syntax of a text, and what to do about it: parsers say it to those who wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import yaml

# What PyYAML says, and what a person does about it.
_YAML = {
    "mapping values are not allowed": "a text with ': ' in it needs quotes; keys of one mapping begin in one column",
    "did not find expected key": "a quote may be open above; keys of one mapping begin in one column",
    "did not find expected '-' indicator": "entries of one list begin in one column",
    "did not find expected ','": "a bracket is not closed before this, or a comma is missing",
    "found unexpected end of stream": "the quote that opens here is never closed",
}
_TOML = {
    "Invalid value": "text needs quotes",
    "after a statement": "a ratio or a text of several words needs quotes",
    "Illegal character '\\n'": "the quote is never closed",
}


def yaml_error(error: yaml.MarkedYAMLError, text: str) -> tuple[tuple[int, int], str]:
    """Return the place of a mistake, and what it is."""
    problem = error.problem or ""
    # A quote that is not closed is found at the end of the text, and is looked for where it opens.
    unclosed = "end of stream" in problem
    mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    details = " ".join(part for part in (error.context, problem) if part)
    if "cannot start any token" in problem:
        found = text.splitlines()[place[0] - 1][place[1] - 1 : place[1]]
        said = "a tab: indent with spaces" if found == "\t" else f"a text that begins with {found} needs quotes"
        return place, f"this is not valid YAML: {said}"
    return place, f"this is not valid YAML: {details}{_hint(problem, _YAML)}"


def toml_error(details: str) -> str:
    """Return what is wrong with a text in TOML, by the words of its parser."""
    return f"this is not valid TOML: {details}{_hint(details, _TOML)}"


def _hint(details: str, known: dict[str, str]) -> str:
    return next((f" ({hint})" for said, hint in known.items() if said in details), "")
