"""Builds a small ICC profile, for tests: RGB with primaries and gamma of one's choice (ICC.1:2001-04)."""

import struct

import numpy as np

SRGB = np.array([[0.4360, 0.2225, 0.0139], [0.3851, 0.7169, 0.0971], [0.1431, 0.0606, 0.7141]])
"""Rows: XYZ (D50) of sRGB's red, green and blue."""


def icc_profile(primaries: np.ndarray, gamma: float) -> bytes:
    """Builds a display profile whose channels have the given XYZ `(3, 3)` and one gamma."""
    white = primaries.sum(axis=0)
    tags = {b"desc": b"desc" + struct.pack(">II", 0, 5) + b"test\0" + bytes(78), b"cprt": b"text\0\0\0\0none\0"}
    for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt"), [*primaries, white], strict=True):
        tags[name] = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(value) * 65536) for value in xyz))
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        tags[name] = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02200000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + table + body
