"""PCD, the point cloud library's file: ASCII, binary and binary_compressed, with colours and normals."""

from __future__ import annotations

import io
import struct

import numpy as np

from facerecon.core.types import PointCloud
from facerecon.scans.text import as_colours

_LEAST_HEADER = ("fields", "size", "type", "points", "data")


def read_pcd(data: bytes) -> PointCloud:
    """Reads points, with normals (`normal_x` …) and colours (`rgb`, `rgba`, or `r`, `g`, `b`) where there are any.

    Source: "The PCD (Point Cloud Data) file format", Point Cloud Library, version 0.7.

    Raises:
        ValueError: the header or the data are not what they should be.
    """
    header, start = _header(data)
    dtype = _dtype(header)
    count, body = int(header["points"][0]), data[start:]
    storage = header["data"][0].lower()
    if not 0 <= count <= 8 * len(data):  # even a compressed point takes some bits
        raise ValueError(f"{count} points do not fit into {len(data)} bytes")
    if storage == "ascii":
        table = _ascii(body, dtype, count)
    elif storage == "binary":
        table = np.frombuffer(body, dtype, count)
    elif storage == "binary_compressed":
        table = _compressed(body, dtype, count)
    else:
        raise ValueError(f"data of the kind “{storage}”")
    return _cloud(table)


def point_count(data: bytes) -> int:
    """Gives how many points the header promises."""
    return int(_header(data)[0]["points"][0])


def _header(data: bytes) -> tuple[dict[str, list[str]], int]:
    """Reads the header and finds where the data begin."""
    header: dict[str, list[str]] = {}
    start = 0
    while "data" not in header:
        end = data.find(b"\n", start, start + 10_000)
        if end < 0:
            raise ValueError("the header does not end")
        words = data[start:end].decode("ascii", errors="replace").split()
        if words and not words[0].startswith("#"):
            header[words[0].lower()] = words[1:]
        start = end + 1
    if "points" not in header and {"width", "height"} <= set(header):
        header["points"] = [str(int(header["width"][0]) * int(header["height"][0]))]
    if not all(header.get(name) for name in _LEAST_HEADER):
        raise ValueError("the header is not complete")
    return header, start


def _dtype(header: dict[str, list[str]]) -> np.dtype:
    """Describes one point; a field that repeats, or whose name repeats, keeps its place under a name of its own."""
    names, sizes, kinds = header["fields"], header["size"], header["type"]
    counts = header.get("count") or ["1"] * len(names)
    fields = []
    for index, (name, size, kind, count) in enumerate(zip(names, sizes, kinds, counts, strict=True)):
        usable = name not in [field[0] for field in fields] and name != "_"
        code = {"F": "f", "I": "i", "U": "u"}[kind.upper()]
        fields.append((name if usable else f"_{index}", f"<{code}{int(size)}", (int(count),) if count != "1" else ()))
    return np.dtype(fields)


def _ascii(body: bytes, dtype: np.dtype, count: int) -> np.ndarray:
    """Reads numbers as text; packed colours are written as whole numbers or as the float with the same bits."""
    flat = np.loadtxt(io.BytesIO(body), ndmin=2, dtype=np.float64)
    if flat.shape[0] < count:
        raise ValueError(f"{flat.shape[0]} of {count} points")
    table = np.zeros(count, dtype)
    column = 0
    for name in dtype.names:
        width = int(np.prod(dtype[name].shape, dtype=int))
        values = flat[:count, column : column + width].reshape(count, *dtype[name].shape)
        table[name] = values.astype(dtype[name].base)
        column += width
    return table


def _compressed(body: bytes, dtype: np.dtype, count: int) -> np.ndarray:
    """Unpacks data that are stored field by field and compressed by LZF."""
    packed, size = struct.unpack_from("<II", body)
    if size != count * dtype.itemsize or len(body) < 8 + packed:
        raise ValueError("the compressed data do not have their length")
    flat = unpack_lzf(body[8 : 8 + packed], size)
    table, start = np.zeros(count, dtype), 0
    for name in dtype.names:
        field = dtype[name]
        table[name] = np.frombuffer(flat, field.base, count * field.itemsize // field.base.itemsize, start).reshape(
            count, *field.shape
        )
        start += count * field.itemsize
    return table


def unpack_lzf(packed: bytes, size: int) -> bytes:
    """Unpacks LZF: a control byte below 32 precedes that many literal bytes and one; others copy what came before.

    Source: the format's description in LibLZF by Marc Lehmann.

    Raises:
        ValueError: the data break off, or unpack to another size.
    """
    out, at, end = bytearray(), 0, len(packed)
    try:
        while at < end and len(out) <= size:
            control = packed[at]
            at += 1
            if control < 32:
                out += packed[at : at + control + 1]
                at += control + 1
                continue
            length = (control >> 5) + 2
            if length == 9:
                length += packed[at]
                at += 1
            back = ((control & 31) << 8) + packed[at] + 1
            at += 1
            start = len(out) - back
            if start < 0:
                raise ValueError("a copy from before the beginning")
            copied = out[start : start + length]
            out += (copied * (length // back + 1))[:length]
    except IndexError as error:
        raise ValueError("the compressed data break off") from error
    if len(out) != size:
        raise ValueError(f"{len(out)} of {size} bytes")
    return bytes(out)


def _cloud(table: np.ndarray) -> PointCloud:
    """Takes the fields that we know out of a table."""
    names = set(table.dtype.names)

    def columns(*wanted: str) -> np.ndarray | None:
        return np.column_stack([table[name] for name in wanted]) if set(wanted) <= names else None

    points = columns("x", "y", "z")
    if points is None:
        raise ValueError("no fields x, y and z")
    packed = next((table[name] for name in ("rgb", "rgba") if name in names), None)
    if packed is not None and packed.dtype.itemsize == 4:
        colours = np.ascontiguousarray(packed).view(np.uint32)[:, None] >> np.array([16, 8, 0], np.uint32) & 255
    else:
        apart = columns("r", "g", "b")
        colours = None if apart is None else as_colours(apart)
    return PointCloud(points, columns("normal_x", "normal_y", "normal_z"), colours)
