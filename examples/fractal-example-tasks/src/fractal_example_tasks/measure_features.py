"""Measure Features: one row of numbers for every labelled object of an image."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fractal_example_tasks._ome import OmeImage
from fractal_example_tasks._table import write_feature_table
from fractal_example_tasks._task import TaskError, log, run_task


def measure_features(
    *,
    zarr_url: str,
    label_name: Annotated[str, {"title": "Label name", "pattern": r"^[A-Za-z0-9_-]+$"}] = "nuclei",
    table_name: Annotated[str, {"title": "Table name", "pattern": r"^[A-Za-z0-9_-]+$"}] = "nuclei_features",
    overwrite: Annotated[bool, {"title": "Overwrite"}] = True,
) -> dict:
    """Measure size, position and brightness of every labelled object of one image.

    Args:
        zarr_url: Image to measure.
        label_name: Name of the label image with the objects.
        table_name: Name of the table to write.
        overwrite: Replace a table of the same name.
    """
    image = OmeImage(Path(zarr_url))
    label_folder = image.folder / "labels" / label_name
    if not label_folder.exists():
        raise TaskError(f"{zarr_url} has no label image '{label_name}'; run 'Segment Nuclei' first.")
    labels = OmeImage(label_folder).pixels
    channels, depth, height, width = image.pixels.shape
    if labels.shape != (depth, height, width) or depth != 1:
        raise TaskError(f"The label image {label_folder} does not fit its image, or is not a single plane.")

    positions: dict[int, list[int]] = {}
    for position, label in enumerate(labels.read_plane(0)):
        if label:
            positions.setdefault(label, []).append(position)
    log(f"Measuring {len(positions)} objects in {channels} channels")

    rows = {label: _shape_features(label, found, width, image) for label, found in sorted(positions.items())}
    columns = ["label", "area_px", "area_um2", "centroid_y_px", "centroid_x_px", "centroid_y_um", "centroid_x_um"]
    for channel, name in enumerate(image.channel_names):
        plane = image.pixels.read_plane(channel, 0)
        columns += [f"{statistic}_intensity_{name}" for statistic in ("mean", "min", "max")]
        for label, row in rows.items():
            values = [plane[position] for position in positions[label]]
            row[f"mean_intensity_{name}"] = round(sum(values) / len(values), 3)
            row[f"min_intensity_{name}"] = min(values)
            row[f"max_intensity_{name}"] = max(values)

    write_feature_table(
        image.folder, table_name, list(rows.values()), columns, label_name=label_name, overwrite=overwrite
    )
    log(f"Wrote the table '{table_name}'")
    # An attribute is shown in the image list and can be filtered by.
    return {"image_list_updates": [{"zarr_url": zarr_url, "attributes": {f"n_{label_name}": len(rows)}}]}


def _shape_features(label: int, positions: list[int], width: int, image: OmeImage) -> dict[str, Any]:
    area = len(positions)
    y = sum(position // width for position in positions) / area
    x = sum(position % width for position in positions) / area
    scale = image.scale
    return {
        "label": label,
        "area_px": area,
        "area_um2": round(area * scale.y * scale.x, 4),
        "centroid_y_px": round(y, 3),
        "centroid_x_px": round(x, 3),
        # The coordinates of a pixel are those of its centre, the origin is the corner of the image.
        "centroid_y_um": round((y + 0.5) * scale.y, 4),
        "centroid_x_um": round((x + 0.5) * scale.x, 4),
    }


if __name__ == "__main__":
    run_task(measure_features, task="Measure Features", phase="parallel")
