"""Segment Nuclei: find the nuclei in a single-plane image and store them as a label image."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fractal_example_tasks._files import new_folder
from fractal_example_tasks._ome import OmeImage, register_in_group, write_label
from fractal_example_tasks._pixels import halve_nearest
from fractal_example_tasks._segmentation import segment
from fractal_example_tasks._task import TaskError, log, run_task


def segment_nuclei(
    *,
    zarr_url: str,
    channel: Annotated[str, {"title": "Channel", "minLength": 1}] = "0",
    nucleus_diameter: Annotated[int, {"title": "Diameter of a nucleus (pixels)", "minimum": 4, "maximum": 500}] = 20,
    smoothing_radius: Annotated[int, {"title": "Smoothing radius (pixels)", "minimum": 0, "maximum": 20}] = 1,
    threshold_scale: Annotated[float, {"title": "Threshold scale", "exclusiveMinimum": 0}] = 1.0,
    split_depth: Annotated[float, {"title": "Split depth", "minimum": 0, "maximum": 1}] = 0.1,
    min_area: Annotated[int, {"title": "Least area (pixels)", "minimum": 0}] = 30,
    label_name: Annotated[str, {"title": "Label name", "pattern": r"^[A-Za-z0-9_-]+$"}] = "nuclei",
    overwrite: Annotated[bool, {"title": "Overwrite"}] = True,
) -> dict:
    """Find the nuclei in one image and write them as a label image into it.

    Args:
        zarr_url: Image to segment.
        channel: Name of the channel with the nuclei, or its position counted from 0.
        nucleus_diameter: Typical diameter of a nucleus in pixels. It need not be exact.
        smoothing_radius: How much to smooth against noise before anything else; 0 is not at all.
        threshold_scale: Factor for the automatic threshold. Above 1, dim nuclei are lost; below 1,
            background is taken for nuclei.
        split_depth: How marked the waist between two touching nuclei must be to split them: 0 splits at
            every ripple, 1 never.
        min_area: Objects with fewer pixels are dropped.
        label_name: Name of the label image.
        overwrite: Replace a label image of the same name.
    """
    image = OmeImage(Path(zarr_url))
    _, depth, height, width = image.pixels.shape
    if depth != 1:
        raise TaskError(f"{zarr_url} has {depth} z-planes; run 'Project Z' first.")
    plane = image.pixels.read_plane(image.find_channel(channel), 0)
    log(f"Segmenting {width} x {height} pixels")
    labels, count = segment(
        plane,
        height,
        width,
        smoothing_radius=smoothing_radius,
        diameter=nucleus_diameter,
        threshold_scale=threshold_scale,
        split_depth=split_depth,
        min_area=min_area,
    )
    log(f"Found {count} nuclei")

    group = image.folder / "labels"
    with new_folder(group / label_name, overwrite=overwrite, what="label image") as folder:
        write_label(
            image.folder, folder, name=label_name, planes=[labels], shape=(1, height, width), halve=halve_nearest
        )
    register_in_group(group, "labels", label_name)

    # The image changed in place. Naming it makes Fractal set the manifest's output type on this very
    # image; if no unit named any image, images whose unit failed would be counted as segmented as well.
    return {"image_list_updates": [{"zarr_url": zarr_url}]}


if __name__ == "__main__":
    run_task(segment_nuclei, task="Segment Nuclei", phase="parallel")
