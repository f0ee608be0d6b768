"""Import OME-Zarr Plate: put the images of a plate which is already there into the image list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fractal_example_tasks._ome import OmeImage, list_plate_images, well_name
from fractal_example_tasks._task import TaskError, log, run_task


def import_plate(
    *,
    zarr_dir: str,
    plate_name: Annotated[str, {"title": "Plate name", "pattern": r"^[A-Za-z0-9_.-]+$"}],
) -> dict:
    """List the images of an existing OME-Zarr plate. Nothing is copied or changed.

    Args:
        zarr_dir: Folder of the dataset; the plate must be in it.
        plate_name: Name of the plate, without '.zarr'.
    """
    plate = Path(zarr_dir) / f"{plate_name}.zarr"
    if not plate.is_dir():
        raise TaskError(f"There is no plate {plate}.")
    updates = []
    for well, name in list_plate_images(plate):
        zarr_url = f"{plate}/{well}/{name}"
        shape = OmeImage(Path(zarr_url)).pixels.shape
        updates.append(
            {
                "zarr_url": zarr_url,
                "attributes": {"plate": plate.name, "well": well_name(well)},
                "types": {"is_3D": shape[-3] > 1},
            }
        )
    log(f"Found {len(updates)} images in {plate}")
    return {"image_list_updates": updates}


if __name__ == "__main__":
    run_task(import_plate, task="Import OME-Zarr Plate", phase="non_parallel")
