"""What the kernel alone makes of certificates: it reads the cores of their specs, and accepts all claims in them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from jsonschema import Draft202012Validator

from hopverify.kernel.check import check
from hopverify.kernel.json_values import parse
from hopverify.kernel.reading import loads
from tests.cli.commands import run
from tests.golden.table import ROOT

SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "claims.schema.json").read_text(encoding="utf-8")))


def accepted(paths: Iterable[Path], folder: Path) -> dict[str, int]:
    """Return how many claims of each spec's certificate the kernel accepts; every one of them has to be."""
    found = {}
    for path in paths:
        certificate = parse((folder / f"{path.stem}.certificate.json").read_text(encoding="utf-8"))
        core = loads(run("core", path, "--arrays", folder / "arrays").stdout, folder / "arrays")
        rows = [row for result in certificate["results"] for row in result["obligations"]]
        entries = [row["evidence"] for row in rows if row.get("evidence", {}).get("rule") == "kernel"]
        claims = [{key: entry[key] for key in ("claim", "proof")} for entry in entries]
        SCHEMA.validate({"core": certificate["core"], "claims": claims})
        facts = list(check(core, certificate))
        assert len(facts) == len(claims), path
        found[path.stem] = len(facts)
    return found
