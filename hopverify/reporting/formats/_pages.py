"""Pages that need nothing else: templates with every text escaped, one style, one script, and a policy that says so."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any


def environment(styles: Sequence[str], script: str, *, face: str = "") -> Any:
    """Return Jinja2's environment for a page with these style sheets, one after the other, and this script.

    ``face`` is a rule that brings a font, which the page then holds.
    """
    import jinja2
    from markupsafe import Markup

    style, code = "".join([face, *(_own(name) for name in styles)]), _own(script)
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(_own),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals |= {"style": Markup(style), "script": Markup(code), "policy": _policy(style, code)}
    return made


def _own(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


def face_of(family: str, name: str) -> str:
    """Return the rule that brings a font, whole."""
    font = b64encode((files(__package__) / "fonts" / name).read_bytes()).decode()
    return f'@font-face {{ font-family: "{family}"; src: url(data:font/woff2;base64,{font}) format("woff2"); }}\n'


def _policy(style: str, script: str) -> str:
    """Return the content security policy: this style, this script, images and fonts in the page, and nothing else."""
    hashes = {kind: b64encode(sha256(text.encode()).digest()).decode() for kind, text in (("s", style), ("j", script))}
    allowed = f"style-src 'sha256-{hashes['s']}'; script-src 'sha256-{hashes['j']}'; img-src data:; font-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
