"""Run a program, and end it with everything it started as soon as nobody waits for it any more.

    python step.py PROGRAM [ARGUMENT ...]

Standard input is a pipe that the server holds and never writes to: it ends when the server dies, also by
SIGKILL. Without this, pip would go on writing into a folder that the next server has begun to clean. The
program must be started as the leader of a process group of its own.
"""

import os
import signal
import subprocess
import sys
import threading


def end_with_parent():
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=end_with_parent, daemon=True).start()
    code = child.wait()
    os._exit(code if code >= 0 else 128 - code)
