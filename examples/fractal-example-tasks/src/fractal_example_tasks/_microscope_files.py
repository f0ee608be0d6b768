"""From a folder of TIFF files to a list of fields: the naming rule, and the checks before anything is written.

A file is named by its well, then by field, z-plane and channel in any order, all but the well optional::

    A01_F001_Z000_C01.tif     a1-f1-z0.TIFF     Well B2_Field 3_C1.tif     C05.tif

Case does not matter; the parts are separated by `_`, `-` or spaces. A file without a z-plane may have
several pages, which are then its z-planes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from fractal_example_tasks._task import TaskError, log
from fractal_example_tasks._tiff import Page, read_pages

NAMING_RULE = "a name like A01_F001_Z000_C01.tif (well, then optionally field, z-plane and channel)"
_SEPARATOR = r"[ _-]+"
_NAME = re.compile(
    rf"(?:well[ _-]*)?(?P<row>[a-z])[ _-]?(?P<column>\d{{1,2}})(?P<parts>(?:{_SEPARATOR}[a-z]+[ _-]?\d+)*)\.tiff?",
    re.IGNORECASE,
)
_PART = re.compile(rf"{_SEPARATOR}([a-z]+)[ _-]?(\d+)", re.IGNORECASE)
_PART_NAMES = {
    "f": "field", "field": "field",
    "z": "z", "plane": "z",
    "c": "channel", "ch": "channel", "channel": "channel",
}  # fmt: skip


@dataclass(frozen=True)
class FileName:
    """What a file name says. `z` is None if the name carries no z-plane."""

    well: str
    field: int
    z: int | None
    channel: int


@dataclass
class Field:
    """One image to be: the pages of one field of one well, by channel and z-plane."""

    well: str
    number: int
    pages: dict[tuple[int, int], tuple[Path, int, Page]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"well {self.well.replace('/', '')}, field {self.number}"


def parse_name(name: str) -> FileName | None:
    """Read a file name, or None if it does not follow the naming rule."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    values: dict[str, int] = {}
    for letters, digits in _PART.findall(match["parts"]):
        key = _PART_NAMES.get(letters.lower())
        if key is None or key in values:
            return None
        values[key] = int(digits)
    return FileName(
        well=f"{match['row'].upper()}/{int(match['column']):02d}",
        field=values.get("field", 1),
        z=values.get("z"),
        channel=values.get("channel", 1),
    )


def find_fields(folder: Path) -> list[Field]:
    """All fields of a folder, complete and consistent, ordered by well and field number."""
    if not folder.is_dir():
        raise TaskError(f"The images folder {folder} does not exist.")
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not files:
        raise TaskError(f"The images folder {folder} is empty.")
    names = {path: parse_name(path.name) for path in files}
    skipped = [path.name for path, name in names.items() if name is None]
    if skipped:
        shown = ", ".join(skipped[:5]) + (", …" if len(skipped) > 5 else "")
        log(f"Skipping {len(skipped)} of {len(files)} files, which do not have {NAMING_RULE}: {shown}")
    fields: dict[tuple[str, int], Field] = {}
    for path, name in names.items():
        if name is not None:
            entry = fields.setdefault((name.well, name.field), Field(name.well, name.field))
            _add_file(entry, path, name)
    if not fields:
        raise TaskError(f"No file in {folder} has {NAMING_RULE}.")
    found = [fields[key] for key in sorted(fields)]
    _check_complete(found)
    return found


def _add_file(entry: Field, path: Path, name: FileName) -> None:
    pages = read_pages(path)
    if name.z is not None and len(pages) > 1:
        raise TaskError(f"{path} has {len(pages)} pages, but its name says that it is a single z-plane.")
    for index, page in enumerate(pages):
        key = (name.channel, index if name.z is None else name.z)
        if key in entry.pages:
            other = entry.pages[key][0]
            raise TaskError(f"{other.name} and {path.name} are both channel {key[0]}, z-plane {key[1]} of {entry}.")
        entry.pages[key] = (path, index, page)
        first_path, _, first = next(iter(entry.pages.values()))
        if (page.width, page.height, page.bits) != (first.width, first.height, first.bits):
            raise TaskError(
                f"The files of {entry} differ: {first_path.name} has {first.width} x {first.height} pixels of "
                f"{first.bits} bits, {path.name} has {page.width} x {page.height} of {page.bits}."
            )


def _check_complete(fields: list[Field]) -> None:
    """Every field must have every channel and z-plane that occurs anywhere on the plate."""
    channels = sorted({channel for entry in fields for channel, _ in entry.pages})
    all_z = {z for entry in fields for _, z in entry.pages}
    for entry in fields:
        for channel in channels:
            missing = [z for z in range(min(all_z), max(all_z) + 1) if (channel, z) not in entry.pages]
            if len(missing) > max(all_z) - min(all_z):
                raise TaskError(f"Channel {channel} is missing in {entry}.")
            if missing:
                noun = "z-plane" if len(missing) == 1 else "z-planes"
                listed = ", ".join(map(str, missing))
                raise TaskError(f"Channel {channel} of {entry} lacks the {noun} {listed}.")
