"""Writing files and folders so that a reader, or a second attempt, never meets a half-written one."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fractal_example_tasks._task import TaskError


def read_json(path: Path) -> Any:
    """The content of a JSON file that has to be there."""
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise TaskError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise TaskError(f"{path} is not JSON: {error}.") from error


def write_json(path: Path, value: Any) -> None:
    """Write JSON for people to read as well."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Create or replace a text file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The process id keeps two units that write the same metadata at the same time apart.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    temporary.write_text(text, "utf-8")
    os.replace(temporary, path)


@contextmanager
def new_folder(path: Path, *, overwrite: bool, what: str) -> Iterator[Path]:
    """Fill a temporary folder next to `path`, which takes the place of `path` once the block has ended.

    The temporary name is fixed, so that what a killed unit left behind is cleared by its next attempt.
    """
    if path.exists() and not overwrite:
        raise TaskError(f"The {what} {path} exists already; set 'overwrite' to replace it.")
    temporary = path.with_name(f".{path.name}.partial")
    replaced = path.with_name(f".{path.name}.replaced")
    for leftover in (temporary, replaced):
        remove_folder(leftover)
    temporary.mkdir(parents=True)
    yield temporary
    if path.exists():
        path.rename(replaced)
    temporary.rename(path)
    remove_folder(replaced)


def remove_folder(path: Path) -> None:
    """Remove a folder with all its content, if it exists."""
    if path.exists():
        shutil.rmtree(path)
