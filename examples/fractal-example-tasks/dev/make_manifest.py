"""Write the manifest from the functions of the tasks: `python3 dev/make_manifest.py`.

The signatures say which arguments there are, with types, defaults and limits; the docstrings say what they
mean. What else the manifest tells about a task stands in `TASKS` below. A unit test compares the manifest
in the package with the functions, so a forgotten run of this script is noticed.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from fractal_example_tasks._task import MANIFEST_FILE  # noqa: E402

PACKAGE = "fractal_example_tasks"
NGFF = "https://ngff.openmicroscopy.org/0.4/"
SMALL = {"cpus_per_task": 1, "mem": 500}
USUAL = {"cpus_per_task": 1, "mem": 1000}

TASKS: list[dict[str, Any]] = [
    {
        "name": "Convert TIFF Folder",
        "type": "converter_compound",
        "non_parallel": "convert_tiff_init",
        "parallel": "convert_tiff_compute",
        "category": "Conversion",
        "modality": "HCS",
        "tags": ["TIFF", "Plate"],
        "docs_link": f"{NGFF}#plate-md",
        "docs_info": (
            "### Purpose\n"
            "- Convert a **folder of TIFF files** from a microscope to an OME-Zarr plate.\n"
            "- One image per field, with a resolution pyramid and the real pixel sizes.\n\n"
            "### File names\n"
            "`A01_F001_Z000_C01.tif`: the well, then field (`F`), z-plane (`Z`) and channel (`C`) in any order, "
            "all but the well optional. Case does not matter; `_`, `-` and spaces separate the parts. "
            "Several pages in a file without `Z` are its z-planes.\n\n"
            "### Limits\n"
            "- Greyscale TIFF with 8 or 16 bits, uncompressed or compressed with deflate, LZW or PackBits."
        ),
    },
    {
        "name": "Import OME-Zarr Plate",
        "type": "converter_non_parallel",
        "non_parallel": "import_plate",
        "category": "Conversion",
        "modality": "HCS",
        "tags": ["Plate"],
        "docs_link": f"{NGFF}#plate-md",
        "docs_info": (
            "### Purpose\n"
            "- Add the images of an **OME-Zarr plate in the folder of the dataset** to the image list.\n"
            "- Nothing on disk is copied or changed."
        ),
    },
    {
        "name": "Project Z",
        "type": "compound",
        "non_parallel": "project_z_init",
        "parallel": "project_z_compute",
        "input_types": {"is_3D": True},
        "output_types": {"is_3D": False},
        "category": "Image Processing",
        "modality": "HCS",
        "tags": ["Projection"],
        "docs_link": f"{NGFF}#multiscale-md",
        "docs_info": (
            "### Purpose\n"
            "- Project the **z-planes of each image** to one plane: the maximum or the mean.\n\n"
            "### Output\n"
            "- A new plate, `<plate>_mip.zarr`, with one projection per image."
        ),
    },
    {
        "name": "Segment Nuclei",
        "type": "parallel",
        "parallel": "segment_nuclei",
        "input_types": {"is_3D": False},
        "output_types": {"segmented": True},
        "category": "Segmentation",
        "modality": "HCS",
        "tags": ["Instance Segmentation", "Nuclei"],
        "docs_link": f"{NGFF}#label-md",
        "docs_info": (
            "### Purpose\n"
            "- Find **nuclei** in single-plane images: background correction, automatic threshold (Otsu), "
            "watershed to split touching nuclei.\n\n"
            "### Output\n"
            "- A label image `labels/nuclei` in each image.\n\n"
            "### Limits\n"
            "- Made for bright, roundish objects on a dark background."
        ),
    },
    {
        "name": "Measure Features",
        "type": "parallel",
        "parallel": "measure_features",
        "input_types": {"segmented": True},
        "category": "Measurement",
        "modality": "HCS",
        "tags": ["Table"],
        "docs_link": f"{NGFF}#label-md",
        "docs_info": (
            "### Purpose\n"
            "- Measure **area, centroid and the intensities in all channels** of every labelled object.\n\n"
            "### Output\n"
            "- A table `tables/nuclei_features` (CSV) in each image.\n"
            "- The image attribute `n_nuclei`, the number of objects."
        ),
    },
    {
        "name": "Summarise Plate",
        "type": "non_parallel",
        "non_parallel": "summarise_plate",
        "input_types": {"segmented": True},
        "category": "Measurement",
        "modality": "HCS",
        "tags": ["Table", "Plate"],
        "docs_link": "https://www.rfc-editor.org/rfc/rfc4180",
        "docs_info": (
            "### Purpose\n"
            "- Collect the feature tables of **all images in one table**.\n\n"
            "### Output\n"
            "- `plate_summary.csv` (one row per image) and `plate_summary.json` (by well) in the folder of the "
            "dataset."
        ),
    },
]


def build_manifest() -> dict[str, Any]:
    """The whole manifest."""
    return {
        "manifest_version": "2",
        "has_args_schemas": True,
        "args_schema_version": "pydantic_v2",
        "authors": "The fractal-ts contributors",
        "task_list": [_task_entry(task) for task in TASKS],
    }


def to_text(manifest: dict[str, Any]) -> str:
    """The manifest as it stands in the package."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _task_entry(task: dict[str, Any]) -> dict[str, Any]:
    entry = {"name": task["name"], "type": task["type"]}
    for kind, meta in (("non_parallel", USUAL if task["type"] == "non_parallel" else SMALL), ("parallel", USUAL)):
        if kind in task:
            module = importlib.import_module(f"{PACKAGE}.{task[kind]}")
            entry[f"executable_{kind}"] = f"{task[kind]}.py"
            entry[f"meta_{kind}"] = meta
            entry[f"args_schema_{kind}"] = args_schema(getattr(module, task[kind]))
    keys = ("input_types", "output_types", "category", "modality", "tags", "docs_info", "docs_link")
    return entry | {key: task.get(key, {}) for key in keys}


