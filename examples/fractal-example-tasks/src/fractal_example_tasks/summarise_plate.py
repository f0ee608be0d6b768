"""Summarise Plate: put the feature tables of all images together into one table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from fractal_example_tasks._files import write_json, write_text
from fractal_example_tasks._ome import split_zarr_url, well_name
from fractal_example_tasks._table import read_feature_table, to_csv
from fractal_example_tasks._task import TaskError, log, run_task


def summarise_plate(
    *,
    zarr_urls: Sequence[str],
    zarr_dir: str,
    table_name: Annotated[str, {"title": "Table name", "pattern": r"^[A-Za-z0-9_-]+$"}] = "nuclei_features",
    summary_name: Annotated[str, {"title": "Summary name", "pattern": r"^[A-Za-z0-9_-]+$"}] = "plate_summary",
) -> None:
    """Write one row per image (CSV), and the same numbers by well (JSON), into the folder of the dataset.

    Args:
        zarr_urls: Images to summarise.
        zarr_dir: Folder of the dataset; the summary is written into it.
        table_name: Name of the feature table that each image has.
        summary_name: Name of the files to write, without '.csv' and '.json'. Files of that name are replaced.
    """
    images: list[dict[str, Any]] = []
    wells: dict[tuple[str, str], list[dict[str, float]]] = {}
    fields: dict[tuple[str, str], int] = {}
    columns: dict[str, None] = {}  # a set that keeps the order of insertion
    for zarr_url in sorted(zarr_urls):
        plate, well, name = split_zarr_url(zarr_url)
        rows = read_feature_table(Path(zarr_url), table_name)
        if rows is None:
            raise TaskError(f"{zarr_url} has no table '{table_name}'; run 'Measure Features' first.")
        key = (plate.name, well_name(well))
        features = _summary(rows)
        columns.update(dict.fromkeys(features))
        images.append({"plate": key[0], "well": key[1], "image": name, "zarr_url": zarr_url, **features})
        wells.setdefault(key, []).extend(rows)
        fields[key] = fields.get(key, 0) + 1

    table = Path(zarr_dir) / f"{summary_name}.csv"
    write_text(table, to_csv(images, ["plate", "well", "image", *columns, "zarr_url"]))
    by_well = [
        {"plate": plate, "well": well, "images": fields[plate, well], **_summary(rows)}
        for (plate, well), rows in wells.items()
    ]
    write_json(table.with_suffix(".json"), {"images": len(images), "wells": by_well})
    log(f"Wrote {table} with {len(images)} images in {len(by_well)} wells")


def _summary(rows: list[dict[str, float]]) -> dict[str, float]:
    """Number of objects, and the mean of their area and intensities."""
    summary: dict[str, float] = {"n_objects": len(rows)}
    for column in rows[0] if rows else ():
        if column in ("area_px", "area_um2") or column.startswith("mean_intensity_"):
            name = column if column.startswith("mean_") else f"mean_{column}"
            summary[name] = round(sum(row[column] for row in rows) / len(rows), 3)
    return summary


if __name__ == "__main__":
    run_task(summarise_plate, task="Summarise Plate", phase="non_parallel")
