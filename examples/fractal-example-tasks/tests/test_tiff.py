"""The TIFF reader: everything it promises to read, and one sentence for everything else."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

from fractal_example_tasks._tiff import TiffError, read_pages, read_pixels
from tests.helpers import TEST_DATA, TempFolderTest, write_tiff


def example(width: int, height: int, bits: int) -> list[int]:
    """Noise with a constant part, so that every kind of compression has both to deal with."""
    rng = random.Random(width * height)
    noise = [rng.randrange(1 << bits) for _ in range(width * height - 20)]
    return [7] * 20 + noise


class ReadTest(TempFolderTest):
    def check(self, pixels: list[int], width: int, **options) -> None:
        path = self.folder / "a.tif"
        write_tiff(path, [pixels], width, **options)
        (page,) = read_pages(path)
        self.assertEqual((page.width, page.height), (width, len(pixels) // width))
        self.assertEqual(read_pixels(page).tolist(), pixels)

    def test_every_combination(self) -> None:
        for bits, order, compression, predictor, strips in product(
            (8, 16), "<>", (1, 5, 8, 32773, 32946), (1, 2), (None, 4)
        ):
            with self.subTest(bits=bits, order=order, compression=compression, predictor=predictor, strips=strips):
                self.check(
                    example(13, 11, bits),
                    13,
                    bits=bits,
                    order=order,
                    compression=compression,
                    predictor=predictor,
                    rows_per_strip=strips,
                )

    def test_tiles(self) -> None:
        for compression, predictor in product((1, 8), (1, 2)):
            self.check(example(37, 20, 16), 37, tile=16, compression=compression, predictor=predictor)

    def test_large_lzw(self) -> None:
        """More than 4096 table entries: all code widths, and the table starts afresh."""
        self.check(example(200, 150, 16), 200, compression=5)

    def test_pages(self) -> None:
        path = self.folder / "a.tif"
        pages = [example(12, 9, 16), [5] * 108, example(12, 9, 16)]
        write_tiff(path, pages, 12, compression=8)
        self.assertEqual([read_pixels(page).tolist() for page in read_pages(path)], pages)

    def test_real_files(self) -> None:
        if not TEST_DATA.is_dir():
            self.skipTest(f"no test data in {TEST_DATA}")
        (page,) = read_pages(TEST_DATA / "nuclei" / "nuclei_2d.tif")
        self.assertEqual((page.width, page.height, max(read_pixels(page))), (512, 512, 235))
        self.assertEqual(len(read_pages(TEST_DATA / "nuclei" / "nuclei_3d.tif")), 31)


class ErrorTest(TempFolderTest):
    def expect(self, words: str, path: Path) -> None:
        with self.assertRaises(TiffError) as context:
            for page in read_pages(path):
                read_pixels(page)
        self.assertIn(words, str(context.exception))
        self.assertIn(str(path), str(context.exception))
        self.assertNotIn("\n", str(context.exception))

    def test_sentences(self) -> None:
        path = self.folder / "a.tif"
        for words, content in (
            ("is not a TIFF file", b"hello, I am a text"),
            ("is not a TIFF file", b""),
            ("is not a TIFF file", b"II\x00\x00\x08\x00\x00\x00"),
            ("BigTIFF", b"II\x2b\x00\x08\x00\x00\x00"),
            ("damaged", b"II\x2a\x00\xff\x00\x00\x00"),
        ):
            path.write_bytes(content)
            self.expect(words, path)
        pixels = [1] * 100
        for words, extra in (
            ("not a greyscale image", {277: 3}),
            ("not a greyscale image", {262: 2}),
            ("32-bit", {258: 32}),
            ("16-bit floating-point", {339: 3}),
            ("compression 7", {259: 7}),
            ("predictor 3", {317: 3}),
            ("unusable size", {256: 0}),
            ("unusable size", {256: 1 << 30}),
            ("does not say where", {278: 1}),
        ):
            write_tiff(path, [pixels], 10, extra=extra)
            self.expect(words, path)

    def test_missing_file(self) -> None:
        self.expect("cannot be read", self.folder / "none.tif")

    def test_cut_off(self) -> None:
        path = self.folder / "a.tif"
        write_tiff(path, [[1] * 100], 10, extra={279: 1 << 20})  # claims more bytes than there are: harmless
        self.assertEqual(sum(read_pixels(read_pages(path)[0])), 100)
        write_tiff(path, [[1] * 100], 10, extra={279: 50})
        self.expect("ends before all its pixels", path)

    def test_bad_compression(self) -> None:
        path = self.folder / "a.tif"
        write_tiff(path, [[1] * 100], 10, extra={259: 8})  # not deflated at all
        self.expect("deflate data cannot be unpacked", path)
        write_tiff(path, [[65535] * 100], 10, extra={259: 5})
        self.expect("damaged", path)

    def test_endless_pages(self) -> None:
        path = self.folder / "a.tif"
        write_tiff(path, [[1] * 100], 10)
        content = bytearray(path.read_bytes())
        content[-4:] = content[4:8]  # the next page of the first page is the first page
        path.write_bytes(content)
        self.expect("no end", path)
