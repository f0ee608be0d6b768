"""The package as such: builds without an index, and a manifest that says what the functions do."""

from __future__ import annotations

import base64
import csv
import hashlib
import inspect
import io
import json
import runpy
import subprocess
import tomllib
import unittest
import venv
import zipfile

from fractal_example_tasks._schema import find_problems
from fractal_example_tasks._task import MANIFEST_FILE
from tests.helpers import EXAMPLES, MANIFEST, MODULES, PACKAGE_ROOT, TASKS, TempFolderTest, task_function

TASK_TYPES = {
    "parallel": {"parallel"},
    "non_parallel": {"non_parallel"},
    "compound": {"non_parallel", "parallel"},
    "converter_non_parallel": {"non_parallel"},
    "converter_compound": {"non_parallel", "parallel"},
}


class WheelTest(TempFolderTest):
    def build(self, python: str, name: str) -> bytes:
        out = self.folder / name
        command = [python, "-m", "pip", "wheel", "--no-deps", "--no-index", "--wheel-dir", str(out), str(PACKAGE_ROOT)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        (wheel,) = out.iterdir()
        project = tomllib.loads((PACKAGE_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        self.assertEqual(wheel.name, f"fractal_example_tasks-{project['version']}-py3-none-any.whl")
        return wheel.read_bytes()

    def test_build_install_and_run(self) -> None:
        environment = self.folder / "venv"
        venv.create(environment, with_pip=True)
        python = str(environment / "bin" / "python")
        subprocess.run([python, "-m", "pip", "uninstall", "-qy", "setuptools"], check=True, capture_output=True)
        content = self.build(python, "first")
        self.assertEqual(content, self.build(python, "second"), "the same sources give the same wheel")
        self.check_content(zipfile.ZipFile(io.BytesIO(content)))

        (wheel,) = (self.folder / "first").iterdir()
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "--no-index", str(wheel)], check=True, capture_output=True
        )
        find = "import fractal_example_tasks as package; print(package.__path__[0])"
        root = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True).stdout.strip()
        self.assertTrue(root.startswith(str(environment)))
        for task in MANIFEST["task_list"]:
            for kind in TASK_TYPES[task["type"]]:
                command = [python, f"{root}/{task[f'executable_{kind}']}", "--help"]
                shown = subprocess.run(command, check=True, capture_output=True, text=True, cwd=self.folder).stdout
                self.assertIn("--args-json", shown)

    def check_content(self, archive: zipfile.ZipFile) -> None:
        names = set(archive.namelist())
        expected = {f"fractal_example_tasks/{path.name}" for path in MODULES.iterdir() if path.is_file()}
        self.assertIn("fractal_example_tasks/__FRACTAL_MANIFEST__.json", expected)
        self.assertLessEqual(expected, names)
        self.assertFalse([name for name in names if "__pycache__" in name])
        info = next(name.split("/")[0] for name in names if ".dist-info/" in name)
        metadata = archive.read(f"{info}/METADATA").decode()
        self.assertIn("\nName: fractal-example-tasks\n", metadata)
        self.assertNotIn("Requires-Dist", metadata)
        record = {row[0]: row[1:] for row in csv.reader(archive.read(f"{info}/RECORD").decode().splitlines())}
        self.assertEqual(set(record), names)
        for name in names - {f"{info}/RECORD"}:
            data = archive.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            self.assertEqual(record[name], [f"sha256={digest}", str(len(data))])


