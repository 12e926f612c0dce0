"""Morph targets in small numbers: glTF's extension KHR_mesh_quantization."""

from __future__ import annotations

import numpy as np
from pygltflib import ARRAY_BUFFER, BYTE, GLTF2, SHORT, VEC3, Accessor

from facerecon.export.gltf_buffer import GltfBuffer

EXTENSION = "KHR_mesh_quantization"

_GREATEST = {BYTE: 127, SHORT: 32767}
_KINDS = {BYTE: np.int8, SHORT: np.int16}


class QuantisedBuffer(GltfBuffer):
    """Stores what morph targets add to positions in 16 bits (steps of 31 µm), and to normals in 8.

    They are most of a head's file. The base shape stays in float32: nodes and joints then need no scale of their own,
    which some readers put in the wrong place, and a reader without the extension still finds the head.

    Args:
        gltf: gets the buffer views and accessors, and is marked with the extension.
    """

    def __init__(self, gltf: GLTF2):
        super().__init__(gltf)
        gltf.extensionsUsed.append(EXTENSION)
        gltf.extensionsRequired.append(EXTENSION)

    def position_target(self, metres: np.ndarray) -> int:
        return self._small(metres, SHORT, bounds=True)

    def normal_target(self, deltas: np.ndarray) -> int:
        # A normal that turns by more than a right angle adds more than 1 to a coordinate.
        return self._small(np.clip(deltas, -1, 1), BYTE)

    def _small(self, values: np.ndarray, component: int, bounds: bool = False) -> int:
        """Stores `(N, 3)` values in [-1, 1] as whole numbers; rows of zeros are left out, where that is smaller."""
        small = np.rint(values * _GREATEST[component]).astype(_KINDS[component])
        accessor = Accessor(componentType=component, count=len(small), type=VEC3, normalized=True, byteOffset=None)
        rows = np.flatnonzero(small.any(axis=1))
        if len(rows) * (small.itemsize * 3 + 2) >= len(small) * small.itemsize * 4:
            # Graphics cards want rows of a multiple of four bytes.
            padded = np.zeros((len(small), 4), small.dtype)
            padded[:, :3] = small
            accessor.bufferView, accessor.byteOffset = self.view(padded.tobytes(), ARRAY_BUFFER), 0
            self._gltf.bufferViews[-1].byteStride = 4 * small.itemsize
        elif len(rows):
            # No view under the sparse rows: those who know the extension take it for zeros.
            accessor.sparse = self._sparse(rows, small[rows], len(small))
        return self._add(accessor, small if bounds else None)
