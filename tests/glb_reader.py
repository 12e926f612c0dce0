"""A reader of GLB files for the tests: written from the specification, shares no line with the writer."""

import json
import struct

import numpy as np

TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
SIZES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    def __init__(self, content: bytes):
        magic, version, length = struct.unpack_from("<4sII", content)
        assert (magic, version, length) == (b"glTF", 2, len(content))
        size, kind = struct.unpack_from("<I4s", content, 12)
        assert kind == b"JSON"
        self.json = json.loads(content[20 : 20 + size])
        binary, kind = struct.unpack_from("<I4s", content, 20 + size)
        assert kind == b"BIN\0"
        self.binary = content[28 + size : 28 + size + binary]

    def view(self, index: int) -> bytes:
        view = self.json["bufferViews"][index]
        start = view.get("byteOffset", 0)
        return self.binary[start : start + view["byteLength"]]

    def accessor(self, index: int) -> np.ndarray:
        accessor = self.json["accessors"][index]
        kind, size = np.dtype(TYPES[accessor["componentType"]]), SIZES[accessor["type"]]
        count = accessor["count"]
        values = np.zeros((count, size), kind)
        if "bufferView" in accessor:
            width = self.json["bufferViews"][accessor["bufferView"]].get("byteStride", size * kind.itemsize)
            rows = np.frombuffer(self.view(accessor["bufferView"]), kind, count * width // kind.itemsize)
            values[:] = rows.reshape(count, -1)[:, :size]
        if "sparse" in accessor:
            sparse = accessor["sparse"]
            rows = np.frombuffer(
                self.view(sparse["indices"]["bufferView"]), TYPES[sparse["indices"]["componentType"]], sparse["count"]
            )
            assert (np.diff(rows.astype(int)) > 0).all()
            values[rows] = np.frombuffer(self.view(sparse["values"]["bufferView"]), kind).reshape(-1, size)
        if accessor.get("normalized"):
            values = np.maximum(values / np.float64(np.iinfo(kind).max), -1)
        return values if size > 1 else values[:, 0]

    def image(self, material: int) -> bytes:
        texture = self.json["materials"][material]["pbrMetallicRoughness"]["baseColorTexture"]["index"]
        return self.view(self.json["images"][self.json["textures"][texture]["source"]]["bufferView"])
