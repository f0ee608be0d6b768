"""Just enough of Zarr version 2 for OME-NGFF images: unsigned integers, zlib, chunks of single planes.

An array of shape (c, z, y, x) or (z, y, x) is handled plane by plane. A plane is a flat `array` of
y * x numbers in native byte order.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

from fractal_example_tasks._files import read_json, write_json
from fractal_example_tasks._task import TaskError

CHUNK_SIZE = 512  # pixels along y and x: small enough for viewers, large enough for few files
_DTYPES = {"B": "|u1", "H": "<u2", "I": "<u4"}
_TYPECODES = {dtype: code for code, dtype in _DTYPES.items()}


def write_group(folder: Path, attributes: dict[str, Any] | None = None) -> None:
    """Make `folder` a Zarr group. Without `attributes`, those it has are kept."""
    write_json(folder / ".zgroup", {"zarr_format": 2})
    if attributes is not None:
        write_json(folder / ".zattrs", attributes)


def read_attributes(folder: Path) -> dict[str, Any]:
    """The attributes of a group; empty if it has none."""
    file = folder / ".zattrs"
    return read_json(file) if file.exists() else {}


def write_array(folder: Path, shape: tuple[int, ...], typecode: str, planes: Iterable[array]) -> None:
    """Write an array from its planes, which must come in the order of the leading axes."""
    height, width = shape[-2:]
    chunk_height, chunk_width = min(height, CHUNK_SIZE), min(width, CHUNK_SIZE)
    write_json(
        folder / ".zarray",
        {
            "zarr_format": 2,
            "shape": list(shape),
            "chunks": [1] * (len(shape) - 2) + [chunk_height, chunk_width],
            "dtype": _DTYPES[typecode],
            "compressor": {"id": "zlib", "level": 1},
            "fill_value": 0,
            "order": "C",
            "filters": None,
            "dimension_separator": "/",
        },
    )
    for leading, plane in zip(product(*map(range, shape[:-2])), planes):
        plane_folder = folder.joinpath(*map(str, leading))
        for y0 in range(0, height, chunk_height):
            chunk_folder = plane_folder / str(y0 // chunk_height)
            chunk_folder.mkdir(parents=True, exist_ok=True)
            for x0 in range(0, width, chunk_width):
                chunk = _cut_chunk(plane, height, width, y0, x0, chunk_height, chunk_width)
                (chunk_folder / str(x0 // chunk_width)).write_bytes(zlib.compress(_swapped(chunk).tobytes(), 1))


class ZarrArray:
    """An array on disk, read plane by plane."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        meta = read_json(folder / ".zarray")
        self.shape: tuple[int, ...] = tuple(meta["shape"])
        self._chunks: tuple[int, ...] = tuple(meta["chunks"])
        self._separator = meta.get("dimension_separator", ".")
        self._fill_value = meta.get("fill_value") or 0
        compressor = meta["compressor"]
        self._compressed = compressor is not None
        if meta["dtype"] not in _TYPECODES:
            raise TaskError(f"{folder} has pixels of type {meta['dtype']}; only {list(_TYPECODES)} are supported.")
        if self._compressed and compressor["id"] != "zlib":
            raise TaskError(f"{folder} is compressed with '{compressor['id']}'; only 'zlib' is supported.")
        if meta["order"] != "C" or meta.get("filters") or any(size != 1 for size in self._chunks[:-2]):
            raise TaskError(f"{folder} has a chunk layout that is not supported.")
        self.typecode = _TYPECODES[meta["dtype"]]

    def read_plane(self, *leading: int) -> array:
        """One plane, for one index per leading axis."""
        height, width = self.shape[-2:]
        chunk_height, chunk_width = self._chunks[-2:]
        if (chunk_height, chunk_width) == (height, width):
            return self._read_chunk(*leading, 0, 0)
        plane = array(self.typecode, bytes(height * width * array(self.typecode).itemsize))
        for y0 in range(0, height, chunk_height):
            for x0 in range(0, width, chunk_width):
                chunk = self._read_chunk(*leading, y0 // chunk_height, x0 // chunk_width)
                columns = min(chunk_width, width - x0)
                for row in range(min(chunk_height, height - y0)):
                    start = (y0 + row) * width + x0
                    plane[start : start + columns] = chunk[row * chunk_width : row * chunk_width + columns]
        return plane

    def _read_chunk(self, *index: int) -> array:
        file = self.folder / self._separator.join(map(str, index))
        try:
            data = file.read_bytes()
        except FileNotFoundError:  # Zarr leaves out chunks that hold nothing but the fill value
            return array(self.typecode, [self._fill_value]) * (self._chunks[-1] * self._chunks[-2])
        try:
            return _swapped(array(self.typecode, zlib.decompress(data) if self._compressed else data))
        except (zlib.error, ValueError) as error:
            raise TaskError(f"{file} is damaged: {error}.") from error


def _cut_chunk(plane: array, height: int, width: int, y0: int, x0: int, rows: int, columns: int) -> array:
    """One chunk of a plane. Chunks at the edge are filled up with zeros, as Zarr wants them."""
    if (rows, columns) == (height, width):
        return plane
    inside = min(columns, width - x0)
    padding = array(plane.typecode, [0]) * (columns - inside)
    chunk = array(plane.typecode)
    for y in range(y0, min(y0 + rows, height)):
        chunk += plane[y * width + x0 : y * width + x0 + inside] + padding
    return chunk + array(plane.typecode, [0]) * (rows * columns - len(chunk))


def _swapped(values: array) -> array:
    """Between native byte order and the little-endian one on disk."""
    if sys.byteorder == "little" or values.itemsize == 1:
        return values
    swapped = array(values.typecode, values)
    swapped.byteswap()
    return swapped
