"""Verified energies for Hopfield networks and dense associative memories.

A model is specified declaratively; hopverify derives its energy and Hessians, proves or refutes its
properties, and writes a certificate that an independent checker accepts.

The heavy libraries (SymPy, SciPy) are imported where they are used, so that ``import hopverify`` stays light.
"""

__version__ = "0.1.0"
