"""Convert TIFF Folder, first part: find the fields, write the metadata of the plate, list the images to convert."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from fractal_example_tasks._files import remove_folder
from fractal_example_tasks._microscope_files import Field, find_fields
from fractal_example_tasks._ome import write_plate
from fractal_example_tasks._task import TaskError, log, run_task

# Shown to the channels in turn when no colours are given; nuclear stains usually come first.
DEFAULT_COLORS = ("0000FF", "00FF00", "FF0000", "FFFF00", "FF00FF", "00FFFF")


def convert_tiff_init(
    *,
    zarr_dir: str,
    images_folder: Annotated[str, {"title": "Images folder", "minLength": 1}],
    plate_name: Annotated[str, {"title": "Plate name", "pattern": r"^[A-Za-z0-9_.-]+$"}] = "plate",
    pixel_size_um: Annotated[float, {"title": "Pixel size (µm)", "exclusiveMinimum": 0}] = 0.325,
    z_spacing_um: Annotated[float, {"title": "Z spacing (µm)", "exclusiveMinimum": 0}] = 1.0,
    channel_names: Annotated[Sequence[str], {"title": "Channel names", "minLength": 1}] = (),
    channel_colors: Annotated[Sequence[str], {"title": "Channel colours", "pattern": "^[0-9A-Fa-f]{6}$"}] = (),
    overwrite: Annotated[bool, {"title": "Overwrite"}] = False,
) -> dict:
    """Find the fields in a folder of TIFF files and prepare the plate.

    Args:
        zarr_dir: Folder of the dataset; the plate is created in it.
        images_folder: Folder with the TIFF files, named by well and optionally field, z-plane and channel,
            for example A01_F001_Z000_C01.tif.
        plate_name: Name of the plate, without '.zarr'.
        pixel_size_um: Width and height of a pixel in micrometres.
        z_spacing_um: Distance between two z-planes in micrometres.
        channel_names: Names of the channels, in the order of their numbers. Channels without a name are
            called by their number, for example C01.
        channel_colors: Colours of the channels for viewers, as six hexadecimal digits (for example 00FF00).
        overwrite: Replace a plate of the same name, with everything in it.
    """
    plate = Path(zarr_dir) / f"{plate_name}.zarr"
    if plate.exists() and not overwrite:
        raise TaskError(f"The plate {plate} exists already; set 'overwrite' or choose another 'plate_name'.")
    # All files are looked at before anything is written or removed.
    fields = find_fields(Path(images_folder))
    channels = _describe_channels(fields, channel_names, channel_colors)
    log(f"Found {len(fields)} fields with {len(channels)} channels in {images_folder}")

    by_well: dict[str, list[Field]] = {}
    for field in fields:
        by_well.setdefault(field.well, []).append(field)
    remove_folder(plate)
    write_plate(plate, {well: [str(index) for index in range(len(found))] for well, found in by_well.items()})
    log(f"Wrote the metadata of {plate} with {len(by_well)} wells")

    return {
        "parallelization_list": [
            {
                "zarr_url": f"{plate}/{well}/{index}",
                "init_args": {
                    "field": field.number,
                    # Ordered like the pixels: by channel, then by z-plane.
                    "files": [[str(path), page] for _, (path, page, _) in sorted(field.pages.items(), key=_key)],
                    "channels": channels,
                    "pixel_size_um": pixel_size_um,
                    "z_spacing_um": z_spacing_um,
                    "overwrite": overwrite,
                },
            }
            for well, found in by_well.items()
            for index, field in enumerate(found)
        ]
    }


def _key(item: tuple) -> tuple[int, int]:
    return item[0]


def _describe_channels(fields: list[Field], names: Sequence[str], colors: Sequence[str]) -> list[dict[str, str]]:
    """Name and colour of every channel; all fields have the same ones."""
    numbers = sorted({channel for channel, _ in fields[0].pages})
    for what, given in (("names", names), ("colours", colors)):
        if len(given) > len(numbers):
            raise TaskError(f"There are {len(given)} channel {what} for {len(numbers)} channels.")
    labels = [names[index] if index < len(names) else f"C{number:02d}" for index, number in enumerate(numbers)]
    if len(set(labels)) < len(labels):
        raise TaskError(f"The channel names are not unique: {', '.join(labels)}.")
    shades = [*colors, *DEFAULT_COLORS[len(colors) :]]
    return [{"label": label, "color": shades[index % len(shades)]} for index, label in enumerate(labels)]


if __name__ == "__main__":
    run_task(convert_tiff_init, task="Convert TIFF Folder", phase="init")
