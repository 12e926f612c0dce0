"""XMP: what cameras write about a picture, as XML inside the file."""

from __future__ import annotations

import re
from xml.etree import ElementTree

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_STANDARD = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_PACKET = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)


def jpeg_segments(data: bytes) -> list[tuple[int, bytes]]:
    """Lists the marked segments of a JPEG before its pixels: marker and content."""
    found, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA or length < 2:
            break
        found.append((marker, data[at + 4 : at + 2 + length]))
        at += 2 + length
    return found


def jpeg_packets(data: bytes) -> list[bytes]:
    """Gives the XMP of a JPEG: its packet, and the extended one that is spread over many segments.

    Source: Adobe, XMP Specification Part 3, 1.1.3.
    """
    parts = [content for marker, content in jpeg_segments(data) if marker == 0xE1]
    packets = [part[len(_STANDARD) :] for part in parts if part.startswith(_STANDARD)]
    pieces = {}
    for part in parts:
        if part.startswith(_EXTENDED):
            body = part[len(_EXTENDED) :]
            pieces[int.from_bytes(body[36:40], "big")] = body[40:]
    if pieces:
        packets.append(b"".join(pieces[offset] for offset in sorted(pieces)))
    return packets


def raw_packets(data: bytes) -> list[bytes]:
    """Finds XMP packets anywhere in a file, as HEIF holds them uncompressed."""
    return _PACKET.findall(data)


def xmp_values(packet: bytes) -> dict[str, str | list[str]]:
    """Reads the values of an XMP packet by their plain names, `FloatMinValue`; lists become lists.

    Where a name occurs in several places, the first counts. What is not XML gives nothing.
    """
    begin, end = packet.find(b"<"), packet.rfind(b">") + 1
    try:
        root = ElementTree.fromstring(packet[begin:end])
    except ElementTree.ParseError:
        return {}
    values: dict[str, str | list[str]] = {}
    for node in root.iter():
        for name, text in node.attrib.items():
            values.setdefault(_plain(name), text)
        items = [item.text or "" for item in node.iter(f"{_RDF}li")]
        if items and node.tag != f"{_RDF}li" and not node.tag.startswith(f"{_RDF}"):
            values.setdefault(_plain(node.tag), items)
        elif node.text and node.text.strip():
            values.setdefault(_plain(node.tag), node.text.strip())
    return values


def _plain(name: str) -> str:
    """Takes the namespace off a name."""
    return name.rpartition("}")[2]
