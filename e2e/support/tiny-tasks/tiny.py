"""A task for tests: does what its arguments say, and writes down that it ran.

Arguments, beside the managed ones:
    counter   file that gets one line per run: "{zarr_url or phase} {pid}"
    sleep     seconds to wait, default 0
    wait_for  file to wait for before ending
    stall_on  wait for the file `gate` if the zarr_url ends with one of these texts
    print     text for the log
    fail_on   raise an error if the zarr_url ends with this text, or one of these; "" is every call
    repaired  file; once it exists, fail_on is ignored
    exit      exit code, default 0
    write_mb  megabytes to write into the folder of the image
    eat       [megabytes, more per second]: what calls of eat_on (ends of the zarr_url) take, until they are ended
    kill_self signal number to end by
    out       output object; "$ZARR_URL" and "$ZARR_DIR" in texts are replaced
    raw_out   text to write as the output, valid JSON or not
    no_out    true: write no output file
"""

import json
import os
import signal
import sys
import time


def main() -> int:
    argv = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    with open(argv["--args-json"]) as f:
        args = json.load(f)
    options = {**args, **(args.get("init_args") or {})}
    zarr_url = args.get("zarr_url")
    if options.get("counter"):
        fd = os.open(options["counter"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(fd, f"{zarr_url or 'all'} {os.getpid()}\n".encode())
        os.close(fd)
    if os.path.exists(argv["--out-json"]):
        print("Output file already exists. Terminating")
        return 1
    if options.get("print"):
        print(options["print"], flush=True)
    if options.get("echo_args"):
        print("ARGS " + json.dumps(args, sort_keys=True), flush=True)
    if options.get("echo_env"):
        print("ENV " + " ".join(sorted(os.environ)), flush=True)
    time.sleep(options.get("sleep", 0))
    while options.get("wait_for") and not os.path.exists(options["wait_for"]):
        time.sleep(0.02)
    if options.get("stall_on") and (zarr_url or "").endswith(tuple(options["stall_on"])):
        while not os.path.exists(options["gate"]):
            time.sleep(0.02)
    if options.get("write_mb"):
        os.makedirs(zarr_url, exist_ok=True)
        with open(os.path.join(zarr_url, "data"), "wb") as f:
            for _ in range(options["write_mb"]):
                f.write(bytes(2**20))
    if options.get("eat") and (zarr_url or "").endswith(tuple(options["eat_on"])):
        start_mb, more_mb = options["eat"]
        eaten = [bytearray(start_mb * 2**20)]
        while True:
            time.sleep(1)
            eaten.append(bytearray(more_mb * 2**20))
    if options.get("kill_self"):
        os.kill(os.getpid(), options["kill_self"])
        signal.pause()
    fail_on = options.get("fail_on")
    is_repaired = options.get("repaired") and os.path.exists(options["repaired"])
    if fail_on is not None and not is_repaired and (zarr_url or "").endswith(fail_on if isinstance(fail_on, str) else tuple(fail_on)):
        raise ValueError(f"wrong input {zarr_url}")
    if not options.get("no_out"):
        text = options.get("raw_out") or json.dumps(options.get("out"))
        text = text.replace("$ZARR_URL", zarr_url or "").replace("$ZARR_DIR", args.get("zarr_dir", ""))
        with open(argv["--out-json"], "w") as f:
            f.write(text)
    return options.get("exit", 0)


if __name__ == "__main__":
    sys.exit(main())
