"""Shared by the tests: running units as Fractal does, writing odd TIFF files, scoring a segmentation."""

from __future__ import annotations

import importlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fractal_example_tasks._task import MANIFEST_FILE

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = PACKAGE_ROOT.parent
SOURCES = PACKAGE_ROOT / "src"
MODULES = SOURCES / "fractal_example_tasks"
SIMULATOR = EXAMPLES / "simulated-microscope" / "simulate.py"
# Real images are not part of the repository. Those who have them elsewhere say so.
TEST_DATA = Path(os.environ.get("FRACTAL_TEST_DATA", EXAMPLES.parent.parent / "shared" / "data"))

MANIFEST = json.loads(MANIFEST_FILE.read_text("utf-8"))
TASKS = {task["name"]: task for task in MANIFEST["task_list"]}


class TempFolderTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)


class UnitFailed(Exception):
    """A unit ended with an exit code other than 0; the text is its whole log."""


def run_unit(executable: str, args: dict) -> dict | None:
    """Run one unit in a process of its own, by the command line that Fractal uses."""
    with tempfile.TemporaryDirectory() as folder:
        args_file, out_file = Path(folder) / "args.json", Path(folder) / "out.json"
        args_file.write_text(json.dumps(args), "utf-8")
        command = [
            sys.executable,
            str(MODULES / executable),
            "--args-json",
            str(args_file),
            "--out-json",
            str(out_file),
        ]
        environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode != 0:
            assert not out_file.exists(), "a failed unit must not write an output"
            raise UnitFailed(done.stdout)
        return json.loads(out_file.read_text("utf-8"))


class Dataset:
    """A very small stand-in for Fractal: runs tasks one after another and keeps the image list."""

    def __init__(self, zarr_dir: Path) -> None:
        self.zarr_dir = zarr_dir
        self.images: dict[str, dict] = {}
        self.filters: dict[str, bool] = {}
        self.units = 0  # how many units were started

    def run(self, task_name: str, non_parallel: dict | None = None, parallel: dict | None = None) -> None:
        """Run one task on the images that its input types select."""
        task = TASKS[task_name]
        wanted = {**self.filters, **task["input_types"]}
        urls = [
            url
            for url, image in self.images.items()
            if all(image["types"].get(key, False) == value for key, value in wanted.items())
        ]
        converter = task["type"].startswith("converter")
        shared = {"zarr_dir": str(self.zarr_dir), **({} if converter else {"zarr_urls": urls})}
        if task["type"] == "parallel":
            items = [{"zarr_url": url} for url in urls]
        else:
            output = self._unit(task["executable_non_parallel"], {**shared, **(non_parallel or {})})
            items = output["parallelization_list"] if "compound" in task["type"] else []
            if "compound" not in task["type"]:
                self._update(task, output)
        for item in items:
            self._update(task, self._unit(task["executable_parallel"], {**item, **(parallel or {})}))
        self.filters.update(task["output_types"])

    def _unit(self, executable: str, args: dict) -> dict | None:
        self.units += 1
        return run_unit(executable, args)

    def _update(self, task: dict, output: dict | None) -> None:
        for update in (output or {}).get("image_list_updates", ()):
            url = update["zarr_url"]
            assert url.startswith(f"{self.zarr_dir}/")
            base = self.images.get(url) or self.images.get(update.get("origin")) or {"attributes": {}, "types": {}}
            self.images[url] = {
                "attributes": {**base["attributes"], **update.get("attributes", {})},
                "types": {**base["types"], **update.get("types", {}), **task["output_types"]},
            }


def task_function(executable: str):
    """The function behind an executable."""
    name = executable.removesuffix(".py")
    return getattr(importlib.import_module(f"fractal_example_tasks.{name}"), name)


def simulate(out: Path, *arguments: str) -> dict:
    """Run the simulated microscope and return its description."""
    command = [sys.executable, str(SIMULATOR), "--out", str(out), *arguments]
    subprocess.run(command, check=True, capture_output=True)
    return json.loads((out / "microscope.json").read_text("utf-8"))


