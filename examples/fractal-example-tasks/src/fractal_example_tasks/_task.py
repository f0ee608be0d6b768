"""What every task program of this package shares: command line, checks, log, provenance, exit code.

Fractal starts a task as an ordinary program::

    python <executable> --args-json ARGS.json --out-json OUT.json

``ARGS.json`` holds the keyword arguments, ``OUT.json`` receives the return value, everything printed
goes to the unit's log, and exit code 0 means success. `run_task` turns a Python function into such a
program, so that the task modules contain nothing but the work itself.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fractal_example_tasks._schema import find_problems

MANIFEST_FILE = Path(__file__).with_name("__FRACTAL_MANIFEST__.json")
PROVENANCE_FILE = "provenance.jsonl"

# Which of the two argument schemas of a manifest entry describes which kind of unit.
SCHEMA_KEY = {
    "init": "args_schema_non_parallel",
    "non_parallel": "args_schema_non_parallel",
    "compute": "args_schema_parallel",
    "parallel": "args_schema_parallel",
}


class TaskError(Exception):
    """A problem the user can understand and solve; its text is shown without a traceback."""


def log(message: str) -> None:
    """Print one line of progress. Flushed at once, because people read the log while the unit runs."""
    now = datetime.now()
    stamp = f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d}"
    print(f"{stamp}; fractal_example_tasks; INFO; {message}", flush=True)


def run_task(function: Callable[..., dict | None], *, task: str, phase: str) -> None:
    """Run `function` as one unit of `task` and exit.

    Args:
        function: Called with the content of the arguments file as keyword arguments. What it returns is
            written to the output file (nothing becomes `null`, which Fractal reads as "no output").
        task: Name of the task in the manifest.
        phase: One of `init`, `compute`, `parallel` and `non_parallel`.
    """
    parser = argparse.ArgumentParser(description=inspect.getdoc(function))
    parser.add_argument("--args-json", type=Path, required=True, help="file with the arguments (JSON object)")
    parser.add_argument("--out-json", type=Path, required=True, help="file to write; must not exist yet")
    options = parser.parse_args()
    started = time.perf_counter()
    try:
        args = _read_args(options.args_json)
        if options.out_json.exists():
            raise TaskError(f"The output file {options.out_json} exists already.")
        _write_provenance(args, task, phase)
        log(f"START {task} ({phase})")
        _check_args(args, task, phase)
        result = function(**args)
        _write_json(options.out_json, result)
        log(f"END {task} ({phase}) after {time.perf_counter() - started:.2f} s")
    except TaskError as error:
        sys.stdout.flush()
        print(f"ERROR in {task} ({phase}): {error}", file=sys.stderr)
        sys.exit(1)
    except Exception:
        # A bug or a full disk: the last frames say where, the frames of this helper would only be noise.
        sys.stdout.flush()
        print(f"UNEXPECTED ERROR in {task} ({phase}):", file=sys.stderr)
        traceback.print_exc(limit=-4)
        sys.exit(1)


def _read_args(path: Path) -> dict[str, Any]:
    try:
        args = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise TaskError(f"The arguments file {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise TaskError(f"The arguments file {path} is not JSON: {error}.") from error
    if not isinstance(args, dict):
        raise TaskError(f"The arguments file {path} must contain a JSON object.")
    return args


def _check_args(args: dict[str, Any], task: str, phase: str) -> None:
    """Compare the arguments with the very schema that the manifest shows to users."""
    manifest = json.loads(MANIFEST_FILE.read_text("utf-8"))
    entry = next(item for item in manifest["task_list"] if item["name"] == task)
    schema = entry[SCHEMA_KEY[phase]]
    # Converters get no images. Some runners say so with an empty list, which carries no information.
    if "zarr_urls" not in schema["properties"] and args.get("zarr_urls") == []:
        del args["zarr_urls"]
    problems = find_problems(args, schema)
    if problems:
        raise TaskError("Invalid arguments: " + "; ".join(problems) + ".")
    for url in (args.get("zarr_dir"), args.get("zarr_url"), *args.get("zarr_urls", ())):
        if url is not None and not url.startswith("/"):
            raise TaskError(f"Only local folders are supported, not '{url}'.")


def _write_provenance(args: dict[str, Any], task: str, phase: str) -> None:
    """Note in the folder which holds the plates that this unit started.

    One unit is one line, written by a single `write` to a file opened for appending: units which run at
    the same time cannot mix their lines, and a unit that ran twice is seen as two equal lines.
    """
    zarr_url = args.get("zarr_url")
    if isinstance(args.get("zarr_dir"), str):
        folder = Path(args["zarr_dir"])
    elif isinstance(zarr_url, str):
        folder = zarr_dir_of(zarr_url)
    else:
        return
    if not folder.is_absolute():
        # Refused by the check of the arguments, which comes next: 's3://…' must not become a folder here.
        return
    line = {
        "task": task,
        "phase": phase,
        "zarr_url": zarr_url,
        "pid": os.getpid(),
        "started": datetime.now(UTC).isoformat(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / PROVENANCE_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, (json.dumps(line) + "\n").encode())
    finally:
        os.close(handle)


def zarr_dir_of(zarr_url: str) -> Path:
    """The folder that holds the plate of an image, for units which are told only their `zarr_url`."""
    path = Path(zarr_url)
    for folder in (path, *path.parents):
        if folder.suffix == ".zarr":
            return folder.parent
    raise TaskError(f"No part of '{zarr_url}' ends with '.zarr'.")


def _write_json(path: Path, value: Any) -> None:
    """Write through a temporary name: a unit killed in the middle leaves no half an output."""
    temporary = path.with_name(path.name + ".partial")
    temporary.write_text(json.dumps(value), "utf-8")
    temporary.rename(path)
