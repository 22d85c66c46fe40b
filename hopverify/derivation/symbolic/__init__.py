"""SymPy at work: what is derived of the catalogue when hopverify is built, and of a user's own expressions when needed.

The only package that imports SymPy. Nothing imports it but two programs: ``python -m hopverify.derivation.symbolic``
writes what is derived of the catalogue into ``hopverify/derivation/data``, where all else reads it, and ``python -m
hopverify.derivation.symbolic.answering`` derives a user's own expressions.
"""
