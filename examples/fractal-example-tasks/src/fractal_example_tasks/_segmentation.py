"""Segmentation of bright, roundish objects in one plane, without any library.

The steps of `segment` are the classical ones; each function is one of them:

1. `smooth`: against noise.
2. `subtract_background`: against uneven illumination.
3. `square_roots` and `otsu_threshold`: what is object at all? On square roots, a few very bright objects
   do not hide the dim ones. A pixel must also be brighter than its surroundings, which opens the valleys
   between neighbours.
4. `distance_to_background` and `watershed`: split objects which touch.
5. `trim_to_half_maximum`: a bright object has a halo brighter than a dim object, so each object ends
   where its own brightness has fallen to one half.
6. `largest_part` and a least area: clean up.

A plane is a flat sequence of height * width numbers. Loops over single pixels are slow in CPython, so
whole rows are handled by `zip`, `map` and `accumulate` wherever the algorithm allows it, and only pixels
inside of objects are visited one by one.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from math import isqrt
from operator import sub

FRACTION = 16  # smoothed values are kept as integers with this many steps per grey level
LOCAL_CONTRAST = 1.1  # the root of a pixel of an object exceeds the mean of its surroundings by this factor
NOISE_SIGMAS = 4.0  # its brightness exceeds the background by this many standard deviations of the noise


def segment(
    plane: Sequence[int],
    height: int,
    width: int,
    *,
    smoothing_radius: int,
    diameter: int,
    threshold_scale: float,
    split_depth: float,
    min_area: int,
) -> tuple[array, int]:
    """Find the objects of a plane.

    Args:
        plane: Brightness, row by row.
        height: Number of rows.
        width: Number of columns.
        smoothing_radius: See `smooth`.
        diameter: Typical diameter of an object in pixels; the scale of "surroundings" and "uneven".
        threshold_scale: Factor for the threshold that the method of Otsu suggests.
        split_depth: See `watershed`.
        min_area: Objects with fewer pixels are dropped.

    Returns:
        A plane with the labels 1, 2, … (0 is background), and the number of objects.
    """
    smoothed = smooth(plane, height, width, smoothing_radius)
    signal = subtract_background(smoothed, height, width, max(32, 3 * diameter))
    roots = square_roots(signal)
    threshold = max(otsu_threshold(roots) * threshold_scale, noise_floor(plane, smoothing_radius))

    surroundings = roots
    for _ in range(2):
        surroundings = _box_mean(surroundings, height, width, max(1, diameter // 2))
    mask = bytearray(r > threshold and r > s * LOCAL_CONTRAST for r, s in zip(roots, surroundings))
    mask = fill_holes(mask, height, width)

    # Deep inside and bright is the middle of an object. Smoothed once more: one summit per object.
    heights = array("q", bytes(8 * height * width))
    for position, distance in distance_to_background(mask, height, width).items():
        heights[position] = distance * roots[position]
    hills = _box_mean(heights.tolist(), height, width, 1)
    labels = watershed({p: hills[p] for p, inside in enumerate(mask) if inside}, (height, width), split_depth)

    out = array("I", bytes(4 * height * width))
    count = 0
    for positions in _positions_by_label(labels).values():
        positions = largest_part(trim_to_half_maximum(positions, signal), width)
        if len(positions) >= max(1, min_area):
            count += 1
            for position in positions:
                out[position] = count
    return out, count


def smooth(plane: Sequence[int], height: int, width: int, radius: int) -> list[int]:
    """Smooth with a box of 2 * radius + 1 pixels, twice (close to a Gaussian). Values are times `FRACTION`."""
    values = [value * FRACTION for value in plane]
    if radius == 0:
        return values
    for _ in range(2):
        values = _box_mean(values, height, width, radius)
    return values


def subtract_background(values: list[int], height: int, width: int, size: int) -> list[int]:
    """Subtract the brightness between the objects, estimated in squares of `size` pixels.

    In each square, the background is a low percentile. Between the centres of the squares it is
    interpolated along both axes.
    """
    rows = max(1, round(height / size))
    columns = max(1, round(width / size))
    y_edges = [height * index // rows for index in range(rows + 1)]
    x_edges = [width * index // columns for index in range(columns + 1)]
    grid = []
    for y0, y1 in zip(y_edges, y_edges[1:]):
        line = []
        for x0, x1 in zip(x_edges, x_edges[1:]):
            # Every second pixel is enough for a percentile.
            square = sorted(v for y in range(y0, y1, 2) for v in values[y * width + x0 : y * width + x1 : 2])
            line.append(square[len(square) // 4])
        grid.append(_interpolate(line, x_edges))
    columns_of_grid = [_interpolate(list(column), y_edges) for column in zip(*grid)]
    out: list[int] = []
    for y, background in enumerate(zip(*columns_of_grid)):
        out += [v - b if v > b else 0 for v, b in zip(values[y * width : (y + 1) * width], background)]
    return out


def otsu_threshold(values: Sequence[int]) -> int:
    """The value which separates two classes of pixels best (largest variance between the classes)."""
    histogram = sorted(Counter(values).items())
    total = sum(count for _, count in histogram)
    total_sum = sum(value * count for value, count in histogram)
    best, threshold = -1.0, 0
    below = below_sum = 0
    for value, count in histogram[:-1]:
        below += count
        below_sum += value * count
        difference = below_sum / below - (total_sum - below_sum) / (total - below)
        variance = below * (total - below) * difference * difference
        if variance > best:
            best, threshold = variance, value
    return threshold


def square_roots(values: Sequence[int]) -> list[int]:
    """Square roots, as integers. There are far fewer different values than pixels, so each is computed once."""
    roots = {value: isqrt(value * FRACTION) for value in set(values)}
    return [roots[value] for value in values]


def noise_floor(plane: Sequence[int], smoothing_radius: int) -> float:
    """The least square root of brightness that noise cannot explain, so that an empty image stays empty.

    The noise is what neighbouring pixels differ by; unlike the spread of all values, this also holds for a
    field crowded with objects. The median of the absolute difference of two normally distributed values is
    0.954 standard deviations.
    """
    differences = sorted(map(abs, map(sub, plane[1:], plane)))
    sigma = FRACTION * differences[len(differences) // 2] / 0.954 if differences else 0.0
    # What `smooth` leaves of independent noise: the sum of the squares of its weights.
    size = 2 * smoothing_radius + 1
    sigma *= (2 * size * size + 1) / (3 * size**3)
    # `subtract_background` puts the lower quartile at zero, 0.67 standard deviations below the mean.
    return ((NOISE_SIGMAS + 0.67) * sigma * FRACTION) ** 0.5


def fill_holes(mask: bytearray, height: int, width: int) -> bytearray:
    """Fill background which is not connected to the border."""
    inverse = mask.translate(bytes([1]) + bytes(255))
    labels, count = connected_components(inverse, height, width)
    outside = set(labels[:width]) | set(labels[-width:]) | set(labels[::width]) | set(labels[width - 1 :: width])
    keep = bytearray(0 if label in outside and label else 1 for label in range(count + 1))
    return bytearray(map(keep.__getitem__, labels))


def connected_components(mask: bytearray, height: int, width: int) -> tuple[array, int]:
    """Number the 4-connected parts of a mask 1, 2, …; works on runs of pixels rather than on pixels."""
    parent = [0]

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    runs: list[tuple[int, int, int]] = []  # start and end in the plane, provisional label
    above: list[tuple[int, int, int]] = []
    for y in range(height):
        row_end = (y + 1) * width
        current = []
        position = mask.find(1, y * width, row_end)
        first_above = 0
        while position >= 0:
            end = mask.find(0, position, row_end)
            if end < 0:
                end = row_end
            label = 0
            while first_above < len(above) and above[first_above][1] + width <= position:
                first_above += 1
            for start_above, _, label_above in above[first_above:]:
                if start_above + width >= end:
                    break
                other = root(label_above)
                if label == 0:
                    label = other
                elif other != label:
                    low, high = min(label, other), max(label, other)
                    parent[high] = low
                    label = low
            if label == 0:
                label = len(parent)
                parent.append(label)
            current.append((position, end, label))
            position = mask.find(1, end, row_end)
        runs += current
        above = current
    final: dict[int, int] = {}
    labels = array("I", bytes(4 * height * width))
    for start, end, label in runs:
        number = final.setdefault(root(label), len(final) + 1)
        labels[start:end] = array("I", [number]) * (end - start)
    return labels, len(final)


def distance_to_background(mask: bytearray, height: int, width: int) -> dict[int, int]:
    """Distance of each object pixel from the background, in thirds of a pixel, by position.

    Two sweeps with the weights 3 (straight) and 4 (diagonal), which is close to the Euclidean distance.
    The border of the plane does not count as background: what is cut off there continues outside.
    """
    stride = width + 2
    far = 1 << 20
    # A frame of "far" pixels around the plane saves all tests for the border.
    padded = array("i", [far]) * (stride * (height + 2))
    inside = array("i", [0] + [far] * 255)
    positions = []
    for y in range(height):
        start = (y + 1) * stride + 1
        row = mask[y * width : (y + 1) * width]
        padded[start : start + width] = array("i", map(inside.__getitem__, row))
        positions += [start + x for x, value in enumerate(row) if value]
    up, up_left, up_right = stride, stride + 1, stride - 1
    for p in positions:
        straight = min(padded[p - 1], padded[p - up])
        diagonal = min(padded[p - up_left], padded[p - up_right])
        padded[p] = min(straight + 3, diagonal + 4)
    for p in reversed(positions):
        straight = min(padded[p + 1], padded[p + up])
        diagonal = min(padded[p + up_left], padded[p + up_right])
        padded[p] = min(padded[p], straight + 3, diagonal + 4)
    return {(p // stride - 1) * width + p % stride - 1: padded[p] for p in positions}


def watershed(heights: dict[int, float], shape: tuple[int, int], depth: float) -> array:
    """Split a landscape into its hills; the valleys become borders.

    Pixels are visited from the top down. A pixel without labelled neighbours is a new summit, and one
    between two hills joins the higher hill. There, the two hills become one if the lower summit rises
    less than the fraction `depth` of its height above this pass: it is a ripple, not a hill.

    Args:
        heights: Height of each object pixel, by position in the plane.
        shape: Height and width of the plane.
        depth: Least relative height of a hill above the pass to a higher one, from 0 (split at every
            ripple) to 1 (never split).
    """
    height, width = shape
    stride = width + 2
    labels = [0] * (stride * (height + 2))  # again with a frame, so that every pixel has eight neighbours
    parent = [0]
    summit = [0.0]
    neighbours = (-1, 1, -stride, stride, -stride - 1, -stride + 1, stride - 1, stride + 1)
    keep = 1 - depth
    for position in sorted(heights, key=heights.__getitem__, reverse=True):
        p = (position // width + 1) * stride + position % width + 1
        value = heights[position]
        best = 0
        for offset in neighbours:
            label = labels[p + offset]
            if not label or label == best:
                continue
            while parent[label] != label:
                label = parent[label]
            if best == 0:
                best = label
            elif label != best:
                higher, lower = (best, label) if summit[best] >= summit[label] else (label, best)
                if value > summit[lower] * keep:
                    parent[lower] = higher
                best = higher
        if best == 0:
            best = len(parent)
            parent.append(best)
            summit.append(value)
        labels[p] = best
    out = array("I", bytes(4 * height * width))
    for position in heights:
        label = labels[(position // width + 1) * stride + position % width + 1]
        while parent[label] != label:
            label = parent[label]
        out[position] = label
    return out


def trim_to_half_maximum(positions: list[int], signal: Sequence[int]) -> list[int]:
    """The pixels of an object that have at least half of its brightness (a high percentile, not one hot pixel)."""
    brightness = sorted(signal[p] for p in positions)
    least = brightness[len(brightness) * 4 // 5] / 2
    return [p for p in positions if signal[p] >= least]


def largest_part(positions: list[int], width: int) -> list[int]:
    """The largest 4-connected part of a set of pixels."""
    left = set(positions)
    largest: list[int] = []
    while len(left) > len(largest):
        part = [left.pop()]
        for p in part:  # the list grows while it is walked through
            for neighbour in (p - 1, p + 1, p - width, p + width):
                if neighbour in left:
                    left.remove(neighbour)
                    part.append(neighbour)
        if len(part) > len(largest):
            largest = part
    return largest


def _positions_by_label(labels: Sequence[int]) -> dict[int, list[int]]:
    """The positions of all pixels of each label, ordered by the first pixel of the label."""
    positions: dict[int, list[int]] = {}
    for position, label in enumerate(labels):
        if label:
            positions.setdefault(label, []).append(position)
    return positions


def _box_mean(values: list[int], height: int, width: int, radius: int) -> list[int]:
    """Mean over a square, by running sums along x and then along y. Borders repeat the outermost pixels."""
    size = 2 * radius + 1
    rows = []
    for start in range(0, height * width, width):
        row = values[start : start + width]
        padded = [row[0]] * radius + row + [row[-1]] * radius
        sums = list(accumulate(padded, initial=0))
        rows.append([b - a for a, b in zip(sums, sums[size:])])
    rows = [rows[0]] * radius + rows + [rows[-1]] * radius
    area = size * size
    window = [sum(column) for column in zip(*rows[: size - 1])]
    leaving = [0] * width
    out: list[int] = []
    for y in range(height):
        window = [w + new - old for w, new, old in zip(window, rows[y + size - 1], leaving)]
        out += [w // area for w in window]
        leaving = rows[y]
    return out


def _interpolate(values: list[int], edges: list[int]) -> list[int]:
    """Linear interpolation between the centres of neighbouring squares; constant outside of the outer centres."""
    centres = [(a + b) // 2 for a, b in zip(edges, edges[1:])]
    out = [values[0]] * centres[0]
    for (x0, x1), (v0, v1) in zip(zip(centres, centres[1:]), zip(values, values[1:])):
        out += [v0 + (v1 - v0) * (x - x0) // (x1 - x0) for x in range(x0, x1)]
    return out + [values[-1]] * (edges[-1] - len(out))
