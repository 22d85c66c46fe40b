"""``hopverify explain``: one entry of a registry in full, written from the entry itself."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import click

from hopverify.cli._markdown import for_terminal
from hopverify.cli._registries import PLACES, documentation, registry, summary
from hopverify.errors import HopverifyError
from hopverify.registry import did_you_mean
from hopverify.reporting.theory import PAGE, Theorem, items_of, theorems

WIDTH = 100
LISTED = 8
NO_PROOF = "It has no proof of its own: what it says is shown in the text above."
FORMULAS = {"potential": "L(x)", "activation": "g(x)", "slope": "h(x) = g'(x)"}


@click.command("explain", short_help="Explain an entry of `list`, or a theorem, by its name.")
@click.argument("name")
@click.option("--proof", is_flag=True, help="Of a theorem: print its proof, too.")
def command(name: str, proof: bool) -> None:
    """Explain a Lagrangian, check, rule … or a theorem (T7) by NAME: formula, parameters, sizes, theory."""
    theorem = theorems().get(name.upper())
    if theorem is not None:
        click.echo(_theorem(theorem, with_proof=proof))
        return
    found = [(kind, registry(kind)[name]) for kind in PLACES if name in registry(kind)]
    if not found:
        known = [*theorems(), *sorted({entry.name for kind in PLACES for entry in registry(kind)})]
        raise HopverifyError(f"nothing is called {name!r}{_advice(name, known)}")
    if proof:
        raise HopverifyError(f"--proof is for theorems, and {name} is none; `hopverify list theorems` shows them")
    click.echo("\n\n".join("\n".join(_lines(kind, entry)) for kind, entry in found))


def _advice(name: str, known: list[str]) -> str:
    near = did_you_mean(name, known)
    parts = [entry for entry in known if name.lower() in entry.lower()][:LISTED]
    named = f"it is part of {', '.join(parts)}; " if parts else ""
    said = f"{near} " if near.endswith("?") else "; "
    return f"{said}{named}`hopverify list` shows all names"


def _theorem(theorem: Theorem, *, with_proof: bool) -> str:
    """Return a theorem as text for a terminal: its statement, and its proof or where that stands."""
    width = min(WIDTH, shutil.get_terminal_size().columns)
    lines = [f"{theorem.name}: {theorem.title}", for_terminal(theorem.statement, width, "  ")]
    if with_proof:
        lines.append(for_terminal(f"*Proof.* {theorem.proof}" if theorem.proof else NO_PROOF, width, "  "))
    elif theorem.proof:
        lines.append(f"  Its proof: `hopverify explain {theorem.name} --proof`, or {PAGE}.")
    citing = [check.name for check in registry("checks") if theorem.name in check.theory.split(", ")]
    if citing:
        lines.append(for_terminal(f"Cited by: {', '.join(citing)}.", width, "  "))
    return "\n\n".join(lines)


def _lines(kind: str, entry: Any) -> Iterator[str]:
    yield f"{entry.name} ({registry(kind).noun})"
    yield f"  {summary(entry)}"
    yield ""
    yield from (f"  {line}" if line else "" for line in documentation(kind, entry).replace("``", "`").splitlines())
    if getattr(entry, "explanation", ""):
        yield ""
        yield from textwrap.wrap(entry.explanation, WIDTH - 2, initial_indent="  ", subsequent_indent="  ")
    for heading, lines in _sections(entry):
        if lines:
            yield ""
            yield f"  {heading}:"
            yield from (f"    {line}" for line in lines)


def _sections(entry: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield what the kinds of entries have, each where it has it."""
    texts = {shown: getattr(entry, key, None) for key, shown in FORMULAS.items()}
    yield "formulas", [f"{shown} = {text}" for shown, text in texts.items() if text]
    fields = (*getattr(entry, "parameters", ()), *getattr(entry, "fields", ()))
    yield "parameters", [_field(field) for field in fields]
    yield "needs", _wrapped(getattr(entry, "premises", ""))
    yield "sizes", list(_sizes(getattr(entry, "sizes", {})))
    yield "settings", [f"{name}: {meaning}" for name, meaning in getattr(entry, "settings", {}).items()]
    yield "required", [f"{text} > 0" for text in getattr(entry, "requires", ())]
    yield "declared, and tested", list(_facts(getattr(entry, "facts", None)))
    kinds = getattr(entry, "obligations", ())
    yield "about", [f"{kind.__name__}: {_first_sentence(kind.__doc__ or '')}" for kind in kinds]
    payload = [
        *sorted(getattr(entry, "required", ())),
        *(f"{key} (optional)" for key in sorted(getattr(entry, "optional", ()))),
    ]
    yield "payload", payload
    yield (
        "theory (`hopverify explain NAME`)",
        [f"{name}: {title}" for name, title in items_of(getattr(entry, "theory", ""))],
    )
    yield "reference", [entry.reference] if getattr(entry, "reference", "") else []


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - 4)


def _sizes(sizes: Mapping[str, str]) -> Iterator[str]:
    for parameter, size in sizes.items():
        yield from _wrapped(f"with `{parameter}`: {size}" if parameter else size)


def _field(field: Any) -> str:
    about = [str(field.kind)]
    if field.choices:
        about.append(" or ".join(field.choices))
    sign = ("> " if field.strict else "≥ ", "< " if field.strict else "≤ ")
    about += [f"{sign[0]}{field.minimum}"] if field.minimum is not None else []
    about += [f"{sign[1]}{field.maximum}"] if field.maximum is not None else []
    if field.required:
        about.append("required")
    elif field.default is not None:
        about.append(f"default {field.default}")
    return f"{field.name} ({', '.join(about)}): {field.doc}"


def _facts(facts: Any) -> Iterator[str]:
    if facts is None:
        return
    convex = f"iff {facts.convex_when} ≥ 0" if facts.convex is None else "yes" if facts.convex else "no"
    yield f"convex: {convex}"
    yield f"null space of H: {facts.kernel}"
    if facts.dead:
        yield "dead: " + ", ".join(_interval(*zone) for zone in facts.dead)
    if facts.saturates:
        yield "saturates towards: " + ", ".join("+∞" if end > 0 else "-∞" for end in facts.saturates)
    yield f"range of g: {_interval(*facts.activation_range)}"
    yield f"range of h, or of the eigenvalues of H: {_interval(*facts.slope_range)}"


def _interval(lower: str | None, upper: str | None) -> str:
    return f"[{'-∞' if lower is None else lower}, {'+∞' if upper is None else upper}]"


def _first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())
