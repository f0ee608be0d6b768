"""Convert TIFF Folder, second part: write one field as an OME-Zarr image."""

from __future__ import annotations

from array import array
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

from fractal_example_tasks._files import new_folder
from fractal_example_tasks._ome import Scale, split_zarr_url, well_name, write_image
from fractal_example_tasks._pixels import halve_mean, percentiles
from fractal_example_tasks._task import TaskError, log, run_task
from fractal_example_tasks._tiff import Page, read_pages, read_pixels


def convert_tiff_compute(
    *,
    zarr_url: str,
    init_args: dict[str, Any],
    pyramid_levels: Annotated[int, {"title": "Pyramid levels", "minimum": 1, "maximum": 8}] = 3,
) -> dict:
    """Write one field as an OME-Zarr image.

    Args:
        zarr_url: Image to write.
        init_args: What the first part found out about this field.
        pyramid_levels: Number of resolutions to write; each has half the width and height of the one before.
    """
    plate, well, name = split_zarr_url(zarr_url)
    channels = init_args["channels"]
    pages = _read_headers(init_args["files"])
    depth = len(pages) // len(channels)
    height, width = pages[0].height, pages[0].width
    log(f"Reading {len(pages)} planes of {width} x {height} pixels")
    planes = [read_pixels(page) for page in pages]

    omero = {
        "name": name,
        "version": "0.4",
        "channels": [
            _channel_metadata(channel, planes[index * depth : (index + 1) * depth])
            for index, channel in enumerate(channels)
        ],
    }
    scale = Scale(z=init_args["z_spacing_um"], y=init_args["pixel_size_um"], x=init_args["pixel_size_um"])
    with new_folder(Path(zarr_url), overwrite=init_args["overwrite"], what="image") as folder:
        write_image(
            folder,
            name=name,
            planes=planes,
            shape=(len(channels), depth, height, width),
            scale=scale,
            omero=omero,
            levels=pyramid_levels,
            halve=halve_mean,
        )
    log(f"Wrote {zarr_url}")

    return {
        "image_list_updates": [
            {
                "zarr_url": zarr_url,
                "attributes": {"plate": plate.name, "well": well_name(well), "field": init_args["field"]},
                # Not in the manifest's output types, because it depends on the data.
                "types": {"is_3D": depth > 1},
            }
        ]
    }


def _read_headers(files: list[list]) -> list[Page]:
    """The page headers for a list of [file, page number]; a file with many pages is opened once."""
    by_file: dict[str, list[Page]] = {}
    pages = []
    for path, number in files:
        if path not in by_file:
            by_file[path] = read_pages(Path(path))
        if number >= len(by_file[path]):
            raise TaskError(f"{path} has changed since the conversion began: it has no page {number}.")
        pages.append(by_file[path][number])
    if len({(page.width, page.height, page.bits) for page in pages}) != 1:
        raise TaskError(f"The files around {files[0][0]} have changed since the conversion began.")
    return pages


def _channel_metadata(channel: dict[str, str], planes: list[array]) -> dict[str, Any]:
    """How viewers should show a channel: its name, its colour and the range of values worth seeing."""
    histogram: Counter[int] = Counter()
    for plane in planes:
        histogram.update(plane)
    start, end = percentiles(histogram, (0.01, 0.998))
    return {
        "label": channel["label"],
        "wavelength_id": channel["label"],
        "color": channel["color"],
        "active": True,
        "window": {
            "min": 0,
            "max": 255 if planes[0].typecode == "B" else 65535,
            "start": start,
            "end": max(end, start + 1),
        },
    }


if __name__ == "__main__":
    run_task(convert_tiff_compute, task="Convert TIFF Folder", phase="compute")
