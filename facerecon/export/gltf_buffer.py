"""The binary half of a GLB: arrays go in, buffer views and accessors come out (glTF 2.0, section 3.6)."""

from __future__ import annotations

import numpy as np
from pygltflib import (
    ARRAY_BUFFER,
    ELEMENT_ARRAY_BUFFER,
    FLOAT,
    GLTF2,
    MAT4,
    SCALAR,
    UNSIGNED_BYTE,
    UNSIGNED_INT,
    UNSIGNED_SHORT,
    VEC2,
    VEC3,
    VEC4,
    Accessor,
    AccessorSparseIndices,
    AccessorSparseValues,
    Buffer,
    BufferView,
    Sparse,
)

ALIGNMENT = 4
_SHAPES = {2: VEC2, 3: VEC3, 4: VEC4}
_KINDS = {UNSIGNED_BYTE: np.uint8, UNSIGNED_SHORT: np.uint16, UNSIGNED_INT: np.uint32}


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
        component = index_type(vertex_count)
        view = self.view(triangles.astype(_KINDS[component]).tobytes(), ELEMENT_ARRAY_BUFFER)
        return self._add(Accessor(bufferView=view, componentType=component, count=triangles.size, type=SCALAR))

    def positions(self, metres: np.ndarray) -> int:
        """Stores `(N, 3)` positions with their bounds, as glTF demands, and gives the accessor's index."""
        return self._attribute(metres, bounds=True)

    def normals(self, normals: np.ndarray) -> int:
        """Stores `(N, 3)` unit normals and gives the accessor's index."""
        return self._attribute(normals)

    def tangents(self, tangents: np.ndarray) -> int:
        """Stores `(N, 4)` tangents, as `geometry.tangents` finds them, and gives the accessor's index."""
        return self._attribute(tangents)

    def uv(self, uv: np.ndarray) -> int:
        """Stores `(N, 2)` uv, origin top left, and gives the accessor's index."""
        return self._attribute(uv)

    def position_target(self, metres: np.ndarray) -> int:
        """Stores what a morph target adds to the positions, `(N, 3)`, and gives the accessor's index."""
        return self._target(metres, bounds=True)

    def normal_target(self, deltas: np.ndarray) -> int:
        """Stores what a morph target adds to the normals, `(N, 3)`, and gives the accessor's index."""
        return self._target(deltas)

    def joints(self, joint: int, count: int) -> tuple[int, int]:
        """Lets one joint alone move `count` vertices, and gives the accessors of joints and weights."""
        pair = []
        for value in (joint, 255):
            view = self.view(np.tile(np.array([value, 0, 0, 0], np.uint8), count).tobytes(), ARRAY_BUFFER)
            kind = Accessor(bufferView=view, componentType=UNSIGNED_BYTE, count=count, type=VEC4)
            kind.normalized = value == 255
            pair.append(self._add(kind))
        return pair[0], pair[1]

    def matrices(self, matrices: np.ndarray) -> int:
        """Stores `(J, 4, 4)` matrices, which glTF reads column by column, and gives the accessor's index."""
        view = self.view(np.ascontiguousarray(matrices.transpose(0, 2, 1), np.float32).tobytes())
        return self._add(Accessor(bufferView=view, componentType=FLOAT, count=len(matrices), type=MAT4))

    def _attribute(self, values: np.ndarray, bounds: bool = False) -> int:
        values = np.ascontiguousarray(values, np.float32)
        view = self.view(values.tobytes(), ARRAY_BUFFER)
        accessor = Accessor(bufferView=view, componentType=FLOAT, count=len(values), type=_SHAPES[values.shape[1]])
        return self._add(accessor, values if bounds else None)

    def _target(self, deltas: np.ndarray, bounds: bool = False) -> int:
        """Stores a morph target's `(N, 3)` deltas, as a sparse accessor where that is smaller.

        Only rows that are not zero are stored, over a block of zeros that all targets of that length share: glTF would
        allow to leave the zeros out, but not every reader does (VTK's does not).
        """
        deltas = np.ascontiguousarray(deltas, np.float32)
        rows = np.flatnonzero(deltas.any(axis=1))
        if len(rows) * (12 + np.dtype(_KINDS[index_type(len(deltas))]).itemsize) >= len(deltas) * 12:
            return self._attribute(deltas, bounds)
        if len(deltas) not in self._zeros:
            self._zeros[len(deltas)] = self.view(bytes(12 * len(deltas)), ARRAY_BUFFER)
            # What several accessors share must say how far apart its elements lie.
            self._gltf.bufferViews[-1].byteStride = 12
        zeros = self._zeros[len(deltas)]
        accessor = Accessor(bufferView=zeros, componentType=FLOAT, count=len(deltas), type=VEC3)
        if len(rows):
            accessor.sparse = self._sparse(rows, deltas[rows], len(deltas))
        return self._add(accessor, deltas if bounds else None)

    def _sparse(self, rows: np.ndarray, values: np.ndarray, count: int) -> Sparse:
        """Stores some rows of `count`, and their values as they are."""
        component = index_type(count)
        indices = self.view(rows.astype(_KINDS[component]).tobytes())
        return Sparse(
            count=len(rows),
            indices=AccessorSparseIndices(bufferView=indices, componentType=component),
            values=AccessorSparseValues(bufferView=self.view(values.tobytes())),
        )

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


def index_type(count: int) -> int:
    """Chooses the narrowest type for rows of `count`; the greatest value of each type restarts a primitive."""
    return UNSIGNED_SHORT if count < 2**16 else UNSIGNED_INT
