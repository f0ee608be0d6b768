"""Feature tables of an image: a CSV file with its metadata, in `<image>/tables/<name>`."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from fractal_example_tasks._files import new_folder, write_text
from fractal_example_tasks._ome import register_in_group
from fractal_example_tasks._task import TaskError
from fractal_example_tasks._zarr import read_attributes, write_group

CSV_FILE = "table.csv"


def write_feature_table(
    image: Path, name: str, rows: list[dict[str, Any]], columns: list[str], *, label_name: str, overwrite: bool
) -> None:
    """Write one row per labelled object."""
    group = image / "tables"
    with new_folder(group / name, overwrite=overwrite, what="table") as folder:
        metadata = {
            "type": "feature_table",
            "table_version": "1",
            "region": {"path": f"../labels/{label_name}"},
            "instance_key": "label",
            "backend": "csv",
            "index_key": "label",
            "index_type": "int",
        }
        write_group(folder, metadata)
        write_text(folder / CSV_FILE, to_csv(rows, columns))
    register_in_group(group, "tables", name)


def read_feature_table(image: Path, name: str) -> list[dict[str, float]] | None:
    """The rows of a table, or None if the image has no such table."""
    if name not in read_attributes(image / "tables").get("tables", ()):
        return None
    file = image / "tables" / name / CSV_FILE
    try:
        with file.open(encoding="utf-8", newline="") as handle:
            return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(handle)]
    except (OSError, ValueError, TypeError) as error:
        raise TaskError(f"The table {file} cannot be read: {error}.") from error


def to_csv(rows: list[dict[str, Any]], columns: list[str]) -> str:
    """CSV text with a header line; what a row lacks is left empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
