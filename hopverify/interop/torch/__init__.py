"""PyTorch: energies, flows and updates, and attention, as specs. Loads torch only when it is used.

- :func:`energy_spec` takes a module or a function that returns an energy, a flow or one update, and an example of its
  argument; what it computes is read from its graph (:mod:`hopverify.interop.torch.energies`).
- :func:`module_specs` and :func:`key_specs` take attention, and Hopfield layers, as dense associative memories
  (:mod:`hopverify.interop.torch.heads`).
- :func:`load_state` reads a file of ``torch.save`` with ``weights_only=True``.
"""

from hopverify.interop.torch.energies import energy_spec
from hopverify.interop.torch.heads import key_specs, module_specs
from hopverify.interop.torch.tensors import load_state, numbers

__all__ = ["energy_spec", "key_specs", "load_state", "module_specs", "numbers"]
