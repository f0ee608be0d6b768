"""Print pip's configuration as one JSON object: section, option, text. `:env:` is the section of the environment.

    python pip_configuration.py

{"global": {"index-url": "https://…"}, "install": {…}, ":env:": {…}}. Of several files the one that counts for pip.
"""

import ast
import json
import os
import subprocess
import sys

RUN_PIP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run_pip.py")

# Options of pip's configuration are options of this question too: they would silence the answer or cut it.
NEUTRAL = {f"PIP_{name}": "0" for name in ("QUIET", "VERBOSE", "USER", "SITE", "GLOBAL")}


def ask(*arguments):
    return subprocess.run(
        [sys.executable, RUN_PIP, "config", *arguments, "--log", os.devnull],
        env={**os.environ, **NEUTRAL},
        stdout=subprocess.PIPE,
        check=True,
        universal_newlines=True,
    ).stdout


def main():
    texts = {}
    for line in ask("list").splitlines():
        name, _, text = line.partition("=")
        try:
            texts.setdefault(name, set()).add(ast.literal_eval(text))
        except (SyntaxError, ValueError):
            pass  # a warning
    found = {}
    for name, candidates in texts.items():
        section, _, option = name.rpartition(".")
        # Newer pips list each file, in no order.
        text = ask("get", name).rstrip("\n") if len(candidates) > 1 else candidates.pop()
        found.setdefault(section, {})[option] = str(text)
    print(json.dumps(found))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # pip has said why
