"""Is the segmentation any good? Measured on real images, with the default arguments of the task."""

from __future__ import annotations

import random
import shutil
import unittest
from array import array
from pathlib import Path

from fractal_example_tasks._ome import OmeImage
from fractal_example_tasks._segmentation import segment
from fractal_example_tasks._tiff import read_pages, read_pixels
from tests.helpers import TEST_DATA, Dataset, TempFolderTest, score

MIN_IOU = 0.7
MIN_F1 = 0.8
NUCLEI = TEST_DATA / "nuclei"


class ScoreTest(unittest.TestCase):
    def test_known_values(self) -> None:
        truth = array("I", [1, 1, 1, 1, 0, 2, 2, 0])
        self.assertEqual(score(truth, truth), (1, 1))
        self.assertEqual(score(truth, array("I", [9, 9, 9, 0, 0, 0, 0, 0])), (0.375, 2 / 3))
        self.assertEqual(score(truth, array("I", bytes(32))), (0, 0))
        self.assertEqual(score(truth, array("I", [1] * 8)), ((4 / 8 + 2 / 8) / 2, 0))


class EmptyImageTest(unittest.TestCase):
    """Where there is nothing, nothing is found."""

    def count(self, plane: list[int], size: int) -> int:
        options = {"smoothing_radius": 1, "diameter": 20, "threshold_scale": 1.0, "split_depth": 0.1, "min_area": 30}
        return segment(array("H", plane), size, size, **options)[1]

    def test_noise(self) -> None:
        rng = random.Random(3)
        self.assertEqual(self.count([int(rng.gauss(300, 20)) for _ in range(128 * 128)], 128), 0)

    def test_constant(self) -> None:
        self.assertEqual(self.count([7] * 64 * 64, 64), 0)
        self.assertEqual(self.count([7], 1), 0)

    def test_one_square(self) -> None:
        plane = [100] * 64 * 64
        for y in range(20, 35):
            plane[y * 64 + 20 : y * 64 + 35] = [900] * 15
        self.assertEqual(self.count(plane, 64), 1)


@unittest.skipUnless(NUCLEI.is_dir(), f"no test data in {TEST_DATA}")
class RealImagesTest(TempFolderTest):
    def segment(self, name: str, pages: int) -> tuple[OmeImage, array]:
        """Convert an image as well A01, project it if it is a stack, and segment it."""
        raw = self.folder / "raw"
        raw.mkdir()
        shutil.copy(NUCLEI / name, raw / "A01_F001.tif")
        dataset = Dataset(self.folder / "dataset")
        dataset.run("Convert TIFF Folder", {"images_folder": str(raw)})
        if pages > 1:
            dataset.run("Project Z")
        dataset.run("Segment Nuclei")
        (url,) = [url for url, image in dataset.images.items() if image["types"].get("segmented")]
        return OmeImage(Path(url)), OmeImage(Path(url) / "labels/nuclei").pixels.read_plane(0)

    def test_2d(self) -> None:
        _, found = self.segment("nuclei_2d.tif", pages=1)
        truth = read_pixels(read_pages(NUCLEI / "nuclei_2d_labels.tif")[0])
        iou, f1 = score(truth, found)
        print(f"\nnuclei_2d: mean IoU {iou:.3f}, F1 {f1:.3f}, {len(set(found)) - 1} of {len(set(truth)) - 1} nuclei")
        self.assertGreaterEqual(iou, MIN_IOU)
        self.assertGreaterEqual(f1, MIN_F1)

        # The bar means something: the same labels in the wrong places do not get over it.
        shuffled = array("I", found)
        random.Random(1).shuffle(shuffled)
        moved = found[100 * 512 + 100 :] + found[: 100 * 512 + 100]
        for wrong in (shuffled, moved):
            iou, f1 = score(truth, wrong)
            self.assertLess(iou, MIN_IOU / 2)
            self.assertLess(f1, MIN_F1 / 2)

    def test_3d(self) -> None:
        image, found = self.segment("nuclei_3d.tif", pages=31)
        self.assertEqual(image.pixels.shape, (1, 1, 61, 57))
        stack = [read_pixels(page) for page in read_pages(NUCLEI / "nuclei_3d.tif")]
        projected = image.pixels.read_plane(0, 0)
        self.assertEqual(projected.tolist(), [max(values) for values in zip(*stack)])
        # Many nuclei lie above each other here, so their number cannot be right. But what was found must be
        # several objects, brighter than the rest, and nuclei for the most part.
        inside = [value for value, label in zip(projected, found) if label]
        outside = [value for value, label in zip(projected, found) if not label]
        self.assertGreater(sum(inside) / len(inside), 1.2 * sum(outside) / len(outside))
        self.assertGreaterEqual(len(set(found)) - 1, 8)
        truth = [read_pixels(page) for page in read_pages(NUCLEI / "nuclei_3d_labels.tif")]
        covered = [any(values) for values in zip(*truth)]
        right = sum(1 for label, nucleus in zip(found, covered) if label and nucleus)
        print(f"\nnuclei_3d: {len(set(found)) - 1} objects, {right / len(inside):.2f} of their area is nuclei")
        self.assertGreater(right / len(inside), 0.9)
