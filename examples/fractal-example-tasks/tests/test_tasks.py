"""Every task from end to end, run as Fractal runs it, on a small simulated plate."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import unittest
import zlib
from array import array
from pathlib import Path

from fractal_example_tasks._ome import OmeImage
from fractal_example_tasks._tiff import read_pages, read_pixels
from fractal_example_tasks._zarr import read_attributes
from tests.helpers import Dataset, TempFolderTest, UnitFailed, run_unit, simulate, write_tiff

SEGMENT = "segment_nuclei.py"
MEASURE = "measure_features.py"


class WorkflowTest(unittest.TestCase):
    """The whole workflow once; each test looks at one part of what it left behind."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.raw = cls.folder / "raw"
        cls.truth = simulate(cls.raw, "--wells", "A01,B03", "--fields", "2", "--planes", "3", "--size", "160")
        cls.dataset = Dataset(cls.folder / "dataset")
        run = cls.dataset.run
        run(
            "Convert TIFF Folder",
            {"images_folder": str(cls.raw), "pixel_size_um": 0.5, "z_spacing_um": 2, "channel_names": ["Hoechst"]},
            {"pyramid_levels": 2},
        )
        run("Project Z")
        run("Segment Nuclei")
        run("Measure Features")
        run("Summarise Plate")
        cls.zarr_dir = cls.dataset.zarr_dir

    def test_images(self) -> None:
        urls = [
            f"{self.zarr_dir}/{plate}.zarr/{well}/{field}"
            for plate in ("plate", "plate_mip")
            for well in ("A/01", "B/03")
            for field in (0, 1)
        ]
        self.assertEqual(list(self.dataset.images), urls)
        raw, flat = self.dataset.images[urls[3]], self.dataset.images[urls[7]]
        self.assertEqual(raw["types"], {"is_3D": True})
        self.assertEqual(raw["attributes"], {"plate": "plate.zarr", "well": "B03", "field": 2})
        self.assertEqual(flat["types"], {"is_3D": False, "segmented": True})
        self.assertEqual(
            flat["attributes"] | {"n_nuclei": 0}, raw["attributes"] | {"plate": "plate_mip.zarr", "n_nuclei": 0}
        )

    def test_pixels(self) -> None:
        image = OmeImage(self.zarr_dir / "plate.zarr/B/03/1")
        flat = OmeImage(self.zarr_dir / "plate_mip.zarr/B/03/1")
        self.assertEqual(image.pixels.shape, (2, 3, 160, 160))
        self.assertEqual(flat.pixels.shape, (2, 1, 160, 160))
        self.assertEqual((image.scale.z, image.scale.y, image.scale.x), (2, 0.5, 0.5))
        for channel in (0, 1):
            planes = [
                read_pixels(read_pages(self.raw / f"B03_F002_Z{z:03d}_C{channel + 1:02d}.tif")[0]) for z in range(3)
            ]
            for z, plane in enumerate(planes):
                self.assertEqual(image.pixels.read_plane(channel, z), plane)
            brightest = array("H", [max(values) for values in zip(*planes)])
            self.assertEqual(flat.pixels.read_plane(channel, 0), brightest)

    def test_metadata(self) -> None:
        plate = read_attributes(self.zarr_dir / "plate.zarr")["plate"]
        self.assertEqual([well["path"] for well in plate["wells"]], ["A/01", "B/03"])
        self.assertEqual((plate["wells"][1]["rowIndex"], plate["wells"][1]["columnIndex"]), (1, 1))
        well = read_attributes(self.zarr_dir / "plate.zarr/B/03")["well"]
        self.assertEqual([image["path"] for image in well["images"]], ["0", "1"])
        image = read_attributes(self.zarr_dir / "plate.zarr/B/03/1")
        (multiscale,) = image["multiscales"]
        self.assertEqual([axis["name"] for axis in multiscale["axes"]], ["c", "z", "y", "x"])
        scales = [level["coordinateTransformations"][0]["scale"] for level in multiscale["datasets"]]
        self.assertEqual(scales, [[1, 2, 0.5, 0.5], [1, 2, 1, 1]])
        self.assertEqual([channel["label"] for channel in image["omero"]["channels"]], ["Hoechst", "C02"])
        window = image["omero"]["channels"][0]["window"]
        self.assertTrue(0 < window["start"] < window["end"] <= window["max"] == 65535)

    def test_number_of_nuclei(self) -> None:
        """With the default arguments, within a quarter of what was drawn."""
        for entry in self.truth["truth"]:
            well = f"{entry['well'][0]}/{entry['well'][1:]}"
            url = f"{self.zarr_dir}/plate_mip.zarr/{well}/{entry['field'] - 1}"
            found = self.dataset.images[url]["attributes"]["n_nuclei"]
            self.assertLessEqual(abs(found - entry["nuclei"]), max(2, entry["nuclei"] / 4), f"{entry}: {found}")

    def test_table(self) -> None:
        folder = self.zarr_dir / "plate_mip.zarr/A/01/0"
        self.assertEqual(read_attributes(folder / "labels"), {"labels": ["nuclei"]})
        self.assertEqual(read_attributes(folder / "tables"), {"tables": ["nuclei_features"]})
        label_image, image = OmeImage(folder / "labels/nuclei"), OmeImage(folder)
        self.assertEqual((label_image.levels, label_image.scale), (image.levels, image.scale))
        labels = label_image.pixels.read_plane(0)
        with (folder / "tables/nuclei_features/table.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([int(row["label"]) for row in rows], sorted(set(labels) - {0}))
        row = rows[-1]
        positions = [p for p, label in enumerate(labels) if label == int(row["label"])]
        self.assertEqual(int(row["area_px"]), len(positions))
        self.assertAlmostEqual(float(row["area_um2"]), len(positions) * 0.25)
        self.assertAlmostEqual(float(row["centroid_y_px"]), sum(p // 160 for p in positions) / len(positions), 2)
        self.assertAlmostEqual(float(row["centroid_x_px"]), sum(p % 160 for p in positions) / len(positions), 2)
        for channel, name in enumerate(("Hoechst", "C02")):
            values = [image.pixels.read_plane(channel, 0)[p] for p in positions]
            self.assertAlmostEqual(float(row[f"mean_intensity_{name}"]), sum(values) / len(values), 2)
            self.assertEqual(int(row[f"min_intensity_{name}"]), min(values))
            self.assertEqual(int(row[f"max_intensity_{name}"]), max(values))

    def test_summary(self) -> None:
        with (self.zarr_dir / "plate_summary.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(
            [(row["well"], row["image"]) for row in rows], [("A01", "0"), ("A01", "1"), ("B03", "0"), ("B03", "1")]
        )
        for row in rows:
            attributes = self.dataset.images[row["zarr_url"]]["attributes"]
            self.assertEqual(int(row["n_objects"]), attributes["n_nuclei"])
            self.assertGreater(float(row["mean_area_px"]), 30)
        summary = json.loads((self.zarr_dir / "plate_summary.json").read_text("utf-8"))
        counts = [well["n_objects"] for well in summary["wells"]]
        self.assertEqual(counts, [sum(int(row["n_objects"]) for row in rows[i : i + 2]) for i in (0, 2)])

    def test_provenance(self) -> None:
        """One line for every unit, and no unit twice."""
        lines = [json.loads(line) for line in (self.zarr_dir / "provenance.jsonl").read_text("utf-8").splitlines()]
        units = {(line["task"], line["phase"], line["zarr_url"]) for line in lines}
        self.assertEqual(len(lines), len(units))
        self.assertEqual(len(lines), self.dataset.units)
        self.assertEqual(len(lines), 1 + 4 + 1 + 4 + 4 + 4 + 1)
        self.assertEqual(len({line["pid"] for line in lines}), len(lines))

    def test_import_plate(self) -> None:
        output = run_unit("import_plate.py", {"zarr_dir": str(self.copy()), "plate_name": "plate_mip"})
        found = [(update["attributes"]["well"], update["types"]) for update in output["image_list_updates"]]
        self.assertEqual(found, [(well, {"is_3D": False}) for well in ("A01", "A01", "B03", "B03")])

    def test_repeating_in_place(self) -> None:
        url = f"{self.copy()}/plate_mip.zarr/A/01/0"
        for _ in range(2):
            # What a killed unit leaves behind must not disturb the next attempt.
            for leftover in ("labels/.nuclei.partial", "tables/.nuclei_features.replaced"):
                (Path(url) / leftover / "0").mkdir(parents=True)
            run_unit(SEGMENT, {"zarr_url": url, "channel": "C02", "min_area": 1})
            run_unit(MEASURE, {"zarr_url": url})
            self.assertFalse(list(Path(url).rglob("*.partial")) + list(Path(url).rglob("*.replaced")))
        self.assertEqual(read_attributes(Path(url) / "labels"), {"labels": ["nuclei"]})
        with self.assertRaisesRegex(UnitFailed, "label image .* exists already; set 'overwrite'"):
            run_unit(SEGMENT, {"zarr_url": url, "overwrite": False})
        with self.assertRaisesRegex(UnitFailed, "table .* exists already; set 'overwrite'"):
            run_unit(MEASURE, {"zarr_url": url, "overwrite": False})
        run_unit(SEGMENT, {"zarr_url": url, "label_name": "other"})
        self.assertEqual(read_attributes(Path(url) / "labels"), {"labels": ["nuclei", "other"]})

    def test_overwriting_plates(self) -> None:
        zarr_dir = self.copy()
        convert = {"zarr_dir": str(zarr_dir), "images_folder": str(self.raw)}
        with self.assertRaisesRegex(UnitFailed, "plate .* exists already"):
            run_unit("convert_tiff_init.py", convert)
        urls = [f"{zarr_dir}/plate.zarr/A/01/0"]
        project = {"zarr_dir": str(zarr_dir), "zarr_urls": urls}
        with self.assertRaisesRegex(UnitFailed, "projection .* exists already"):
            run_unit("project_z_init.py", project)
        output = run_unit("project_z_init.py", {**project, "overwrite": True, "method": "mean"})
        (item,) = output["parallelization_list"]
        run_unit("project_z_compute.py", item)
        self.assertEqual(len(read_attributes(zarr_dir / "plate_mip.zarr")["plate"]["wells"]), 2, "other wells stay")
        planes = [OmeImage(Path(urls[0])).pixels.read_plane(1, z) for z in range(3)]
        mean = OmeImage(Path(item["zarr_url"])).pixels.read_plane(1, 0)
        self.assertEqual(mean.tolist(), [sum(values) // 3 for values in zip(*planes)])
        output = run_unit("convert_tiff_init.py", {**convert, "overwrite": True, "zarr_urls": []})
        self.assertEqual(len(output["parallelization_list"]), 4)
        self.assertFalse(Path(urls[0]).exists())

    def test_sentences(self) -> None:
        zarr_dir = self.copy()
        url = f"{zarr_dir}/plate_mip.zarr/A/01/0"
        for executable, args, words in (
            (SEGMENT, {"zarr_url": f"{zarr_dir}/plate.zarr/A/01/0"}, "has 3 z-planes; run 'Project Z' first"),
            (SEGMENT, {"zarr_url": url, "channel": "DAPI"}, "no channel 'DAPI' in .*; it has Hoechst, C02"),
            (SEGMENT, {"zarr_url": f"{url}9"}, "There is no image"),
            (SEGMENT, {"zarr_url": url, "radius": 1}, "'radius' is not an argument of this task"),
            (SEGMENT, {"zarr_url": "s3://bucket/plate.zarr/A/01/0"}, "Only local folders are supported"),
            (MEASURE, {"zarr_url": url, "label_name": "cells"}, "no label image 'cells'; run 'Segment Nuclei' first"),
            ("summarise_plate.py", {"zarr_dir": str(zarr_dir), "zarr_urls": [url], "table_name": "x"}, "no table 'x'"),
            ("import_plate.py", {"zarr_dir": str(zarr_dir), "plate_name": "none"}, "There is no plate"),
        ):
            with self.subTest(words=words):
                with self.assertRaisesRegex(UnitFailed, words) as context:
                    run_unit(executable, args)
                self.assertNotIn("Traceback", str(context.exception))
        self.assertFalse(Path("s3:").exists())

    def test_unexpected_error(self) -> None:
        url = Path(f"{self.copy()}/plate_mip.zarr/A/01/0")
        (url / "0/.zarray").write_text("{}", "utf-8")
        with self.assertRaisesRegex(UnitFailed, "UNEXPECTED ERROR in Segment Nuclei") as context:
            run_unit(SEGMENT, {"zarr_url": str(url)})
        self.assertLess(str(context.exception).count("\n"), 20)

    def copy(self) -> Path:
        """The dataset once more, to change it."""
        target = Path(tempfile.mkdtemp(dir=self.folder)) / "dataset"
        shutil.copytree(self.zarr_dir, target)
        return target


class ConvertTest(TempFolderTest):
    """Converting folders that are not as simple as those of our own microscope."""

    def setUp(self) -> None:
        super().setUp()
        self.raw = self.folder / "raw"
        self.raw.mkdir()

    def write(self, *names: str, pages: int = 1, width: int = 8, bits: int = 16) -> None:
        for name in names:
            write_tiff(self.raw / name, [[5] * (width * 6)] * pages, width, bits=bits)

    def convert(self) -> Dataset:
        dataset = Dataset(self.folder / "dataset")
        dataset.run("Convert TIFF Folder", {"images_folder": str(self.raw)})
        return dataset

    def expect(self, words: str) -> None:
        with self.assertRaisesRegex(UnitFailed, words) as context:
            self.convert()
        self.assertNotIn("Traceback", str(context.exception))
        self.assertFalse((self.folder / "dataset/plate.zarr").exists(), "nothing is written before all is checked")

    def test_names(self) -> None:
        self.write("A01_F001_Z000_C01.tif", "a1-f1-c2-z0.TIFF", "well B2_Field 3_C1.tif", "Well_B02_F3_CH2.tiff")
        (self.raw / "notes.txt").write_text("not an image", "utf-8")
        images = self.convert().images
        self.assertEqual([image["attributes"]["well"] for image in images.values()], ["A01", "B02"])
        self.assertEqual([image["attributes"]["field"] for image in images.values()], [1, 3])
        self.assertEqual({image["types"]["is_3D"] for image in images.values()}, {False})

    def test_pages_are_planes(self) -> None:
        self.write("C05.tif", pages=4, bits=8)
        dataset = self.convert()
        ((url, image),) = dataset.images.items()
        self.assertTrue(url.endswith("/plate.zarr/C/05/0"))
        self.assertTrue(image["types"]["is_3D"])
        pixels = OmeImage(Path(url)).pixels
        self.assertEqual((pixels.shape, pixels.typecode), ((1, 4, 6, 8), "B"))

    def test_tiled_chunks(self) -> None:
        """Larger than a chunk, and not a multiple of it."""
        values = [(3 * p) % 60000 for p in range(700 * 530)]
        write_tiff(self.raw / "A01.tif", [values], 700, compression=8)
        (url,) = self.convert().images
        image = OmeImage(Path(url))
        self.assertEqual(image.pixels.read_plane(0, 0).tolist(), values)
        chunks = list((image.folder / "0/0/0").glob("*/*"))
        # Zarr wants all chunks of the same size, also those at the edge.
        self.assertEqual([len(zlib.decompress(chunk.read_bytes())) for chunk in chunks], [2 * 512 * 512] * 4)

    def test_no_folder(self) -> None:
        self.raw.rmdir()
        self.expect("The images folder .* does not exist")

    def test_empty_folder(self) -> None:
        self.expect("The images folder .* is empty")

    def test_no_match(self) -> None:
        self.write("image1.tif", "A01_F1_F2.tif", "A01_X3.tif")
        self.expect("No file in .* has a name like A01_F001_Z000_C01.tif")

    def test_not_a_tiff(self) -> None:
        self.write("A01_F001.tif")
        (self.raw / "A01_F002.tif").write_text("text", "utf-8")
        self.expect("A01_F002.tif is not a TIFF file")

    def test_mixed_sizes(self) -> None:
        self.write("A01_Z0.tif")
        self.write("A01_Z1.tif", width=9)
        self.expect("files of well A01, field 1 differ: A01_Z0.tif has 8 x 6 .* A01_Z1.tif has 9 x 6")

    def test_missing_plane(self) -> None:
        self.write("A01_Z0.tif", "A01_Z1.tif", "A01_Z2.tif", "A02_Z0.tif", "A02_Z2.tif")
        self.expect("Channel 1 of well A02, field 1 lacks the z-plane 1.")

    def test_missing_channel(self) -> None:
        self.write("A01_C1.tif", "A01_C2.tif", "A02_C1.tif")
        self.expect("Channel 2 is missing in well A02, field 1.")

    def test_same_plane_twice(self) -> None:
        self.write("A01_Z0.tif", "A1_Z0.tif")
        self.expect("A01_Z0.tif and A1_Z0.tif are both channel 1, z-plane 0 of well A01, field 1")

    def test_pages_and_planes(self) -> None:
        self.write("A01_Z0.tif", pages=2)
        self.expect("has 2 pages, but its name says that it is a single z-plane")


class SimulatorTest(TempFolderTest):
    def test_same_seed_same_files(self) -> None:
        def content(name: str, seed: str) -> dict[str, bytes]:
            simulate(self.folder / name, "--wells", "A01", "--fields", "1", "--size", "64", "--seed", seed)
            return {path.name: path.read_bytes() for path in (self.folder / name).iterdir()}

        first = content("a", "1")
        self.assertEqual(len(first), 3 * 2 + 1)
        self.assertEqual(first, content("a", "1"))
        self.assertEqual(first, content("b", "1"))
        self.assertNotEqual(first, content("c", "2"))
