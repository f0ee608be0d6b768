"""Look at a folder of TIFF files exactly as the task "Convert TIFF Folder" will, without changing anything.

    python3 -I inspect_images.py FOLDER

Prints {"files", "planes", "channels", "wells": [{"path": "A/01", "fields": 2}, ...]}, or one sentence on
standard error and exit code 1.
"""

import contextlib
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples/fractal-example-tasks/src"))

from fractal_example_tasks._microscope_files import find_fields  # noqa: E402
from fractal_example_tasks._task import TaskError  # noqa: E402


def main():
    try:
        # Its log is for a unit's log file.
        with contextlib.redirect_stdout(None):
            fields = find_fields(Path(sys.argv[1]))
    except TaskError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"The images folder {sys.argv[1]} cannot be read: {error.strerror or error}.")
    wells = {}
    for field in fields:
        wells[field.well] = wells.get(field.well, 0) + 1
    pages = fields[0].pages
    answer = {
        "files": len({path for field in fields for path, _, _ in field.pages.values()}),
        "planes": max(len({z for _, z in field.pages}) for field in fields),
        "channels": len({channel for channel, _ in pages}),
        "wells": [{"path": path, "fields": count} for path, count in wells.items()],
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
