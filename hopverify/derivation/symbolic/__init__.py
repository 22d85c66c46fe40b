"""SymPy at work: what is derived of the catalogue when hopverify is built, and of a user's own expressions when needed.

The only package that imports SymPy. ``python -m hopverify.derivation.symbolic`` writes what is derived of the catalogue
into ``hopverify/derivation/data``; everything else reads it from there.
"""
