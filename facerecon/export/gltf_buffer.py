"""The binary half of a GLB: arrays go in, buffer views and accessors come out (glTF 2.0, section 3.6)."""

from __future__ import annotations

import numpy as np
from pygltflib import (
    ARRAY_BUFFER,
    ELEMENT_ARRAY_BUFFER,
    FLOAT,
    GLTF2,
    SCALAR,
    UNSIGNED_INT,
    UNSIGNED_SHORT,
    VEC2,
    VEC3,
    Accessor,
    AccessorSparseIndices,
    AccessorSparseValues,
    Buffer,
    BufferView,
    Sparse,
)

ALIGNMENT = 4
_SHAPES = {2: VEC2, 3: VEC3}


class GltfBuffer:
    """Collects the arrays of one GLB and names them in its accessors.

    Args:
        gltf: gets the buffer views and accessors.
    """

    def __init__(self, gltf: GLTF2):
        self._gltf = gltf
        self._chunks: list[bytes] = []
        self._length = 0
        self._zeros: dict[int, int] = {}

    def view(self, data: bytes, target: int | None = None) -> int:
        """Appends bytes, aligned as every component type needs, and gives the index of their buffer view."""
        self._gltf.bufferViews.append(
            BufferView(buffer=0, byteOffset=self._length, byteLength=len(data), target=target)
        )
        padded = data + b"\0" * (-len(data) % ALIGNMENT)
        self._chunks.append(padded)
        self._length += len(padded)
        return len(self._gltf.bufferViews) - 1

    def indices(self, triangles: np.ndarray, vertex_count: int) -> int:
        """Stores `(M, 3)` triangles in the narrowest type and gives the accessor's index."""
        kind, component = _index_type(vertex_count)
        view = self.view(triangles.astype(kind).tobytes(), ELEMENT_ARRAY_BUFFER)
        return self._add(Accessor(bufferView=view, componentType=component, count=triangles.size, type=SCALAR))

    def attribute(self, values: np.ndarray, bounds: bool = False) -> int:
        """Stores `(N, 2 | 3)` values of each vertex as float32 and gives the accessor's index.

        Args:
            values: one row a vertex.
            bounds: state the least and the greatest value, as glTF demands of positions.
        """
        values = np.ascontiguousarray(values, np.float32)
        view = self.view(values.tobytes(), ARRAY_BUFFER)
        accessor = Accessor(bufferView=view, componentType=FLOAT, count=len(values), type=_SHAPES[values.shape[1]])
        return self._add(accessor, values if bounds else None)

    def target(self, deltas: np.ndarray, bounds: bool = False) -> int:
        """Stores a morph target's `(N, 3)` deltas, as a sparse accessor where that is smaller.

        Only rows that are not zero are stored, over a block of zeros that all targets of that length share: glTF would
        allow to leave the zeros out, but not every reader does (VTK's does not).
        """
        deltas = np.ascontiguousarray(deltas, np.float32)
        rows = np.flatnonzero(deltas.any(axis=1))
        kind, component = _index_type(len(deltas))
        if len(rows) * (12 + np.dtype(kind).itemsize) >= len(deltas) * 12:
            return self.attribute(deltas, bounds)
        if len(deltas) not in self._zeros:
            self._zeros[len(deltas)] = self.view(bytes(12 * len(deltas)), ARRAY_BUFFER)
            # What several accessors share must say how far apart its elements lie.
            self._gltf.bufferViews[-1].byteStride = 12
        zeros = self._zeros[len(deltas)]
        accessor = Accessor(bufferView=zeros, componentType=FLOAT, count=len(deltas), type=VEC3)
        if len(rows):
            indices, values = self.view(rows.astype(kind).tobytes()), self.view(deltas[rows].tobytes())
            accessor.sparse = Sparse(
                count=len(rows),
                indices=AccessorSparseIndices(bufferView=indices, componentType=component),
                values=AccessorSparseValues(bufferView=values),
            )
        return self._add(accessor, deltas if bounds else None)

    def finish(self) -> bytes:
        """Gives the whole GLB file."""
        self._gltf.buffers = [Buffer(byteLength=self._length)]
        self._gltf.set_binary_blob(b"".join(self._chunks))
        return b"".join(self._gltf.save_to_bytes())

    def _add(self, accessor: Accessor, bounded: np.ndarray | None = None) -> int:
        if bounded is not None:
            # Python floats of float32 values: what a reader computes from the buffer is then exactly the same.
            accessor.min = bounded.min(axis=0).tolist()
            accessor.max = bounded.max(axis=0).tolist()
        self._gltf.accessors.append(accessor)
        return len(self._gltf.accessors) - 1


def _index_type(count: int) -> tuple[type, int]:
    """Chooses the index type for `count` vertices; the greatest value of each type restarts a primitive."""
    return (np.uint16, UNSIGNED_SHORT) if count < 2**16 else (np.uint32, UNSIGNED_INT)
