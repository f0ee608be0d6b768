"""The worker, made to stand still once in the middle of what it writes: a test looks at the files of that moment, kills
whom it likes, and lets the worker go on, or not.

    held_worker.py POINT MARK WORKER [--probe|--reap] FOLDER

POINT is `claimed` (the claim is made, nothing is written) or `half_line` (of the first end of a unit, some bytes are
written). MARK is a file: whoever makes it stands still, writes its process id into it, and nobody does after it.
"""

import os
import runpy
import signal
import sys

END = b'"e":"end"'


def stand_still(mark):
    try:
        fd = os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    os.write_really(fd, b"%d\n" % os.getpid())
    os.close(fd)
    os.kill(os.getpid(), signal.SIGSTOP)


def main():
    point, mark = sys.argv[1:3]
    del sys.argv[:3]
    os.write_really, make = os.write, os.mkdir

    def mkdir(path, *rest):
        make(path, *rest)
        if path == "claim":
            stand_still(mark)

    def write(fd, data):
        if END not in data or os.path.exists(mark):
            return os.write_really(fd, data)
        written = os.write_really(fd, data[: data.index(END) + len(END) + 5])
        stand_still(mark)
        return written

    if not sys.argv[1].startswith("--"):
        if point == "claimed":
            os.mkdir = mkdir
        else:
            os.write = write
    runpy.run_path(sys.argv[0], run_name="__main__")


main()
