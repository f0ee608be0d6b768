"""A check of task arguments against the subset of JSON Schema that our manifest uses."""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def find_problems(value: Any, schema: dict[str, Any], name: str = "") -> list[str]:
    """All reasons why `value` does not fit `schema`, as short phrases; an empty list if it does."""
    expected = schema.get("type")
    if expected is not None and not _has_type(value, expected):
        return [f"'{name}' must be of type {expected}, not {value!r}"]
    problems = []
    if "enum" in schema and value not in schema["enum"]:
        problems.append(f"'{name}' must be one of {', '.join(map(repr, schema['enum']))}, not {value!r}")
    if "minimum" in schema and value < schema["minimum"]:
        problems.append(f"'{name}' must be at least {schema['minimum']}, not {value!r}")
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        problems.append(f"'{name}' must be greater than {schema['exclusiveMinimum']}, not {value!r}")
    if "maximum" in schema and value > schema["maximum"]:
        problems.append(f"'{name}' must be at most {schema['maximum']}, not {value!r}")
    if "minLength" in schema and len(value) < schema["minLength"]:
        problems.append(f"'{name}' must not be empty")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        problems.append(f"'{name}' must look like {schema['pattern']}, not {value!r}")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            problems += find_problems(item, schema["items"], f"{name}[{index}]")
    if isinstance(value, dict) and "properties" in schema:
        properties = schema["properties"]
        problems += [f"'{key}' is missing" for key in schema.get("required", ()) if key not in value]
        for key, item in value.items():
            if key in properties:
                problems += find_problems(item, properties[key], key)
            elif schema.get("additionalProperties") is False:
                problems.append(f"'{key}' is not an argument of this task")
    return problems


def _has_type(value: Any, expected: str) -> bool:
    # In Python, `True` is an integer; in JSON Schema it is not.
    if isinstance(value, bool) and expected != "boolean":
        return False
    return isinstance(value, _TYPES[expected])
