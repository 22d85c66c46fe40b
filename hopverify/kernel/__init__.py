"""The kernel: what has to be believed for a certificate to be believed. Standard library and python-flint only.

It reads the *core model* (:mod:`~hopverify.kernel.core`), in which every number is exact and nothing is left to a
default, and the terms of a closed language (:mod:`~hopverify.kernel.terms`). docs/core.md is the format. No verdict
comes from here yet: docs/trust.md says which code decides today.
"""
