"""Numerics: the only importer of SciPy. What it returns are candidates, never proofs."""
