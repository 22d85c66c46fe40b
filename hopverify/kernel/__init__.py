"""The kernel: what has to be believed for a certificate to be believed. Standard library and python-flint only.

It reads the *core model* (:mod:`~hopverify.kernel.core`), in which every number is exact and nothing is left to a
default, and the terms of a closed language (:mod:`~hopverify.kernel.terms`); docs/core.md is the format. It accepts
claims about a core with their proofs (:mod:`~hopverify.kernel.check`), as docs/claims.md defines them, or rejects them.
docs/trust.md says which questions are decided here.
"""
