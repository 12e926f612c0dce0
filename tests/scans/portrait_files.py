"""Writes photos with depth inside, laid out as phones lay them out."""

import base64
import io
import struct

import numpy as np
import pillow_heif
from PIL import Image

from scan_files import png  # isort: skip

APPLE = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/"
    xmlns:depthData="http://ns.apple.com/depthData/1.0/">
   <apdi:IntMinValue>0</apdi:IntMinValue><apdi:IntMaxValue>255</apdi:IntMaxValue>
   <apdi:FloatMinValue>{least}</apdi:FloatMinValue><apdi:FloatMaxValue>{largest}</apdi:FloatMaxValue>
   <apdi:AuxiliaryImageType>disparity</apdi:AuxiliaryImageType>
   <depthData:Accuracy>{accuracy}</depthData:Accuracy>
   <depthData:IntrinsicMatrixReferenceWidth>4000</depthData:IntrinsicMatrixReferenceWidth>
   <depthData:IntrinsicMatrixReferenceHeight>{height}</depthData:IntrinsicMatrixReferenceHeight>
   <depthData:IntrinsicMatrix><rdf:Seq><rdf:li>{focal}</rdf:li><rdf:li>0</rdf:li><rdf:li>0</rdf:li>
    <rdf:li>0</rdf:li><rdf:li>{focal}</rdf:li><rdf:li>0</rdf:li>
    <rdf:li>1999.5</rdf:li><rdf:li>{middle}</rdf:li><rdf:li>1</rdf:li></rdf:Seq></depthData:IntrinsicMatrix>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""


def jpeg(image, segments=b"", **options):
    """Writes JPEG, with further segments after its first marker."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=100, subsampling=0, **options)
    data = stream.getvalue()
    return data[:2] + segments + data[2:]


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def xmp(packet):
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())


def disparity_codes(depth):
    """Gives codes, and the disparity in 1/m that 0 and 255 stand for."""
    disparity = 1000 / np.where(np.isfinite(depth), depth, 4000.0)
    least, largest = disparity.min(), disparity.max()
    return np.round((disparity - least) / (largest - least) * 255).astype(np.uint8), least, largest


def apple_xmp(camera, least, largest, accuracy="absolute"):
    factor = 4000 / camera.width
    height = round(camera.height * factor)
    values = dict(least=least, largest=largest, accuracy=accuracy, focal=camera.focal * factor)
    return APPLE.format(height=height, middle=(height - 1) / 2, **values)


def apple_jpeg(image, depth, camera, accuracy="absolute", orientation=1):
    """Writes a multi-picture JPEG whose second picture is the disparity."""
    codes, least, largest = disparity_codes(depth)
    extra = jpeg(codes, xmp(apple_xmp(camera, least, largest, accuracy)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    main = jpeg(image, exif=exif)
    # CIPA DC-007: an index of tag B000 version, B001 count, B002 entries; offsets count from the index itself.
    index_size = 8 + 2 + 3 * 12 + 4 + 32
    before = main[:2] + main[2 : 2 + 2 + int.from_bytes(main[4:6], "big")]
    rest = main[len(before) :]
    origin = len(before) + 4 + 4
    total = len(before) + 4 + 4 + index_size + len(rest)
    entries = struct.pack("<IIIHH", 0x030000, total, 0, 0, 0) + struct.pack(
        "<IIIHH", 0, len(extra), total - origin, 0, 0
    )
    tags = struct.pack("<HHI4s", 0xB000, 7, 4, b"0100") + struct.pack("<HHII", 0xB001, 4, 1, 2)
    tags += struct.pack("<HHII", 0xB002, 7, 32, index_size - 32)
    index = b"II*\0" + struct.pack("<IH", 8, 3) + tags + struct.pack("<I", 0) + entries
    return before + segment(0xE2, b"MPF\0" + index) + rest + extra


def gdepth_jpeg(image, depth, units="m"):
    """Writes GDepth with its picture in an extended XMP of several segments."""
    near, far = np.nanmin(depth), np.nanmax(depth)
    inverse = (
        far
        * (np.where(np.isfinite(depth), depth, far) - near)
        / (np.where(np.isfinite(depth), depth, far) * (far - near))
    )
    codes = png(np.round(inverse * 255).astype(np.uint8))
    scale = {"m": 1000.0, "mm": 1.0, None: 1000.0}[units]
    head = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    head += '<rdf:Description rdf:about="" xmlns:GDepth="http://ns.google.com/photos/1.0/depthmap/" '
    tail = "/></rdf:RDF></x:xmpmeta>"
    said = f'GDepth:Units="{units}" ' if units else ""
    standard = (
        f'{head}GDepth:Format="RangeInverse" GDepth:Near="{near / scale}" GDepth:Far="{far / scale}" {said}{tail}'
    )
    extended = (head + f'GDepth:Data="{base64.b64encode(codes).decode()}"' + tail).encode()
    segments, size = xmp(standard), 20_000
    for start in range(0, len(extended), size):
        body = b"A" * 32 + struct.pack(">II", len(extended), start) + extended[start : start + size]
        segments += segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + body)
    return jpeg(image, segments)


def dynamic_depth_jpeg(image, depth):
    """Writes Dynamic Depth: the linear depth as a PNG after the photo, and another item after that."""
    near, far = np.nanmin(depth), np.nanmax(depth)
    codes = png(np.round((np.where(np.isfinite(depth), depth, far) - near) / (far - near) * 255).astype(np.uint8))
    other = b"something else"
    dd = "http://ns.google.com/photos/dd/1.0/"
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Container="{dd}container/" xmlns:Item="{dd}item/" xmlns:DepthMap="{dd}depthmap/"
 DepthMap:Format="RangeLinear" DepthMap:Near="{near}" DepthMap:Far="{far}" DepthMap:Units="Millimeters"
 DepthMap:DepthURI="android/depthmap"><Container:Directory><rdf:Seq>
<rdf:li><Container:Item Item:Mime="image/jpeg" Item:Length="0"/></rdf:li>
<rdf:li><Container:Item Item:Mime="image/png" Item:Length="{len(codes)}" Item:DataURI="android/depthmap"/></rdf:li>
<rdf:li><Container:Item Item:Mime="text/plain" Item:Length="{len(other)}" Item:DataURI="android/other"/></rdf:li>
</rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>"""
    return jpeg(image, xmp(packet)) + codes + other