def write_tiff(
    path: Path,
    pages: Sequence[Sequence[int]],
    width: int,
    *,
    bits: int = 16,
    order: str = "<",
    compression: int = 1,
    predictor: int = 1,
    rows_per_strip: int | None = None,
    tile: int | None = None,
    extra: dict[int, int] | None = None,
) -> None:
    """Write a TIFF file in one of the many ways there are. LZW and PackBits are written without compressing."""
    out = bytearray(struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 0))
    link = 4
    for page in pages:
        height = len(page) // width
        blocks = []
        if tile:
            for y0 in range(0, height, tile):
                for x0 in range(0, width, tile):
                    blocks.append(
                        [
                            [page[y * width + x] if y < height and x < width else 0 for x in range(x0, x0 + tile)]
                            for y in range(y0, y0 + tile)
                        ]
                    )
        else:
            rows = [list(page[y * width : (y + 1) * width]) for y in range(height)]
            step = rows_per_strip or height
            blocks = [rows[y : y + step] for y in range(0, height, step)]
        offsets, counts = [], []
        for block in blocks:
            data = _pack(block, bits, order, predictor)
            data = {1: bytes, 8: zlib.compress, 32946: zlib.compress, 5: _lzw_plain, 32773: _packbits_plain}[
                compression
            ](data)
            offsets.append(len(out))
            counts.append(len(data))
            out += data + bytes(len(data) % 2)
        tags: dict[int, list[int]] = {256: [width], 257: [height], 258: [bits], 259: [compression], 262: [1], 277: [1]}
        tags |= {322: [tile], 323: [tile], 324: offsets, 325: counts} if tile else {
            273: offsets, 278: [rows_per_strip or height], 279: counts}  # fmt: skip
        tags |= {317: [predictor]} | {tag: [value] for tag, value in (extra or {}).items()}
        entries = b""
        for tag in sorted(tags):
            values = tags[tag]
            packed = struct.pack(f"{order}{len(values)}I", *values)
            if len(values) > 1:
                position = len(out)
                out += packed
                packed = struct.pack(order + "I", position)
            entries += struct.pack(order + "HHI", tag, 4, len(values)) + packed
        struct.pack_into(order + "I", out, link, len(out))
        out += struct.pack(order + "H", len(tags)) + entries
        link = len(out)
        out += bytes(4)
    path.write_bytes(out)


def _pack(rows: list[list[int]], bits: int, order: str, predictor: int) -> bytes:
    if predictor == 2:
        rows = [[(b - a) % (1 << bits) for a, b in zip([0, *row], row)] for row in rows]
    values = [value for row in rows for value in row]
    return struct.pack(f"{order}{len(values)}{'B' if bits == 8 else 'H'}", *values)


def _packbits_plain(data: bytes) -> bytes:
    """Half of it as literal runs; a constant start as one repeated run."""
    out = bytearray()
    position = 0
    while position < len(data):
        run = 1
        while run < 128 and data[position : position + run + 1] == data[position : position + 1] * (run + 1):
            run += 1
        if run > 2:
            out += bytes([257 - run, data[position]])
            position += run
        else:
            piece = data[position : position + 100]
            out += bytes([len(piece) - 1]) + piece
            position += len(piece)
    return bytes(out)


def _lzw_plain(data: bytes) -> bytes:
    """A real LZW encoder with the widths that TIFF uses."""
    table = {bytes([value]): value for value in range(256)}
    following, width, buffer, bits = 258, 9, 0, 0
    out = bytearray()

    def emit(code: int) -> None:
        nonlocal buffer, bits
        buffer = (buffer << width) | code
        bits += width
        while bits >= 8:
            bits -= 8
            out.append(buffer >> bits & 0xFF)
        buffer &= (1 << bits) - 1

    emit(256)
    current = b""
    for value in data:
        longer = current + bytes([value])
        if longer in table:
            current = longer
            continue
        emit(table[current])
        table[longer] = following
        following += 1
        current = bytes([value])
        if following == 4094:
            emit(table[current])
            current = b""
            emit(256)
            table = {bytes([v]): v for v in range(256)}
            following, width = 258, 9
        elif following in (512, 1024, 2048):
            width += 1
    if current:
        emit(table[current])
        following += 1
        if following in (512, 1024, 2048):
            width += 1
    emit(257)
    if bits:
        out.append(buffer << (8 - bits) & 0xFF)
    return bytes(out)


def score(truth: array, found: array) -> tuple[float, float]:
    """How well labels agree with the truth: mean IoU over the true objects, and F1 at an IoU above 0.5.

    Each true object counts with its best match, and with 0 if nothing overlaps it.
    """
    true_areas, found_areas = Counter(truth), Counter(found)
    del true_areas[0]
    found_areas.pop(0, None)
    best = dict.fromkeys(true_areas, 0.0)
    matches = 0
    for (a, b), overlap in Counter(zip(truth, found)).items():
        if a and b:
            iou = overlap / (true_areas[a] + found_areas[b] - overlap)
            best[a] = max(best[a], iou)
            matches += iou > 0.5  # above one half, a match is the only one of both objects
    return sum(best.values()) / len(best), 2 * matches / (len(true_areas) + len(found_areas))
