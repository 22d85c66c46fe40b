"""HAMUX: Python files that build a ``HAM``. They are run, so nothing is read without ``--allow-code``.

hopverify import model.py --out specs --allow-code
hopverify import model.py:ham --out specs --allow-code --set step=0.5
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hopverify.interop.code import member_of, run_file
from hopverify.interop.hamux import from_hamux, is_ham, kin
from hopverify.interop.imported import Imported
from hopverify.interop.source import Request, Source, yes


def _is_any_ham(found: Any) -> bool:
    """Whether something is a HAM, also of a library that is not read: it is refused by that library's name."""
    return is_ham(found) or kin(found) is not None


def _read(request: Request) -> Sequence[Imported]:
    from hopverify.interop.hamux.tracing import jax_itself

    jax_itself()
    name, ham = member_of(run_file(request.path), _is_any_ham, request.member, "HAM")
    title = request.settings.get("name") or (f"{request.path.stem}-{name}" if request.member else request.path.stem)
    decimals = yes(request.settings, "decimals")
    return [from_hamux(ham, name=title, step=request.settings.get("step"), decimals=decimals)]


SOURCE = Source(
    name="hamux",
    summary="a HAM of HAMUX 0.2, built by a Python file",
    suffixes=(".py",),
    read=_read,
    extra="hamux",
    settings={
        "name": "the name of the spec; the file's unless stated",
        "step": "alpha: whether a step x <- x - alpha dE/dg can raise the energy is asked too",
        "decimals": "yes: 0.1 in the program means 1/10, not the float32 that it becomes",
    },
    runs_code=True,
)
