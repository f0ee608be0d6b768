"""Arithmetic on planes (flat arrays of y * x numbers), written so that the loops run inside CPython's C code."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence


def halve_mean(plane: array, height: int, width: int) -> array:
    """Half the size along y and x; each new pixel is the mean of four. For intensities."""
    out = array(plane.typecode)
    for y in range(0, height - 1, 2):
        upper = plane[y * width : y * width + width // 2 * 2]
        lower = plane[(y + 1) * width : (y + 1) * width + width // 2 * 2]
        blocks = zip(upper[::2], upper[1::2], lower[::2], lower[1::2])
        out.extend([(a + b + c + d) >> 2 for a, b, c, d in blocks])
    return out


def halve_nearest(plane: array, height: int, width: int) -> array:
    """Half the size along y and x; each new pixel is one of the old ones. For labels, which have no mean."""
    out = array(plane.typecode)
    for y in range(0, height - 1, 2):
        out += plane[y * width : y * width + width // 2 * 2 : 2]
    return out


def project(planes: Sequence[array], method: str) -> array:
    """One plane from a stack, pixel by pixel: the `max` or the `mean`."""
    if len(planes) == 1:
        return planes[0]
    if method == "max":
        return array(planes[0].typecode, map(max, *planes))
    count = len(planes)
    return array(planes[0].typecode, [sum(values) // count for values in zip(*planes)])


def percentiles(histogram: Counter[int], fractions: Sequence[float]) -> list[int]:
    """The values below which the given fractions (ascending) of all counted pixels lie."""
    total = sum(histogram.values())
    wanted = list(fractions)
    found: list[int] = []
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        while len(found) < len(wanted) and seen >= wanted[len(found)] * total:
            found.append(value)
    return found
