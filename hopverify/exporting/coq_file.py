"""A file for Coq: the model, a theorem for each claim with its proof, and the axioms that Coq counts.

>>> from hopverify.core import core_of
>>> from hopverify.networks import any_model
>>> from hopverify.spec import read_spec
>>> core = core_of(any_model(read_spec("specs/relu-pair.yaml")))
>>> file = export(core, claims_of(core))
>>> [theorem.name for theorem in file.theorems][-1], file.refused
('claim_descent', [])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hopverify.exporting.claims import claims_of
from hopverify.exporting.definitions import Definitions
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.statements import STATEMENTS
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core

__all__ = ["CoqFile", "Theorem", "claims_of", "export"]

HEAD = """\
(** Claims about a network as theorems, written by hopverify. docs/proofs.md says how to read them.
    core model: {digest}
    To check: make -C proofs && coqc -Q proofs Hopverify FILE.v *)
From Coq Require Import Reals List Lra Lia.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import {modules}.
From Coq Require Import QArith_base.
Import ListNotations.
Open Scope R_scope.
"""


@dataclass(frozen=True)
class Theorem:
    """A claim, its statement and its proof for Coq."""

    claim: Claim
    name: str
    statement: str
    proof: str

    @property
    def text(self) -> str:
        """The theorem as it stands in the file."""
        sentence = str(self.claim).replace("(*", "( *").replace("*)", "* )").replace('"', "'")
        proof = "\n".join(f"  {line}" for line in self.proof.splitlines())
        return f"(** {sentence} *)\nTheorem {self.name} : {self.statement}.\nProof.\n{proof}\nQed.\n"


@dataclass(frozen=True)
class CoqFile:
    """The text of a file, what it proves, and what it leaves out with the reasons."""

    text: str
    theorems: tuple[Theorem, ...]
    refused: list[tuple[Claim, str]]


def export(core: Core, claims: Sequence[Claim]) -> CoqFile:
    """Return the file that states and proves the claims that it can.

    Raises :class:`NotExported`, with all reasons, where it can none.
    """
    definitions = Definitions(core)
    theorems: list[Theorem] = []
    refused: list[tuple[Claim, str]] = []
    for claim in claims:
        try:
            if claim.name not in STATEMENTS:
                raise NotExported(f"proofs/ has no theorem for claims of the kind {claim.name!r} yet")
            statement = STATEMENTS[claim.name](definitions, claim)
        except NotExported as error:
            refused.append((claim, str(error)))
        else:
            name = definitions.theorem(f"claim_{statement.name}")
            theorems.append(Theorem(claim, name, statement.text, statement.proof))
    if not theorems:
        reasons = "\n".join(f"{claim}: {reason}" for claim, reason in refused)
        raise NotExported(f"nothing can be exported:\n{reasons}" if refused else "there is no claim to export")
    parts = [
        HEAD.format(digest=core.digest, modules=" ".join(definitions.modules)),
        "(** ** The model *)\n",
        *definitions.texts,
    ]
    parts += ["(** ** Premises *)\n", *definitions.lemmas] if definitions.lemmas else []
    parts += ["(** ** The claims *)\n", *(theorem.text for theorem in theorems)]
    parts += [f"Print Assumptions {theorem.name}." for theorem in theorems]
    return CoqFile("\n".join([*parts, ""]), tuple(theorems), refused)
