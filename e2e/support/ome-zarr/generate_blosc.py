"""Writes blosc.json: the same 5,000 bytes in every kind of Blosc container that numcodecs writes.

Byte i is (i * i >> 6) % 251 for i < 3000, then 7: both noise and runs, three blocks and a part of one.
"""

import base64
import json
from pathlib import Path

import numcodecs
import numpy as np

RAW = bytes((i * i >> 6) % 251 if i < 3000 else 7 for i in range(5_000))
TYPES = {1: "u1", 2: "u2", 8: "u8"}


def main() -> None:
    cases = []
    for cname in ("blosclz", "lz4", "lz4hc", "zlib", "zstd"):
        for shuffle in (0, 1, 2):
            for size, dtype in TYPES.items():
                codec = numcodecs.Blosc(cname=cname, clevel=5, shuffle=shuffle, blocksize=1536)
                encoded = codec.encode(np.frombuffer(RAW, dtype=dtype))
                data = base64.b64encode(encoded).decode()
                cases.append({"cname": cname, "shuffle": shuffle, "typesize": size, "data": data})
    plain = {"lz4": numcodecs.LZ4(), "zstd": numcodecs.Zstd(3)}
    whole = {name: base64.b64encode(codec.encode(RAW)).decode() for name, codec in plain.items()}
    Path(__file__).with_name("blosc.json").write_text(json.dumps({"blosc": cases, **whole}) + "\n")


if __name__ == "__main__":
    main()
