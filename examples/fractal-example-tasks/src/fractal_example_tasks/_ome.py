"""OME-NGFF 0.4 on disk: plates, wells, images with their pyramids, and label images."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fractal_example_tasks._files import read_json
from fractal_example_tasks._task import TaskError
from fractal_example_tasks._zarr import ZarrArray, read_attributes, write_array, write_group

VERSION = "0.4"


# Plates and wells ------------------------------------------------------------------------------------


def write_plate(plate: Path, images_by_well: dict[str, list[str]]) -> None:
    """Write the metadata of a plate and its wells; wells and images which exist already are kept.

    Args:
        plate: Folder of the plate, `<zarr_dir>/<name>.zarr`.
        images_by_well: Names of the images in each well, by path of the well (`A/01`).
    """
    known = {well["path"] for well in read_attributes(plate).get("plate", {}).get("wells", ())}
    wells = sorted(known | set(images_by_well))
    rows = sorted({well.split("/")[0] for well in wells})
    columns = sorted({well.split("/")[1] for well in wells})
    for row in rows:
        write_group(plate / row)
    field_count = 0
    for well in wells:
        images = {image["path"]: image for image in read_attributes(plate / well).get("well", {}).get("images", ())}
        for name in images_by_well.get(well, ()):
            images.setdefault(name, {"path": name, "acquisition": 0})
        field_count = max(field_count, len(images))
        write_group(plate / well, {"well": {"images": list(images.values()), "version": VERSION}})
    write_group(
        plate,
        {
            "plate": {
                "name": plate.stem,
                "version": VERSION,
                "acquisitions": [{"id": 0, "name": plate.stem, "maximumfieldcount": field_count}],
                "field_count": field_count,
                "rows": [{"name": row} for row in rows],
                "columns": [{"name": column} for column in columns],
                "wells": [
                    {
                        "path": well,
                        "rowIndex": rows.index(well.split("/")[0]),
                        "columnIndex": columns.index(well.split("/")[1]),
                    }
                    for well in wells
                ],
            }
        },
    )


def list_plate_images(plate: Path) -> list[tuple[str, str]]:
    """Well path (`A/01`) and image name of every image that the metadata of a plate lists."""
    metadata = read_attributes(plate).get("plate")
    if metadata is None:
        raise TaskError(f"{plate} is not an OME-Zarr plate: its .zattrs file has no 'plate'.")
    found = []
    for well in metadata["wells"]:
        content = read_attributes(plate / well["path"]).get("well")
        if content is None:
            raise TaskError(f"The plate lists the well {well['path']}, but {plate / well['path']} is not a well.")
        found += [(well["path"], image["path"]) for image in content["images"]]
    return found


def split_zarr_url(zarr_url: str) -> tuple[Path, str, str]:
    """Plate folder, well path and image name of an image `<zarr_dir>/<plate>.zarr/<row>/<column>/<image>`."""
    path = Path(zarr_url)
    if len(path.parents) < 4 or path.parents[2].suffix != ".zarr":
        raise TaskError(f"'{zarr_url}' is not an image of a plate: it should end like 'plate.zarr/A/01/0'.")
    return path.parents[2], f"{path.parts[-3]}/{path.parts[-2]}", path.name


def well_name(well_path: str) -> str:
    """`A/01` as people write it: `A01`."""
    return well_path.replace("/", "")


# Images ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """Size of a voxel in micrometres."""

    z: float
    y: float
    x: float


def write_image(
    folder: Path,
    *,
    name: str,
    planes: list[array],
    shape: tuple[int, int, int, int],
    scale: Scale,
    omero: dict[str, Any],
    levels: int,
    halve: Callable[[array, int, int], array],
) -> None:
    """Write an image (c, z, y, x) with its pyramid and metadata into an existing folder."""
    sizes = _write_pyramid(folder, planes, shape, levels, halve)
    axes = [{"name": "c", "type": "channel"}, *_SPACE_AXES]
    multiscale = _multiscale(name, axes, (1.0, scale.z, scale.y, scale.x), sizes)
    write_group(folder, {"multiscales": [multiscale], "omero": omero})


def write_label(
    image: Path,
    folder: Path,
    *,
    name: str,
    planes: list[array],
    shape: tuple[int, int, int],
    halve: Callable[[array, int, int], array],
) -> None:
    """Write a label image (z, y, x) for `image` into an existing folder, with as many levels as the image."""
    multiscale = OmeImage(image)
    sizes = _write_pyramid(folder, planes, shape, multiscale.levels, halve)
    scale = multiscale.scale
    write_group(
        folder,
        {
            "multiscales": [_multiscale(name, _SPACE_AXES, (scale.z, scale.y, scale.x), sizes)],
            "image-label": {"version": VERSION, "source": {"image": "../../"}},
        },
    )


def register_in_group(group: Path, key: str, name: str) -> None:
    """Add `name` to the list `key` of a group: labels in `labels`, tables in `tables`."""
    names = read_attributes(group).get(key, [])
    write_group(group, {key: names if name in names else [*names, name]})


class OmeImage:
    """An image (c, z, y, x) or a label image (z, y, x) on disk, at full resolution."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise TaskError(f"There is no image {folder}.")
        attributes = read_json(folder / ".zattrs")
        try:
            multiscale = attributes["multiscales"][0]
            dataset = multiscale["datasets"][0]
            scale = dataset["coordinateTransformations"][0]["scale"]
            axes = "".join(axis["name"] for axis in multiscale["axes"])
        except (KeyError, IndexError, TypeError) as error:
            raise TaskError(f"{folder} is not an OME-Zarr image of version {VERSION}: no {error} found.") from error
        if axes not in ("czyx", "zyx"):
            raise TaskError(f"{folder} has the axes '{axes}'; only 'czyx' and 'zyx' are supported.")
        self.folder = folder
        self.levels = len(multiscale["datasets"])
        self.scale = Scale(*scale[-3:])
        self.omero: dict[str, Any] = attributes.get("omero", {"channels": []})
        self.pixels = ZarrArray(folder / dataset["path"])

    @property
    def channel_names(self) -> list[str]:
        """Names of the channels; those without a name are called by their index."""
        labels = [channel.get("label") for channel in self.omero["channels"]]
        labels += [None] * (self.pixels.shape[0] - len(labels))
        return [label or str(index) for index, label in enumerate(labels)]

    def find_channel(self, channel: str) -> int:
        """Index of a channel given by its name or, as text, by its index."""
        names = self.channel_names
        if channel in names:
            return names.index(channel)
        if channel.isdecimal() and int(channel) < len(names):
            return int(channel)
        raise TaskError(f"There is no channel '{channel}' in {self.folder}; it has {', '.join(names)}.")


_SPACE_AXES = [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]


def _write_pyramid(
    folder: Path,
    planes: Iterable[array],
    shape: tuple[int, ...],
    levels: int,
    halve: Callable[[array, int, int], array],
) -> list[int]:
    """Write the levels 0, 1, … and return by which factor each is smaller than the image."""
    planes = list(planes)
    factors = []
    *leading, height, width = shape
    for level in range(levels):
        write_array(folder / str(level), (*leading, height, width), planes[0].typecode, planes)
        factors.append(1 << level)
        if min(height, width) < 2:
            break
        if level + 1 < levels:
            planes = [halve(plane, height, width) for plane in planes]
            height, width = height // 2, width // 2
    return factors


def _multiscale(
    name: str, axes: Sequence[dict[str, str]], scale: tuple[float, ...], factors: Sequence[int]
) -> dict[str, Any]:
    *leading, y, x = scale
    return {
        "version": VERSION,
        "name": name,
        "axes": list(axes),
        "datasets": [
            {
                "path": str(level),
                "coordinateTransformations": [{"type": "scale", "scale": [*leading, y * factor, x * factor]}],
            }
            for level, factor in enumerate(factors)
        ],
    }