class ManifestTest(unittest.TestCase):
    def test_is_up_to_date(self) -> None:
        script = runpy.run_path(str(PACKAGE_ROOT / "dev" / "make_manifest.py"))
        self.assertEqual(
            MANIFEST_FILE.read_text("utf-8"), script["to_text"](script["build_manifest"]()), "run dev/make_manifest.py"
        )

    def test_rules(self) -> None:
        self.assertEqual(MANIFEST["manifest_version"], "2")
        self.assertEqual(len(TASKS), len(MANIFEST["task_list"]))
        self.assertEqual({task["type"] for task in TASKS.values()}, set(TASK_TYPES), "an example of every type")
        for name, task in TASKS.items():
            kinds = TASK_TYPES[task["type"]]
            for kind in ("non_parallel", "parallel"):
                for key in ("executable", "meta", "args_schema"):
                    self.assertEqual(f"{key}_{kind}" in task, kind in kinds, f"{name}: {key}_{kind}")
            for key in ("category", "modality", "docs_info", "docs_link"):
                self.assertTrue(task[key].strip(), f"{name}: {key}")
            self.assertEqual(len(task["tags"]), len(set(task["tags"])))

    def test_schemas_equal_signatures(self) -> None:
        managed = {
            "parallel": {"zarr_url"},
            "non_parallel": {"zarr_dir", "zarr_urls"},
            "converter": {"zarr_dir"},
            "compute": {"zarr_url", "init_args"},
        }
        for name, task in TASKS.items():
            for kind in TASK_TYPES[task["type"]]:
                with self.subTest(task=name, kind=kind):
                    schema = task[f"args_schema_{kind}"]
                    parameters = inspect.signature(task_function(task[f"executable_{kind}"])).parameters
                    self.assertEqual(list(schema["properties"]), list(parameters))
                    required = [key for key, value in parameters.items() if value.default is value.empty]
                    self.assertEqual(schema["required"], required)
                    for key, parameter in parameters.items():
                        shown = schema["properties"][key]
                        self.assertTrue(shown["title"] and shown["description"])
                        if key in required:
                            self.assertNotIn("default", shown)
                        else:
                            default = json.loads(json.dumps(parameter.default))
                            self.assertEqual(shown["default"], default)
                            self.assertEqual(find_problems(default, shown, key), [])
                    role = kind
                    if kind == "parallel" and "compound" in task["type"]:
                        role = "compute"
                    elif task["type"].startswith("converter"):
                        role = "converter"
                    self.assertLessEqual(managed[role], set(required))
                    self.assertFalse(
                        {"zarr_dir", "zarr_url", "zarr_urls", "init_args"} & set(parameters) - managed[role]
                    )


class WorkflowTest(unittest.TestCase):
    def test_arguments_fit_the_schemas(self) -> None:
        files = sorted((EXAMPLES / "workflows").glob("*.json"))
        items = [item for file in files for item in json.loads(file.read_text("utf-8"))["task_list"]]
        own = [item for item in items if item["task"]["pkg_name"] == "fractal-example-tasks"]
        self.assertTrue(own)
        for item in own:
            with self.subTest(item["task"]["name"]):
                task = TASKS[item["task"]["name"]]
                for kind in ("non_parallel", "parallel"):
                    args = item[f"args_{kind}"] or {}
                    schema = task.get(f"args_schema_{kind}", {"properties": {}, "additionalProperties": False})
                    managed = ("zarr_dir", "zarr_url", "zarr_urls", "init_args")
                    needed = [key for key in schema.get("required", ()) if key not in managed]
                    self.assertEqual(find_problems(args, {**schema, "required": needed}), [])


class SchemaCheckTest(unittest.TestCase):
    def test_problems(self) -> None:
        schema = TASKS["Segment Nuclei"]["args_schema_parallel"]
        self.assertEqual(find_problems({"zarr_url": "/a", "threshold_scale": 1}, schema), [])
        for args, words in (
            ({}, "'zarr_url' is missing"),
            ({"zarr_url": "/a", "min_area": -3}, "'min_area' must be at least 0"),
            ({"zarr_url": "/a", "min_area": True}, "'min_area' must be of type integer"),
            ({"zarr_url": "/a", "min_area": 3.5}, "'min_area' must be of type integer"),
            ({"zarr_url": "/a", "channel": 0}, "'channel' must be of type string"),
            ({"zarr_url": "/a", "channel": ""}, "'channel' must not be empty"),
            ({"zarr_url": "/a", "split_depth": 2}, "'split_depth' must be at most 1"),
            ({"zarr_url": "/a", "threshold_scale": 0}, "'threshold_scale' must be greater than 0"),
            ({"zarr_url": "/a", "label_name": "../x"}, "'label_name' must look like"),
            ({"zarr_url": "/a", "minarea": 3}, "'minarea' is not an argument"),
        ):
            (problem,) = find_problems(args, schema)
            self.assertIn(words, problem)
        items = TASKS["Convert TIFF Folder"]["args_schema_non_parallel"]["properties"]["channel_colors"]
        (problem,) = find_problems(["00FF00", "green"], items, "channel_colors")
        self.assertIn("'channel_colors[1]' must look like", problem)
        method = TASKS["Project Z"]["args_schema_non_parallel"]["properties"]["method"]
        self.assertEqual(find_problems("min", method, "method"), ["'method' must be one of 'max', 'mean', not 'min'"])
