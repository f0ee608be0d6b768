"""Run pip with this interpreter; where it has none of its own (Debian packages it apart), the one that
every virtual environment begins with.

    python run_pip.py ARGUMENT ...
"""

import glob
import os
import runpy
import sys


def bundled():
    try:
        import ensurepip
    except ImportError:
        sys.exit("ERROR: This Python has neither pip nor the venv module.")
    own = os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
    for folder in filter(None, [getattr(ensurepip, "_WHEEL_PKG_DIR", None), own]):
        for wheel in glob.glob(os.path.join(folder, "pip-*.whl")):
            return wheel
    sys.exit("ERROR: This Python has neither pip nor the venv module.")


if __name__ == "__main__":
    try:
        import pip  # noqa: F401
    except ImportError:
        sys.path.insert(0, bundled())
    sys.argv[0] = "pip"
    runpy.run_module("pip", run_name="__main__")
