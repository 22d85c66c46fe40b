"""Arrays of MATLAB's files (.mat, version 5 to 7): whole real matrices of floats and integers, by their names.

The format is that of *MAT-File Format* (The MathWorks, 1999 and later): a header of 128 bytes, then elements, each a
type, a length and data, packed by zlib or not. An element of type 14 is an array: its class and flags, its shape, its
name, and its numbers column by column. MATLAB stores an array of doubles in a smaller type where that holds all its
numbers, so the stored numbers are the array's.

Nothing is unpacked but what a wanted array needs: its shape and type are known before its numbers are read. This is not
SciPy's reader, since SciPy stays outside of what is trusted, and it unpacks whatever a length promises.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.regular_files import opened_regular
from hopverify.spec.bounds import MAX_PARTS

HEADER, CHUNK, MAX_AXES, LONGEST_NAME = 128, 2**16, 32, 256
MATRIX, PACKED, NAME, SHAPE, FLAGS = 14, 15, 1, 5, 6
COMPLEX, LOGICAL = 0x08, 0x02
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
NUMERIC = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
OTHERS = {1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse", 16: "function"}
OLD = "save it again as version 7: save('w.mat', 'W', '-v7')"


class MatError(HopverifyError):
    """A file of MATLAB that is damaged, of another version, or without such an array."""


@dataclass
class _Bytes:
    """The bytes of one element, unpacked only as far as they are taken."""

    stream: IO[bytes]
    left: int
    unpacker: Any = None
    _ahead: bytes = field(default=b"")

    def take(self, count: int) -> bytes:
        """Return the next bytes; raise where there are not so many."""
        found = bytearray()
        while len(found) < count:
            data = self._ahead or self._next(count - len(found))
            if self.unpacker is None:
                found += data
            else:
                found += self.unpacker.decompress(data, count - len(found))
                self._ahead = self.unpacker.unconsumed_tail
        return bytes(found)

    def _next(self, wanted: int) -> bytes:
        most = CHUNK if self.unpacker is not None else wanted
        data = self.stream.read(min(most, self.left))
        if not data:
            raise MatError("the file ends within an array")
        self.left -= len(data)
        return data


@dataclass
class _Variable:
    """An array whose numbers are still to be read."""

    name: str
    kind: str
    shape: tuple[int, ...]
    order: str
    source: _Bytes

    def numbers(self) -> NDArray[Any]:
        """Return the numbers, in the type in which they are stored."""
        code, size, short = _tag(self.source, self.order)
        if code not in STORED:
            raise MatError(f"the numbers of {self.name} are stored as type {code}, which is none of numbers")
        stored = np.dtype(f"{self.order}{STORED[code]}")
        if stored.kind == "f" and stored.itemsize > np.dtype(self.kind).itemsize:
            raise MatError(f"{self.name} has type {self.kind}, its numbers type {stored}")
        if size != math.prod(self.shape) * stored.itemsize:
            raise MatError(f"{self.name} has shape {self.shape}, and {size} bytes of numbers")
        data = short if short is not None else self.source.take(size)
        return np.frombuffer(data, dtype=stored).reshape(self.shape, order="F")


def read_mat(
    path: Path,
    key: str | None,
    choose: Callable[[list[str]], str],
    check: Callable[[tuple[int, ...], np.dtype[Any]], None],
) -> NDArray[Any]:
    """Return the array that ``choose`` names among those of a file, after ``check`` has accepted its shape and type.

    Without a key those are the arrays of numbers. One column (n × 1) is a vector.
    """
    with opened_regular(path) as stream:
        kinds = {variable.name: variable.kind for variable in _variables(stream)}
        wanted = choose([name for name, kind in kinds.items() if key is not None or kind in NUMERIC.values()])
        variable = next(each for each in _variables(stream) if each.name == wanted)
        if variable.kind not in NUMERIC.values():
            said = f"{wanted} is an array of kind {variable.kind}"
            raise MatError(f"{said}; real numbers are read: save double({wanted})")
        check(variable.shape, np.dtype(variable.kind))
        numbers = variable.numbers()
    return numbers[:, 0] if numbers.ndim == 2 and numbers.shape[1] == 1 else numbers


def _variables(stream: IO[bytes]) -> Iterator[_Variable]:
    """Yield the arrays of a file one by one; each may be read before the next is asked for."""
    stream.seek(0)
    order = _order(stream.read(HEADER))
    place, count = HEADER, 0
    while tag := stream.read(8):
        count += 1
        if count > MAX_PARTS:
            raise MatError(f"the file holds more than {MAX_PARTS} arrays")
        if len(tag) < 8:
            raise MatError("the file ends within an array")
        code, size = (int(each) for each in np.frombuffer(tag, dtype=f"{order}u4"))
        source = _Bytes(stream, size)
        if code == PACKED:
            source.unpacker = zlib.decompressobj()
            code = _tag(source, order)[0]
        if code == MATRIX and (variable := _opened(source, order)).name:
            yield variable
        place += 8 + size
        stream.seek(place)


def _order(header: bytes) -> str:
    """Return the order of bytes that a header states; raise for other versions."""
    if header.startswith(b"MATLAB 7.3"):
        raise MatError(f"a file of version 7.3 is not read; {OLD}")
    if 0 in header[:4]:
        raise MatError(f"a file of version 4 is not read; {OLD}")
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None or int(np.frombuffer(header[124:126], dtype=f"{order}u2")[0]) != 0x0100:
        raise MatError(f"it has not the header of a MATLAB file of version 5 to 7; {OLD}")
    return order


def _opened(source: _Bytes, order: str) -> _Variable:
    """Read what stands before the numbers of an array: class and flags, shape, name."""
    word = int(np.frombuffer(_part(source, order, FLAGS, 8)[:4], dtype=f"{order}u4")[0])
    code, flags = word & 0xFF, word >> 8 & 0xFF
    shape = tuple(int(each) for each in np.frombuffer(_part(source, order, SHAPE, 4 * MAX_AXES), dtype=f"{order}i4"))
    name = _part(source, order, NAME, LONGEST_NAME).decode("ascii", errors="replace")
    kind = NUMERIC.get(code, OTHERS.get(code, "unknown"))
    if kind in NUMERIC.values() and flags & (COMPLEX | LOGICAL):
        kind = "complex" if flags & COMPLEX else "logical"
    return _Variable(name, kind, shape, order, source)


def _part(source: _Bytes, order: str, wanted: int, most: int) -> bytes:
    """Return the data of a short element of an array, and pass its padding."""
    code, size, short = _tag(source, order)
    if code != wanted or size > most:
        raise MatError("an array has not the parts that the format gives it")
    if short is not None:
        return short
    return source.take(size + -size % 8)[:size]


def _tag(source: _Bytes, order: str) -> tuple[int, int, bytes | None]:
    """Return type and length of an element, and its data where they stand in the tag itself."""
    tag = source.take(8)
    first, second = (int(each) for each in np.frombuffer(tag, dtype=f"{order}u4"))
    if first >> 16:
        return first & 0xFFFF, first >> 16, tag[4 : 4 + (first >> 16)]
    return first, second, None
