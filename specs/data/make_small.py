"""Make the small arrays of the zoo: ``pool.npy``, ``pool_top.npy`` and ``one_ulp.npy`` (NumPy only)."""

from pathlib import Path

import numpy as np


def main() -> None:
    """Write the arrays beside this script."""
    folder = Path(__file__).parent
    grid = np.arange(32)
    np.save(folder / "pool.npy", (grid % 3 - 1) / 4)
    np.save(folder / "pool_top.npy", np.stack([(grid % 5 - 2) / 8, (grid % 7 - 3) / 16], axis=1))
    weights = np.array([[0.0, 0.5, -0.25], [0.5, 0.0, 0.375], [-0.25, 0.375, 0.0]])
    weights[1, 0] = np.nextafter(0.5, 1.0)
    np.save(folder / "one_ulp.npy", weights)


if __name__ == "__main__":
    main()
