"""The manifest: what the specs gave when the gallery was made, apart from timings, versions and the numbers found.

Numbers that a search found may differ from machine to machine in their last digits, and formulas with the version of
SymPy. What is compared are the digests of the specs, the verdict of each claim, the words of each page without its
numbers and formulas, and the digests of the files, as they were written.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.reporting.document import Code, Document, Math, Picture
from hopverify.reporting.report import Report

FILE = "gallery.json"
_NUMBERS = re.compile(r"\S*\d\S*(?:\s+\S*\d\S*)*")


@dataclass(frozen=True)
class Entry:
    """What one spec gave. ``claims`` are texts such as ``energy_flatness [x]: fail``."""

    spec: str
    digest: str
    verdict: str
    claims: tuple[str, ...]
    words: str

    def as_json(self) -> dict[str, Any]:
        """Return the entry as JSON values."""
        return {field.name: _json_value(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True)
class Manifest:
    """``entries`` by key, ``index`` the digest of the index without its images, ``files`` the digests of all files."""

    entries: Mapping[str, Entry]
    index: str
    files: Mapping[str, str]

    def to_json(self) -> str:
        """Return the manifest as text, one line a value."""
        body = {
            "entries": {key: entry.as_json() for key, entry in self.entries.items()},
            "index": self.index,
            "files": dict(self.files),
        }
        return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def parse_manifest(text: str) -> Manifest:
    """Return the manifest that ``to_json`` wrote."""
    try:
        body = json.loads(text)
        entries = {key: _entry(value) for key, value in body["entries"].items()}
        return Manifest(entries, body["index"], dict(body["files"]))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise HopverifyError(f"{FILE}: not the manifest of a gallery ({error}); make the gallery anew") from error


def _entry(body: Mapping[str, Any]) -> Entry:
    return Entry(body["spec"], body["digest"], body["verdict"], tuple(body["claims"]), body["words"])


def entry_of(spec: str, report: Report, document: Document) -> Entry:
    """Return what a spec gave; ``document`` is composed without timings, versions and pictures."""
    claims = tuple(f"{row.check} [{row.subject}]: {row.verdict}" for row in report.rows)
    return Entry(spec, report.digest, str(report.verdict), claims, digest("\n".join(words_of(document)).encode()))


def digest(content: bytes) -> str:
    """Return SHA-256 as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def words_of(value: Any) -> Iterator[str]:
    """Yield the words of a document, or of a part of it, numbers and formulas left out.

    >>> list(words_of(("at the state (-1/2, 3) it is 0.25 < 1", Math("x", "x"), "so")))
    ['at the state # it is # < #', 'so']
    """
    if isinstance(value, Code | Math | Picture):
        return
    if isinstance(value, str):
        yield _NUMBERS.sub("#", value)
    elif is_dataclass(value):
        for field in fields(value):
            yield from words_of(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from words_of(part)


def differences(kept: Manifest, now: Manifest) -> Iterator[str]:
    """Yield, in words, in what a gallery differs from what the specs give now; files are compared by those who read."""
    for key in sorted({*kept.entries, *now.entries}):
        old, new = kept.entries.get(key), now.entries.get(key)
        if old is None:
            yield f"{key}: has no page in the gallery"
        elif new is None:
            yield f"{key}: the gallery has a page, and there is no such spec"
        else:
            yield from (f"{key}: {said}" for said in _differences(old, new))
    if kept.index != now.index:
        yield "the index says something else"


def _differences(old: Entry, new: Entry) -> Iterator[str]:
    if old.spec != new.spec:
        yield f"the spec was {old.spec} and is {new.spec}"
    if old.digest != new.digest:
        yield "the spec has changed"
    yield from (f"no longer {claim}" for claim in old.claims if claim not in new.claims)
    yield from (f"now {claim}" for claim in new.claims if claim not in old.claims)
    if old.claims != new.claims and sorted(old.claims) == sorted(new.claims):
        yield "the claims have another order"
    if old.verdict != new.verdict:
        yield f"the verdict was {old.verdict} and is {new.verdict}"
    if old.words != new.words and old.claims == new.claims:
        yield "the page says something else"


def _json_value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
