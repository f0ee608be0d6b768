"""Project Z, second part: project one image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fractal_example_tasks._files import new_folder
from fractal_example_tasks._ome import OmeImage, split_zarr_url, write_image
from fractal_example_tasks._pixels import halve_mean, project
from fractal_example_tasks._task import log, run_task


def project_z_compute(*, zarr_url: str, init_args: dict[str, Any]) -> dict:
    """Project the z-planes of one image to a single plane.

    Args:
        zarr_url: Projection to write.
        init_args: Which image to project, and how.
    """
    origin = OmeImage(Path(init_args["origin_url"]))
    plate, _, name = split_zarr_url(zarr_url)
    channels, depth, height, width = origin.pixels.shape
    log(f"Projecting {depth} planes of {width} x {height} pixels, {channels} channels")
    planes = [
        project([origin.pixels.read_plane(channel, z) for z in range(depth)], init_args["method"])
        for channel in range(channels)
    ]
    with new_folder(Path(zarr_url), overwrite=init_args["overwrite"], what="projection") as folder:
        write_image(
            folder,
            name=name,
            planes=planes,
            shape=(channels, 1, height, width),
            scale=origin.scale,
            omero=origin.omero,
            levels=origin.levels,
            halve=halve_mean,
        )
    log(f"Wrote {zarr_url}")
    return {
        "image_list_updates": [
            {
                "zarr_url": zarr_url,
                # The new image starts with the attributes and types of its origin; only the plate differs.
                "origin": init_args["origin_url"],
                "attributes": {"plate": plate.name},
                "types": {"is_3D": False},
            }
        ]
    }


if __name__ == "__main__":
    run_task(project_z_compute, task="Project Z", phase="compute")
