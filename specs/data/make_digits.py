"""Make ``digits.npy`` and ``digits_labels.npy``: the handwritten digits of scikit-learn as unit vectors.

1,797 grey images of 8 × 8 pixels (Alpaydin & Kaynak 1998, UCI Optical Recognition of Handwritten Digits, test part;
CC BY 4.0). The mean image is subtracted from each and the result scaled to Euclidean norm 1, in double precision. The
arrays are shipped: a spec is about the dyadic numbers they hold, not about how they were made.

Run ``pip install 'hopverify[data]'`` and then ``python specs/data/make_digits.py``.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits


def main() -> None:
    """Write both arrays beside this script."""
    digits = load_digits()
    centred = digits.data - digits.data.mean(axis=0)
    patterns = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    folder = Path(__file__).parent
    np.save(folder / "digits.npy", patterns.astype(np.float64))
    np.save(folder / "digits_labels.npy", digits.target.astype(np.int8))


if __name__ == "__main__":
    main()
