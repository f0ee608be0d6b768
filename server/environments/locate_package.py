"""Print where an installed package and its manifest are, as one JSON object. Run by the environment's Python.

    python -I locate_package.py NAME

{"name", "version", "root", "manifest"}: `root` is the folder of the manifest, to which the executables
are relative; `manifest` is null if the package has none. Exit code 2 if there is no such package.
"""

import json
import sys
from importlib import metadata

MANIFEST = "__FRACTAL_MANIFEST__.json"


def main():
    try:
        package = metadata.distribution(sys.argv[1])
    except metadata.PackageNotFoundError:
        sys.exit(2)
    files = [file for file in package.files or () if file.name == MANIFEST]
    # The one at the top, should a test folder hold another.
    file = min(files, key=lambda file: len(file.parts), default=None)
    path = package.locate_file(file) if file is not None else None
    answer = {
        "name": package.metadata["Name"],
        "version": package.version,
        "root": str(path.parent) if path else None,
        "manifest": str(path) if path else None,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
