"""Writes scans in every format that is read: the truth is what the test put in."""

import io
import struct

import numpy as np
from PIL import Image


def ply(points, colours=None, normals=None, triangles=None, storage="binary_little_endian"):
    """Writes PLY with float64 coordinates."""
    columns = [(name, "<f8", points[:, k]) for k, name in enumerate("xyz")]
    if normals is not None:
        columns += [(name, "<f4", normals[:, k]) for k, name in enumerate(("nx", "ny", "nz"))]
    if colours is not None:
        columns += [(name, "u1", colours[:, k]) for k, name in enumerate(("red", "green", "blue"))]
    names = {"<f8": "double", "<f4": "float", "u1": "uchar"}
    lines = ["ply", f"format {storage} 1.0", f"element vertex {len(points)}"]
    lines += [f"property {names[kind]} {name}" for name, kind, _ in columns]
    if triangles is not None:
        lines += [f"element face {len(triangles)}", "property list uchar int vertex_indices"]
    header = ("\n".join([*lines, "end_header"]) + "\n").encode()
    if storage == "ascii":
        rows = [" ".join(repr(values[i].item()) for *_, values in columns) for i in range(len(points))]
        rows += [f"3 {a} {b} {c}" for a, b, c in ([] if triangles is None else triangles)]
        return header + ("\n".join(rows) + "\n").encode()
    order = "<" if "little" in storage else ">"
    table = np.zeros(len(points), [(name, kind.replace("<", order)) for name, kind, _ in columns])
    for name, _, values in columns:
        table[name] = values
    faces = b"" if triangles is None else b"".join(struct.pack(f"{order}Biii", 3, *map(int, t)) for t in triangles)
    return header + table.tobytes() + faces


def obj(points, triangles=None, colours=None, uv=None, material=None):
    """Writes OBJ; uv by vertex, origin at the bottom left as the format has it."""
    shades = None if colours is None else colours / 255
    rows = ["v " + " ".join(map(repr, [*p.tolist(), *([] if shades is None else shades[i].tolist())]))
            for i, p in enumerate(points)]  # fmt: skip
    if material:
        rows = [f"mtllib {material}", *rows, "usemtl skin"]
    if uv is not None:
        rows += [f"vt {u!r} {v!r}" for u, v in uv.tolist()]
    for corners in [] if triangles is None else triangles + 1:
        rows.append("f " + " ".join(f"{c}/{c}" if uv is not None else str(c) for c in corners))
    return ("\n".join(rows) + "\n").encode()


def stl(points, triangles):
    """Writes binary STL (float32)."""
    table = np.zeros(len(triangles), [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
    table["corners"] = points[triangles]
    return b"made by a test".ljust(80) + struct.pack("<I", len(triangles)) + table.tobytes()


def pcd(points, colours=None, normals=None, storage="binary"):
    """Writes PCD with packed colours."""
    fields = [(name, "<f4", points[:, k]) for k, name in enumerate("xyz")]
    if normals is not None:
        fields += [(f"normal_{name}", "<f4", normals[:, k]) for k, name in enumerate("xyz")]
    if colours is not None:
        fields.append(("rgb", "<u4", colours.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)))
    table = np.zeros(len(points), [(name, kind) for name, kind, _ in fields])
    for name, _, values in fields:
        table[name] = values
    kinds = ["U" if kind == "<u4" else "F" for _, kind, _ in fields]
    lines = [
        "# .PCD v0.7 - Point Cloud Data file format",
        "VERSION 0.7",
        "FIELDS " + " ".join(name for name, *_ in fields),
        "SIZE " + " ".join("4" for _ in fields),
        "TYPE " + " ".join(kinds),
        "COUNT " + " ".join("1" for _ in fields),
        f"WIDTH {len(points)}",
        "HEIGHT 1",
        "VIEWPOINT 0 0 0 1 0 0 0",
        f"POINTS {len(points)}",
        f"DATA {storage}",
    ]
    header = ("\n".join(lines) + "\n").encode()
    if storage == "ascii":
        return header + "\n".join(" ".join(str(v) for v in row) for row in table.tolist()).encode()
    if storage == "binary":
        return header + table.tobytes()
    flat = b"".join(np.ascontiguousarray(table[name]).tobytes() for name in table.dtype.names)
    packed = lzf(flat)
    return header + struct.pack("<II", len(packed), len(flat)) + packed


def lzf(data):
    """Packs by LZF, simply: a run of one byte becomes a copy, everything else is literal."""
    out, literal, at = bytearray(), bytearray(), 0

    def flush():
        for start in range(0, len(literal), 32):
            part = literal[start : start + 32]
            out.extend([len(part) - 1, *part])
        literal.clear()

    while at < len(data):
        run = 1
        while at + run < len(data) and run < 260 and data[at + run] == data[at]:
            run += 1
        if run < 5:
            literal.extend(data[at : at + run])
        else:
            literal.append(data[at])
            flush()
            length = run - 1 - 2  # a copy of `run - 1` bytes from one byte back
            out.extend([length << 5, 0] if length < 7 else [7 << 5, length - 7, 0])
        at += run
    flush()
    return bytes(out)


def png(image):
    """Writes PNG."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()
