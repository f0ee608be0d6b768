#!/usr/bin/env python3
"""A microscope made of software: writes raw 16-bit TIFF files of a plate with fluorescent nuclei.

    python3 simulate.py --out FOLDER [--wells A01,A02,B01,B02] [--fields 2] [--planes 3] [--size 256] [--seed 7]

Each field is a stack of planes in two channels, `A01_F001_Z000_C01.tif`: C01 shows all nuclei (Hoechst),
C02 a marker that only some cells have. Nuclei are ellipses of varying brightness and depth, sharp in one
plane and blurred in the others; the illumination is uneven and the light comes with shot noise. What was
drawn is noted in `microscope.json`, so that a segmentation can be compared with the truth.

The same arguments always give the same files. A file appears under its name only when it is complete.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import struct
import sys
from array import array
from functools import cache
from pathlib import Path

PIXEL_SIZE_UM = 0.65
Z_SPACING_UM = 2.0
CHANNELS = {"C01": "Hoechst", "C02": "Marker"}
BACKGROUND = 400  # light where there is no cell
OFFSET = 100  # what the camera shows in the dark
MAX_VALUE = 65535
NOISE_SIZE = 1 << 16


def main() -> None:
    """Write the files of all wells and fields, then the description."""
    options = parse_options()
    options.out.mkdir(parents=True, exist_ok=True)
    noise = make_noise(options.seed)
    light = illumination(options.size)
    truth = []
    for index, well in enumerate(options.wells):
        for field in range(1, options.fields + 1):
            rng = random.Random(f"{options.seed} {well} {field}")
            # Every well has its own density, as with a row of different treatments.
            nuclei = place_nuclei(rng, options.size, options.planes, density=0.5 + 0.25 * (index % 5))
            for channel_index, channel in enumerate(CHANNELS):
                for plane in range(options.planes):
                    pixels = render(nuclei, channel_index, plane, light, noise, rng)
                    name = f"{well}_F{field:03d}_Z{plane:03d}_{channel}.tif"
                    write_file(options.out / name, tiff(pixels, options.size))
            marked = sum(nucleus["marker"] > 0 for nucleus in nuclei)
            truth.append({"well": well, "field": field, "nuclei": len(nuclei), "with_marker": marked})
            print(f"{well} field {field}: {len(nuclei)} nuclei, {marked} with marker", flush=True)
    description = {
        "file_names": "{well}_F{field:03d}_Z{plane:03d}_{channel}.tif",
        "wells": options.wells,
        "fields": options.fields,
        "planes": options.planes,
        "size": options.size,
        "seed": options.seed,
        "pixel_size_um": PIXEL_SIZE_UM,
        "z_spacing_um": Z_SPACING_UM,
        "channels": CHANNELS,
        "truth": truth,
    }
    write_file(options.out / "microscope.json", (json.dumps(description, indent=2) + "\n").encode())


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the files; created if missing")
    parser.add_argument("--wells", default="A01,A02,B01,B02", help="names of the wells, separated by commas")
    parser.add_argument("--fields", type=positive, default=2, help="fields per well")
    parser.add_argument("--planes", type=positive, default=3, help="z-planes per field")
    parser.add_argument("--size", type=positive, default=256, help="width and height in pixels, at least 64")
    parser.add_argument("--seed", type=int, default=7, help="another number gives another plate")
    options = parser.parse_args()
    options.wells = [well.strip() for well in options.wells.split(",") if well.strip()]
    if options.size < 64 or not options.wells:
        parser.error("at least one well and a size of 64 are needed")
    return options


def positive(text: str) -> int:
    """A whole number from 1 on."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def place_nuclei(rng: random.Random, size: int, planes: int, density: float) -> list[dict]:
    """Draw nuclei at random places: some touch, but none lies on top of another."""
    wanted = max(1, round(density * (size / 256) ** 2 * 40 * rng.uniform(0.85, 1.15)))
    nuclei: list[dict] = []
    for _ in range(wanted * 30):
        if len(nuclei) == wanted:
            break
        long, short = rng.choice((8, 9, 10, 11)), rng.choice((7, 8))
        x, y = rng.randrange(12, size - 12), rng.randrange(12, size - 12)
        if any(math.hypot(x - n["x"], y - n["y"]) < 0.95 * (long + n["long"]) for n in nuclei):
            continue
        nuclei.append(
            {
                "x": x,
                "y": y,
                "z": rng.randrange(planes),
                "long": long,
                "short": short,
                "angle": rng.randrange(0, 180, 15),
                "brightness": rng.randint(1200, 5000),
                "marker": rng.randint(800, 3000) if rng.random() < 0.4 else 0,
            }
        )
    return nuclei


