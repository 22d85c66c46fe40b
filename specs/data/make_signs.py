"""Write random sign patterns, 5 × 300, for the specs about basins: ``python specs/data/make_signs.py``."""

from pathlib import Path

import numpy as np

if __name__ == "__main__":
    signs = np.random.default_rng(5).choice([-1, 1], size=(5, 300)).astype(np.int8)
    np.save(Path(__file__).with_name("signs.npy"), signs)
