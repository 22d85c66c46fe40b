"""From a model to its core, the kernel's form of it (docs/core.md).

``tests/core/test_every_spec.py`` shows that the core is the network of the spec: activations, drives and energy of both
sides agree, in balls, on every spec.
"""

from hopverify.core.model import core_of, core_of_layer, matrix_of
from hopverify.core.text import array_files, readable

__all__ = ["array_files", "core_of", "core_of_layer", "matrix_of", "readable"]
