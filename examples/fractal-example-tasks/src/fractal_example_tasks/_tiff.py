"""A reader for the TIFF files that microscopes write: greyscale, 8 or 16 bits, one or many pages.

Supported: little and big endian, strips and tiles, no compression, LZW, PackBits and deflate, with or
without the horizontal predictor. Anything else ends in a sentence which names the file and the reason.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from fractal_example_tasks._task import TaskError

# Size in bytes and struct letter of the TIFF field types that hold plain numbers: BYTE, SHORT and LONG.
_NUMBER_TYPES = {1: (1, "B"), 3: (2, "H"), 4: (4, "I")}
_COMPRESSIONS = {1: "none", 5: "LZW", 8: "deflate", 32773: "PackBits", 32946: "deflate"}
_MAX_PIXELS = 1 << 28  # a header which claims more is damaged, or needs another tool than this one


class TiffError(TaskError):
    """The file cannot be read as a TIFF image of the supported kinds."""


@dataclass(frozen=True)
class Page:
    """Where and how the pixels of one page are stored. A strip is a tile as wide as the image."""

    path: Path
    byte_order: str
    width: int
    height: int
    bits: int
    compression: str
    predictor: int
    tile_width: int
    tile_height: int
    offsets: tuple[int, ...]
    byte_counts: tuple[int, ...]

    @property
    def typecode(self) -> str:
        """Letter of the pixel type for the `array` module."""
        return "B" if self.bits == 8 else "H"


def read_pages(path: Path) -> list[Page]:
    """The headers of all full-resolution pages of a file, without their pixels."""
    try:
        with path.open("rb") as file:
            return _read_pages(path, file)
    except OSError as error:
        raise TiffError(f"{path} cannot be read: {error.strerror}.") from error
    except struct.error as error:
        raise TiffError(f"{path} is damaged: it ends in the middle of its TIFF header.") from error


def read_pixels(page: Page) -> array:
    """The pixels of one page, row by row."""
    out = array(page.typecode, bytes(page.width * page.height * page.bits // 8))
    tiles_per_row = -(-page.width // page.tile_width)
    with page.path.open("rb") as file:
        for index, (offset, count) in enumerate(zip(page.offsets, page.byte_counts)):
            y0 = index // tiles_per_row * page.tile_height
            x0 = index % tiles_per_row * page.tile_width
            rows = min(page.tile_height, page.height - y0)
            columns = min(page.tile_width, page.width - x0)
            if rows <= 0:
                break
            file.seek(offset)
            tile = _decode(page, file.read(count), rows)
            if columns == page.width == page.tile_width:
                out[y0 * page.width : (y0 + rows) * page.width] = tile
            else:
                for row in range(rows):
                    start = (y0 + row) * page.width + x0
                    out[start : start + columns] = tile[row * page.tile_width : row * page.tile_width + columns]
    return out


def _read_pages(path: Path, file: BinaryIO) -> list[Page]:
    header = file.read(8)
    byte_order = {b"II": "<", b"MM": ">"}.get(header[:2])
    if byte_order is None or len(header) < 8:
        raise TiffError(f"{path} is not a TIFF file.")
    magic, offset = struct.unpack(byte_order + "HI", header[2:])
    if magic == 43:
        raise TiffError(f"{path} is a BigTIFF file, which is not supported.")
    if magic != 42:
        raise TiffError(f"{path} is not a TIFF file.")
    pages = []
    seen = set()
    while offset:
        if offset in seen:
            raise TiffError(f"{path} is damaged: its list of pages has no end.")
        seen.add(offset)
        tags, offset = _read_tags(file, byte_order, offset)
        if not tags.get(254, (0,))[0] & 1:  # bit 0 marks a thumbnail or another reduced copy
            pages.append(_page(path, byte_order, tags))
    if not pages:
        raise TiffError(f"{path} contains no image.")
    return pages


def _read_tags(file: BinaryIO, byte_order: str, offset: int) -> tuple[dict[int, tuple[int, ...]], int]:
    """The numeric tags of one image file directory, and the offset of the next directory."""
    file.seek(offset)
    (count,) = struct.unpack(byte_order + "H", file.read(2))
    entries = file.read(12 * count)
    (following,) = struct.unpack(byte_order + "I", file.read(4))
    tags = {}
    for tag, kind, length, inline in struct.iter_unpack(byte_order + "HHI4s", entries):
        if kind not in _NUMBER_TYPES:
            continue  # text and fractions: descriptions and resolutions, not needed for the pixels
        size, letter = _NUMBER_TYPES[kind]
        if length * size <= 4:
            data = inline[: length * size]
        else:
            file.seek(struct.unpack(byte_order + "I", inline)[0])
            data = file.read(length * size)
        tags[tag] = struct.unpack(f"{byte_order}{length}{letter}", data)
    return tags, following


def _page(path: Path, byte_order: str, tags: dict[int, tuple[int, ...]]) -> Page:
    def first(tag: int, default: int) -> int:
        return tags.get(tag, (default,))[0]

    width, height = first(256, 0), first(257, 0)
    samples, bits = first(277, 1), first(258, 1)
    if not 0 < width * height <= _MAX_PIXELS:
        raise TiffError(f"{path} has an unusable size of {width} x {height} pixels.")
    if samples != 1 or first(262, 1) != 1:
        raise TiffError(f"{path} is not a greyscale image (samples per pixel: {samples}).")
    if bits not in (8, 16) or first(339, 1) != 1:
        kind = {1: "unsigned", 2: "signed", 3: "floating-point"}.get(first(339, 1), "unknown")
        raise TiffError(f"{path} has {bits}-bit {kind} pixels; only unsigned 8 and 16 bits are supported.")
    if first(259, 1) not in _COMPRESSIONS:
        raise TiffError(f"{path} uses TIFF compression {first(259, 1)}, which is not supported.")
    if first(317, 1) not in (1, 2):
        raise TiffError(f"{path} uses TIFF predictor {first(317, 1)}, which is not supported.")
    tiled = 322 in tags
    tile_width = first(322, width) if tiled else width
    tile_height = first(323, height) if tiled else min(first(278, height), height)
    if tile_width < 1 or tile_height < 1 or tile_width * tile_height > _MAX_PIXELS:
        raise TiffError(f"{path} is damaged: its tiles measure {tile_width} x {tile_height} pixels.")
    page = Page(
        path=path,
        byte_order=byte_order,
        width=width,
        height=height,
        bits=bits,
        compression=_COMPRESSIONS[first(259, 1)],
        predictor=first(317, 1),
        tile_width=tile_width,
        tile_height=tile_height,
        offsets=tags.get(324 if tiled else 273, ()),
        byte_counts=tags.get(325 if tiled else 279, ()),
    )
    needed = -(-width // tile_width) * -(-height // tile_height)
    if len(page.offsets) < needed or len(page.byte_counts) < needed:
        raise TiffError(f"{path} is damaged: it does not say where all its pixels are.")
    return page


def _decode(page: Page, data: bytes, rows: int) -> array:
    """Turn the stored bytes of one strip or tile into `rows` rows of pixels in native byte order."""
    needed = page.tile_width * rows * page.bits // 8
    try:
        if page.compression == "deflate":
            data = zlib.decompressobj().decompress(data, needed)
        elif page.compression == "PackBits":
            data = _unpack_bits(data)
        elif page.compression == "LZW":
            data = _lzw(data, needed)
    except (zlib.error, IndexError, ValueError) as error:
        raise TiffError(f"{page.path} is damaged: its {page.compression} data cannot be unpacked.") from error
    if len(data) < needed:
        raise TiffError(f"{page.path} is damaged: it ends before all its pixels.")
    pixels = array(page.typecode, data[:needed])
    if page.bits == 16 and (page.byte_order == "<") != (sys.byteorder == "little"):
        pixels.byteswap()
    if page.predictor == 2:  # each pixel is stored as the difference from its left neighbour
        mask = (1 << page.bits) - 1
        width = page.tile_width
        for start in range(0, rows * width, width):
            summed = accumulate(pixels[start : start + width])
            pixels[start : start + width] = array(page.typecode, [value & mask for value in summed])
    return pixels


def _unpack_bits(data: bytes) -> bytes:
    out = bytearray()
    position = 0
    while position < len(data):
        head = data[position]
        if head < 128:  # a run of different bytes
            out += data[position + 1 : position + 2 + head]
            position += 2 + head
        else:  # one byte repeated; 128 itself means nothing
            if head > 128:
                out += data[position + 1 : position + 2] * (257 - head)
                position += 1
            position += 1
    return bytes(out)


def _lzw(data: bytes, needed: int) -> bytes:
    """LZW as in TIFF: codes of 9 to 12 bits, highest bit first, and widths that grow one code early."""
    clear, end = 256, 257
    singles = [bytes((value,)) for value in range(256)] + [b"", b""]
    table = list(singles)
    out = bytearray()
    previous = b""
    width, bits, buffer = 9, 0, 0
    for byte in data:
        buffer = (buffer << 8) | byte
        bits += 8
        if bits < width:
            continue
        bits -= width
        code = buffer >> bits
        buffer &= (1 << bits) - 1
        if code == clear:
            table = list(singles)
            width, previous = 9, b""
            continue
        if code == end or len(out) >= needed:
            break
        entry = table[code] if code < len(table) else previous + previous[:1]
        if not entry or code > len(table):
            raise ValueError("invalid LZW code")
        out += entry
        if previous:
            table.append(previous + entry[:1])
        previous = entry
        width = min(12, (len(table) + 1).bit_length())
    return bytes(out)