def args_schema(function: Callable) -> dict[str, Any]:
    """JSON Schema for the arguments of a function, as pydantic would describe them."""
    hints = typing.get_type_hints(function, include_extras=True)
    descriptions = _described_args(function)
    properties = {}
    required = []
    for name, parameter in inspect.signature(function).parameters.items():
        schema = _type_schema(hints[name])
        schema.setdefault("title", name.replace("_", " ").title())
        schema["description"] = descriptions[name]
        if parameter.default is parameter.empty:
            required.append(name)
        else:
            default = parameter.default
            schema["default"] = list(default) if isinstance(default, tuple) else default
        properties[name] = schema
    return {
        "additionalProperties": False,
        "properties": properties,
        "required": required,
        "title": "".join(word.title() for word in function.__name__.split("_")),
        "type": "object",
    }


def _type_schema(hint: Any) -> dict[str, Any]:
    """Schema of one type annotation; what `Annotated` adds to a list holds for its items, except the title."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        schema, extra = _type_schema(arguments[0]), dict(arguments[1])
        title = extra.pop("title")
        (schema["items"] if schema["type"] == "array" else schema).update(extra)
        return {"title": title, **schema}
    if origin is typing.Literal:
        return {"enum": list(arguments), "type": "string"}
    if origin is Sequence:
        return {"items": _type_schema(arguments[0]), "type": "array"}
    if origin is dict:
        return {"type": "object"}
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}[hint]}


def _described_args(function: Callable) -> dict[str, str]:
    """The `Args:` part of a docstring, by name of the argument."""
    text = inspect.getdoc(function).split("Args:\n")[1].split("\n\n")[0]
    parts = re.split(r"^    (\w+): ", text, flags=re.MULTILINE)[1:]
    return {name: " ".join(words.split()) for name, words in zip(parts[::2], parts[1::2])}


if __name__ == "__main__":
    MANIFEST_FILE.write_text(to_text(build_manifest()), "utf-8")
    print(f"Wrote {MANIFEST_FILE.relative_to(ROOT)}")
