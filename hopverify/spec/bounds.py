"""What a spec may ask of the machine that reads it.

A spec is untrusted input: each bound keeps a few hostile bytes from costing more than a second or a gigabyte.
They are far above what a model needs; each error states the limit and the value that exceeded it.
"""

from __future__ import annotations

from typing import Final

#: Characters and bytes of a spec's text; the limit also holds for the text after aliases are expanded.
MAX_TEXT: Final = 4 * 1024 * 1024
#: Mappings and lists inside one another.
MAX_NESTING: Final = 32
#: Scalars, lists and mappings; what an alias stands for counts each time.
MAX_NODES: Final = 500_000
#: Characters of a number literal.
MAX_LITERAL: Final = 400
#: Size of the decimal exponent of a number literal, without its sign.
MAX_EXPONENT: Final = 400
#: Neurons of a layer.
MAX_LAYER_SIZE: Final = 1_000_000
#: Elements of an array, read from the file's header before its data.
MAX_ELEMENTS: Final = 200_000_000
#: Elements of all arrays in files together.
MAX_ALL_ELEMENTS: Final = 2 * MAX_ELEMENTS
#: Elements of an array that doubles cannot hold, each of which is a Python object of some hundred bytes.
MAX_RATIONALS: Final = 5_000_000
#: Layers and synapses together; also arrays, and memories.
MAX_PARTS: Final = 1000
#: Bytes of a table of decimals (.csv, .txt).
MAX_TABLE: Final = 64 * 1024 * 1024
#: Characters of an expression or of another long text.
MAX_EXPRESSION: Final = 20_000
#: Characters of the name of a layer, synapse, array, memory or check.
MAX_NAME: Final = 64
#: Characters of the spec's own name.
MAX_TITLE: Final = 200
#: Problems listed at once: more help nobody.
MAX_PROBLEMS: Final = 100
