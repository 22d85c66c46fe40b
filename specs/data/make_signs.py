"""Write random sign patterns for the specs about basins and spins: ``python specs/data/make_signs.py``.

``signs.npy`` has 5 patterns of 300 neurons, ``many_signs.npy`` 20 of 2,000.
"""

from pathlib import Path

import numpy as np

if __name__ == "__main__":
    for name, seed, shape in (("signs", 5, (5, 300)), ("many_signs", 6, (20, 2000))):
        signs = np.random.default_rng(seed).choice([-1, 1], size=shape).astype(np.int8)
        np.save(Path(__file__).with_name(f"{name}.npy"), signs)
