"""Project Z, first part: prepare the plate of the projections and list the images to project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from fractal_example_tasks._ome import split_zarr_url, write_plate
from fractal_example_tasks._task import TaskError, log, run_task


def project_z_init(
    *,
    zarr_urls: Sequence[str],
    zarr_dir: str,
    method: Annotated[Literal["max", "mean"], {"title": "Method"}] = "max",
    overwrite: Annotated[bool, {"title": "Overwrite"}] = False,
) -> dict:
    """Prepare one plate of projections for each plate that has images in the input.

    Args:
        zarr_urls: Images to project.
        zarr_dir: Folder of the dataset; the new plates are created in it.
        method: How the z-planes become one: the brightest value of each pixel, or the mean.
        overwrite: Replace projections which exist already, together with their labels and tables.
    """
    items = []
    wells_by_plate: dict[Path, dict[str, list[str]]] = {}
    for origin_url in zarr_urls:
        plate, well, name = split_zarr_url(origin_url)
        target = Path(zarr_dir) / f"{plate.stem}_mip.zarr"
        zarr_url = f"{target}/{well}/{name}"
        if Path(zarr_url).exists() and not overwrite:
            raise TaskError(f"The projection {zarr_url} exists already; set 'overwrite' to replace it.")
        wells_by_plate.setdefault(target, {}).setdefault(well, []).append(name)
        init_args = {"origin_url": origin_url, "method": method, "overwrite": overwrite}
        items.append({"zarr_url": zarr_url, "init_args": init_args})

    # Unlike the converter, this adds to a plate which exists: a user may project some wells today and the
    # others tomorrow, or only those that failed.
    for target, wells in wells_by_plate.items():
        write_plate(target, wells)
        log(f"Wrote the metadata of {target} with {len(wells)} wells")
    return {"parallelization_list": items}


if __name__ == "__main__":
    run_task(project_z_init, task="Project Z", phase="init")
