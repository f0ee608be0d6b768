"""A PEP 517 build backend for this one package, in standard-library Python.

Name, version and description come from `pyproject.toml`; everything in the package folder goes into the
wheel, data files included. The same sources always give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src"
TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # the earliest that zip knows
TAG = "py3-none-any"


def build_wheel(
    wheel_directory: str, config_settings: dict | None = None, metadata_directory: str | None = None
) -> str:
    """Build the wheel and return its file name (PEP 517)."""
    return _write_wheel(Path(wheel_directory), _package_files())


def build_editable(
    wheel_directory: str, config_settings: dict | None = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel which only points to the sources (PEP 660), for `pip install --editable`."""
    return _write_wheel(Path(wheel_directory), {f"{_stem()}.pth": f"{SOURCES}\n".encode()})


def build_sdist(sdist_directory: str, config_settings: dict | None = None) -> str:
    """Build the source archive and return its file name (PEP 517)."""
    base = f"{_stem()}-{_project()['version']}"
    paths = [ROOT / "pyproject.toml", ROOT / "README.md", *_files_in(ROOT / "build_backend"), *_files_in(SOURCES)]
    files = {f"{base}/{path.relative_to(ROOT).as_posix()}": path.read_bytes() for path in paths}
    files[f"{base}/PKG-INFO"] = _metadata()
    name = f"{base}.tar.gz"
    with tarfile.open(Path(sdist_directory) / name, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for path, content in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return name


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def _stem() -> str:
    """The name as file names spell it."""
    return _project()["name"].replace("-", "_")


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _package_files() -> dict[str, bytes]:
    return {path.relative_to(SOURCES).as_posix(): path.read_bytes() for path in _files_in(SOURCES / _stem())}


def _metadata() -> bytes:
    project = _project()
    readme = (ROOT / project["readme"]).read_text("utf-8")
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        f"Requires-Python: {project['requires-python']}",
        "Description-Content-Type: text/markdown",
        *(f"Requires-Dist: {requirement}" for requirement in project["dependencies"]),
    ]
    return ("\n".join(lines) + "\n\n" + readme).encode()


def _write_wheel(folder: Path, files: dict[str, bytes]) -> str:
    base = f"{_stem()}-{_project()['version']}"
    info = f"{base}.dist-info"
    tags = f"Wheel-Version: 1.0\nGenerator: {Path(__file__).stem}\nRoot-Is-Purelib: true\nTag: {TAG}\n"
    files = {**files, f"{info}/METADATA": _metadata(), f"{info}/WHEEL": tags.encode()}
    record = [f"{path},{_digest(content)},{len(content)}\n" for path, content in files.items()]
    record.append(f"{info}/RECORD,,\n")  # the one file that cannot contain its own digest
    files[f"{info}/RECORD"] = "".join(record).encode()
    name = f"{base}-{TAG}.whl"
    with zipfile.ZipFile(folder / name, "w") as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, TIMESTAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return name


def _digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