def apple_heic(image, depth, camera, accuracy="absolute"):
    """Writes a HEIC whose second item is an auxiliary depth image of the first, with XMP of its own."""
    codes, least, largest = disparity_codes(depth)
    file = pillow_heif.from_pillow(Image.fromarray(image))
    file.add_from_pillow(Image.fromarray(codes))
    stream = io.BytesIO()
    file.save(stream, quality=100, chroma=444)
    return _with_auxiliary(stream.getvalue(), apple_xmp(camera, least, largest, accuracy).encode())


def _boxes(data, start, end):
    """Lists ISO base media boxes: type, begin, begin of the content, end."""
    while start < end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start, start + 8, start + size
        start += size


def _box(kind, content):
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _with_auxiliary(data, packet):
    """Makes the second image item an auxiliary depth image of the first: an `auxl` reference and an `auxC` property."""
    top = {kind: span for kind, *span in _boxes(data, 0, len(data))}
    meta, inside, meta_end = top[b"meta"]
    children = {kind: data[a:c] for kind, a, b, c in _boxes(data, inside + 4, meta_end)}
    locations = children[b"iloc"]
    first, second = _item_ids(children[b"iinf"])
    iprp = children[b"iprp"]
    parts = {kind: iprp[b:c] for kind, a, b, c in _boxes(iprp, 8, len(iprp))}
    count = len(list(_boxes(parts[b"ipco"], 0, len(parts[b"ipco"]))))
    property_box = _box(b"auxC", bytes(4) + b"urn:mpeg:hevc:2015:auxid:2\0")
    iprp = _box(
        b"iprp",
        _box(b"ipco", parts[b"ipco"] + property_box) + _box(b"ipma", _associated(parts[b"ipma"], second, count + 1)),
    )
    reference = _box(b"iref", bytes(4) + _box(b"auxl", struct.pack(">HHH", second, 1, first)))
    children.pop(b"iref", None)
    grown = len(iprp) - len(children[b"iprp"]) + len(reference)
    children[b"iprp"] = iprp
    children[b"iloc"] = _shifted(locations, grown)
    body = data[inside : inside + 4] + b"".join(children.values()) + reference
    assert len(body) + 8 == meta_end - meta + grown
    # The packet of the auxiliary item lies in the media data, as it is.
    return data[:meta] + _box(b"meta", body) + data[meta_end:] + _box(b"free", packet)


def _item_ids(iinf):
    version = iinf[8]
    assert version == 0
    items = [
        (iinf[b + 8 : b + 12], int.from_bytes(iinf[b + 4 : b + 6], "big")) for _, a, b, c in _boxes(iinf, 14, len(iinf))
    ]
    return [number for kind, number in items if kind == b"hvc1"]


def _associated(ipma, item, number):
    """Adds a property to an item's associations."""
    assert ipma[:4] == bytes(4)  # version 0, small indices
    out, at = ipma[:8], 8
    for _ in range(int.from_bytes(ipma[4:8], "big")):
        identity, count = struct.unpack_from(">HB", ipma, at)
        entries = ipma[at + 3 : at + 3 + count]
        at += 3 + count
        if identity == item:
            entries += bytes([0x80 | number])
        out += struct.pack(">HB", identity, len(entries)) + entries
    return out


def _shifted(iloc, by):
    """Moves the offsets of items whose data lie in the file."""
    version, sizes = iloc[8], iloc[12]
    assert version in (0, 1) and sizes == 0x44, (version, sizes)
    base = iloc[13] >> 4
    out, at = bytearray(iloc), 16
    for _ in range(int.from_bytes(iloc[14:16], "big")):
        method = int.from_bytes(iloc[at + 2 : at + 4], "big") & 15 if version else 0
        at += 2 + (2 if version else 0) + 2
        if base:
            at += base
        extents = int.from_bytes(iloc[at : at + 2], "big")
        at += 2
        for _ in range(extents):
            if method == 0:
                out[at : at + 4] = struct.pack(">I", struct.unpack_from(">I", iloc, at)[0] + by)
            at += 8
    return bytes(out)
