"""Writes the sample images beside this file, with zarr-python: `pip install "zarr>=3.1,<4"`, `python generate.py`.

Each is 48 x 64 pixels, with a second level of every other pixel. Its values are a formula, which the tests know too:

    value(t, c, z, y, x) = 20000 t + 5000 c + 1000 z + 10 y + x

Labels (of v05_zstd): object 1 in rows 8-23 and columns 8-23, object 2 in rows 24-39 and columns 40-55.
"""

import shutil
from pathlib import Path

import numpy as np
import zarr
from zarr.codecs import BloscCodec, GzipCodec, ZstdCodec

HERE = Path(__file__).parent
Y, X = 48, 64
SIZES = {"t": 2, "c": 2, "z": 3, "y": Y, "x": X}
FACTORS = {"t": 20000, "c": 5000, "z": 1000, "y": 10, "x": 1}
MICROMETERS = {"z": 2.0, "y": 0.5, "x": 0.5}
CHANNELS = [
    {"label": "DAPI", "color": "0000FF", "active": True, "window": {"min": 0, "max": 65535, "start": 0, "end": 2600}},
    {"label": "GFP", "color": "00FF00", "active": True, "window": {"min": 0, "max": 65535, "start": 5000, "end": 7600}},
]


def values(axes: str) -> np.ndarray:
    grids = np.meshgrid(*(np.arange(SIZES[a]) for a in axes), indexing="ij")
    return sum(FACTORS[a] * grid for a, grid in zip(axes, grids)).astype("uint16")


def labels() -> np.ndarray:
    out = np.zeros((1, Y, X), dtype="uint32")
    out[0, 8:24, 8:24] = 1
    out[0, 24:40, 40:56] = 2
    return out


def axes_of(axes: str) -> list[dict]:
    kinds = {"t": {"type": "time"}, "c": {"type": "channel"}}
    return [{"name": a, **kinds.get(a, {"type": "space", "unit": "micrometer"})} for a in axes]


def multiscale(axes: str, name: str) -> dict:
    def scale(level: int) -> list[float]:
        return [MICROMETERS.get(a, 1.0) * (2**level if a in "yx" else 1) for a in axes]

    datasets = [
        {"path": str(level), "coordinateTransformations": [{"type": "scale", "scale": scale(level)}]}
        for level in (0, 1)
    ]
    return {"name": name, "axes": axes_of(axes), "datasets": datasets}


def write(folder: Path, data: np.ndarray, axes: str, attributes: dict, zarr_format: int, **codecs) -> None:
    """One multiscale image: a group with the arrays 0 and 1."""
    group = zarr.open_group(folder, mode="w", zarr_format=zarr_format)
    group.attrs.update(attributes)
    chunks = tuple(32 if a in "yx" else 1 for a in axes)
    for level in (0, 1):
        step = 2**level
        plane = data[..., ::step, ::step]
        sharding = {"shards": tuple(64 if a in "yx" else 1 for a in axes)} if codecs.get("sharded") else {}
        array = group.create_array(
            str(level),
            shape=plane.shape,
            dtype=plane.dtype,
            chunks=chunks,
            compressors=codecs["compressors"],
            chunk_key_encoding={"name": "default" if zarr_format == 3 else "v2", "separator": "/"},
            fill_value=0,
            **sharding,
        )
        array[...] = plane


def image(name: str, axes: str, version: str, with_omero: bool = True, **codecs) -> Path:
    """An image of OME-NGFF 0.4 (Zarr 2) or 0.5 (Zarr 3)."""
    folder = HERE / f"{name}.zarr"
    shutil.rmtree(folder, ignore_errors=True)
    omero = {"omero": {"channels": CHANNELS}} if with_omero else {}
    if version == "0.4":
        attributes = {"multiscales": [{"version": "0.4", **multiscale(axes, name)}], **omero}
    else:
        attributes = {"ome": {"version": "0.5", "multiscales": [multiscale(axes, name)], **omero}}
    write(folder, values(axes), axes, attributes, 2 if version == "0.4" else 3, **codecs)
    return folder


def main() -> None:
    import numcodecs

    image("v04_blosc", "tczyx", "0.4", compressors=numcodecs.Blosc(cname="lz4", clevel=5, shuffle=1))
    image("v04_gzip", "yx", "0.4", with_omero=False, compressors=numcodecs.GZip(5))
    zstd = image("v05_zstd", "czyx", "0.5", compressors=ZstdCodec(level=3))
    image("v05_sharded", "czyx", "0.5", sharded=True, compressors=BloscCodec(cname="zstd", clevel=5))

    group = zarr.open_group(zstd / "labels", mode="w", zarr_format=3)
    group.attrs.update({"ome": {"version": "0.5", "labels": ["nuclei"]}})
    attributes = {"ome": {"version": "0.5", "multiscales": [multiscale("zyx", "nuclei")], "image-label": {}}}
    write(zstd / "labels/nuclei", labels(), "zyx", attributes, 3, compressors=GzipCodec(level=5))


if __name__ == "__main__":
    main()
