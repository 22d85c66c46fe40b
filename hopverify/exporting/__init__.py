"""Claims about a core model as files that Coq checks (docs/proofs.md).

The statement of a theorem is written from the core alone. What the library ``proofs/`` has no theorem for is refused
with a reason, never approximated. A wrong proof does no harm, since Coq refuses it; a wrong statement would: what turns
cores into statements is ``numbers``, ``functions``, ``networks`` and ``statements``.
"""

from hopverify.exporting.claims import claims_of
from hopverify.exporting.coq_file import CoqFile, export
from hopverify.exporting.refusal import NotExported

__all__ = ["CoqFile", "NotExported", "claims_of", "export"]