@cache
def kernel(long: int, short: int, angle: int, blur: int) -> list[list[int]]:
    """An ellipse with a soft border, in steps of 1/256; the more blur, the wider and dimmer."""
    softness = 0.08 + 0.22 * blur
    radius = math.ceil(long * (1 + 5 * softness))  # where next to nothing is left, or squares would be seen
    peak = 256 / (1 + 0.7 * blur)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    rows = []
    for dy in range(-radius, radius + 1):
        row = []
        for dx in range(-radius, radius + 1):
            distance = math.hypot((dx * cos + dy * sin) / long, (dy * cos - dx * sin) / short)
            row.append(int(peak / (1 + math.exp(min(50.0, (distance - 1) / softness)))))
        rows.append(row)
    return rows


def illumination(size: int) -> list[list[int]]:
    """Brightness of the lamp in steps of 1/256: full near the centre, weaker in the corners."""
    middle = size * 0.55
    return [
        [int(256 * (1 - 0.35 * ((x - middle) ** 2 + (y - middle) ** 2) / (2 * middle**2))) for x in range(size)]
        for y in range(size)
    ]


def make_noise(seed: int) -> list[int]:
    """Normally distributed numbers in steps of 1/256. Rows take slices of it, which is much faster than drawing."""
    rng = random.Random(f"noise {seed}")
    return [int(rng.gauss(0, 256)) for _ in range(NOISE_SIZE)]


def render(
    nuclei: list[dict], channel: int, plane: int, light: list[list[int]], noise: list[int], rng: random.Random
) -> array:
    """The pixels of one plane of one channel."""
    size = len(light)
    rows = [[BACKGROUND] * size for _ in range(size)]
    for nucleus in nuclei:
        amplitude = nucleus["brightness"] if channel == 0 else nucleus["marker"]
        if amplitude == 0:
            continue
        shape = kernel(nucleus["long"], nucleus["short"], nucleus["angle"], min(3, abs(plane - nucleus["z"])))
        radius = len(shape) // 2
        x0 = nucleus["x"] - radius
        left, right = max(0, x0), min(size, x0 + len(shape))
        for y, weights in enumerate(shape, nucleus["y"] - radius):
            if 0 <= y < size:
                row = rows[y]
                used = weights[left - x0 : right - x0]
                row[left:right] = [value + (weight * amplitude >> 8) for value, weight in zip(row[left:right], used)]
    out = array("H")
    for row, lamp in zip(rows, light):
        start = rng.randrange(NOISE_SIZE - size)
        lit = [value * strength >> 8 for value, strength in zip(row, lamp)]
        # Shot noise: the standard deviation is the square root of the signal (two electrons per grey level).
        spread = map(math.isqrt, [value * 2 for value in lit])
        noisy = [OFFSET + v + (s * n >> 8) for v, s, n in zip(lit, spread, noise[start : start + size])]
        out.extend([0 if v < 0 else MAX_VALUE if v > MAX_VALUE else v for v in noisy])
    return out


def tiff(pixels: array, width: int) -> bytes:
    """The smallest valid TIFF file: header, one uncompressed strip, one directory."""
    if sys.byteorder == "big":
        pixels = array("H", pixels)
        pixels.byteswap()
    data = pixels.tobytes()
    height = len(pixels) // width
    tags = [
        (256, 4, width), (257, 4, height), (258, 3, 16), (259, 3, 1), (262, 3, 1),
        (273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, len(data)), (339, 3, 1),
    ]  # fmt: skip
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return struct.pack("<2sHI", b"II", 42, 8 + len(data)) + data + struct.pack("<H", len(tags)) + directory + bytes(4)


def write_file(path: Path, content: bytes) -> None:
    """Write under another name first: who watches the folder never sees half a file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    os.replace(temporary, path)


if __name__ == "__main__":
    main()
