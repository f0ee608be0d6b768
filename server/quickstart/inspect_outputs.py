"""Open images with ngio, the library of the published tasks, and say what is in them.

    python -I inspect_outputs.py < IMAGES        in an environment that has ngio

Reads a list of images, `{"zarr_url", "origin"}`, and prints a list, one entry per image:

    {"zarr_url", "axes": "czyx", "shape": [1, 1, 256, 256], "brightest": 1234, "maximum_of_planes": 30,
     "labels": {"nuclei": {"shape": [1, 256, 256], "objects": 15, "covered": 0.48}},
     "tables": {"features": {"rows": 15, "columns": ["area", …], "is_finite": true, "fits_label": "nuclei"}}}

`maximum_of_planes` is the number of planes of the origin if each pixel is the maximum of its pixels along z, or null.
`fits_label` is the label image whose objects are exactly the rows of the table, or null.
"""

import json
import sys

import numpy as np
from ngio import open_ome_zarr_container


def maximum_of_planes(image, origin):
    if origin is None:
        return None
    stack = open_ome_zarr_container(origin, mode="r").get_image()
    if "z" not in stack.axes:
        return None
    z = stack.axes.index("z")
    maximum = stack.get_as_numpy().max(axis=z, keepdims="z" in image.axes)
    return stack.shape[z] if np.array_equal(image.get_as_numpy(), maximum) else None


def inspect(zarr_url, origin):
    container = open_ome_zarr_container(zarr_url, mode="r")
    image = container.get_image()
    ids = {}
    labels = {}
    for name in container.list_labels():
        pixels = container.get_label(name).get_as_numpy()
        ids[name] = sorted(int(value) for value in np.unique(pixels) if value != 0)
        labels[name] = {
            "shape": list(pixels.shape),
            "objects": len(ids[name]),
            "covered": float((pixels != 0).mean()),
        }
    tables = {}
    for name in container.list_tables():
        frame = container.get_table(name).dataframe
        numbers = frame.select_dtypes("number")
        rows = sorted(int(value) for value in frame.index) if frame.index.name == "label" else None
        tables[name] = {
            "rows": len(frame),
            "columns": [str(column) for column in numbers.columns],
            "is_finite": bool(np.isfinite(numbers.to_numpy(dtype=float)).all()),
            "fits_label": next((label for label in ids if ids[label] == rows), None),
        }
    return {
        "zarr_url": zarr_url,
        "axes": "".join(image.axes),
        "shape": list(image.shape),
        "brightest": int(image.get_as_numpy().max()),
        "maximum_of_planes": maximum_of_planes(image, origin),
        "labels": labels,
        "tables": tables,
    }


if __name__ == "__main__":
    # What a library prints must not mix with the answer.
    answer, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps([inspect(**image) for image in json.load(sys.stdin)]), file=answer)
