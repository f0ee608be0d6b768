#!/usr/bin/env python3
"""Runs the units of one batch next to the data. Python >= 3.9, standard library only, one file.

    worker.py FOLDER           run the batch in FOLDER, once in the life of that folder
    worker.py --probe FOLDER   {"alive":"held"|"free","family":…,"claimed":bool,"voided":bool}
    worker.py --reap FOLDER    {"killed":[process groups],"family":"held"|"free"}

The protocol (engine.md §3, §4; types in server/domain/jobs/protocol.ts). Every file has one writer:

    units.jsonl    runner  line 1 {"v":1,"batch","tag","slots","cpus","mem_mb","unit_limit_s","env","clean_env",
                           "grace_s"?}, then {"n","unit","argv","args":"<JSON text>","init"?} per unit
    claim/         worker  made before anything else; whoever does not make it runs nothing
    alive, family  worker  flocks taken before `claim`: the worker alone; the worker and, inherited, its units.
                           Not under SLURM, where the scheduler says who lives and flocks over NFS may hang
    results.jsonl  worker  lines `begin`, `start`, `end`, `exit`; whole lines, only ever appended
    logs.txt       worker  logs of ended units; an `end` line names its slice as "log":[offset, bytes]
    cancel         runner  one n per line, or `*`
    n.args.json n.out.json n.log     while unit n lives;  out/n.json   outputs over 64 KB

Order that readers may rely on: claim < begin < start < process; log appended < end < files of the unit removed.
A cancelled unit that never started has neither `start` nor `end`. Times `t` are seconds since 1970.

Signals: USR1 = start nothing more (exit reason `deadline`). TERM = TERM to the running groups, KILL after the
grace, write their ends. A full disk never loses an end: what could not be written is tried again every second
until it succeeds or the worker is told to stop.

One thread, one loop: it sleeps in select() until a child ends, a signal comes or the next second begins.
"""

import errno
import fcntl
import json
import os
import select
import signal
import stat
import sys
import time

MB = 1024 * 1024
INLINE_OUT_BYTES = 64 * 1024
OUT_LIMIT_BYTES = 256 * MB
ITEM_LIMIT = 20_000
# Larger outputs are read in a forked process: parsed JSON takes ten times its size, and Linux counts the
# largest memory of the worker into the peak of every unit it spawns later.
CHECK_ASIDE_BYTES = 1 * MB
LOG_LIMIT_BYTES = 64 * MB
LOG_HEAD_BYTES = 32 * MB
LOG_TAIL_BYTES = LOG_LIMIT_BYTES - LOG_HEAD_BYTES - 4096  # the rest is room for the sentence about the cut
GRACE_S = 10.0
LOCK_PATIENCE_S = 2.0  # a probe holds the locks for some milliseconds
SPAWN_PATIENCE_S = 60.0  # how long "no process available right now" is borne
CLEAN_ENV = ("PATH", "HOME", "USER", "LANG", "TMPDIR")
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
SPAWN_AGAIN = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)
NEVER = float("inf")


def compact(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def words(err):
    return err.strerror or str(err)


def unlink(path):
    try:
        os.unlink(path)
    except OSError:
        pass


# --- Locks and the claim ---


def open_lock(path):
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def try_lock(fd):
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def boot_id():
    """Another one after each start of the machine; empty where the system does not tell."""
    try:
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            return file.read().strip()
    except OSError:
        return b""


def sign(alive):
    """Says under which start of the machine the batch was claimed. Call with the lock, before the claim."""
    try:
        os.ftruncate(alive, 0)
        os.pwrite(alive, boot_id(), 0)
    except OSError:
        pass  # a full disk: after a crash the batch counts as one whose machine died, which is the careful answer


def make_claim():
    try:
        os.mkdir("claim", 0o700)
        return True
    except FileExistsError:
        return False


def take_locks():
    """Both descriptors, or None when somebody else has a lock or the batch is claimed already."""
    alive, family = open_lock("alive"), open_lock("family")
    patience = time.monotonic() + LOCK_PATIENCE_S
    while not (try_lock(alive) and try_lock(family)):
        if os.path.isdir("claim") or time.monotonic() > patience:
            return None
        time.sleep(0.02)
    sign(alive)
    return alive, family


def probe():
    alive, family = open_lock("alive"), open_lock("family")
    alive_free, family_free = try_lock(alive), try_lock(family)
    claimed, voided = os.path.isdir("claim"), False
    if alive_free and family_free and not claimed:
        sign(alive)
        voided = make_claim()
        claimed = not voided
    rebooted = claimed and alive_free and os.pread(alive, 64, 0) != boot_id()
    state = {True: "free", False: "held"}
    return {"alive": state[alive_free], "family": state[family_free], "claimed": claimed, "voided": voided,
            "rebooted": rebooted}


# --- Reaping: the worker is dead, its units live ---


def holders_by_lsof(path):
    for program in ("/usr/sbin/lsof", "/usr/bin/lsof"):
        if os.access(program, os.X_OK):
            reader, writer = os.pipe()
            pid = os.posix_spawn(program, [program, "-t", path], os.environ,
                                 file_actions=[(os.POSIX_SPAWN_DUP2, writer, 1)])
            os.close(writer)
            with os.fdopen(reader) as pipe:
                found = pipe.read().split()
            os.waitpid(pid, 0)
            return {int(word) for word in found if word.isdigit()} - {pid}
    return set()


def holders(path):
    """Pids whose open `path` carries the lock. Merely having it open (another probe) does not count."""
    if not os.path.isdir("/proc/self/fdinfo"):
        return holders_by_lsof(path)
    wanted, found = os.stat(path), set()
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            for fd in os.listdir("/proc/%s/fd" % name):
                seen = os.stat("/proc/%s/fd/%s" % (name, fd))
                if (seen.st_ino, seen.st_dev) == (wanted.st_ino, wanted.st_dev):
                    with open("/proc/%s/fdinfo/%s" % (name, fd)) as fdinfo:
                        if "FLOCK" in fdinfo.read():
                            found.add(int(name))
        except OSError:
            continue  # it ended meanwhile, or belongs to another user and is no unit of ours
    return found


def own_groups():
    """Process groups of this process and its ancestors: the server must not kill itself."""
    groups, pid = set(), os.getpid()
    while pid > 1:
        try:
            groups.add(os.getpgid(pid))
            with open("/proc/%d/stat" % pid) as text:
                pid = int(text.read().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            groups.add(os.getpgid(os.getppid()))
            break
    return groups


def signal_group(pgid, number):
    """False when the group is gone."""
    try:
        os.killpg(pgid, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def reap():
    alive, family = open_lock("alive"), open_lock("family")
    killed, spared = [], own_groups()
    kill_at = time.monotonic() + GRACE_S
    give_up_at = kill_at + GRACE_S
    # With a living worker nothing is orphaned; holding `alive` keeps a second reaper out.
    if not try_lock(alive):
        return {"killed": killed, "family": "held"}
    while not try_lock(family):
        now = time.monotonic()
        if now > give_up_at:
            return {"killed": killed, "family": "held"}
        for pid in holders("family"):
            try:
                pgid = os.getpgid(pid)
            except ProcessLookupError:
                continue
            if pgid <= 1 or pgid in spared:
                continue
            if pgid not in killed:
                killed.append(pgid)
                signal_group(pgid, signal.SIGTERM)
            if now > kill_at:
                signal_group(pgid, signal.SIGKILL)
        time.sleep(0.1)
    return {"killed": killed, "family": "free"}


# --- Outputs ---


class BadOutput(Exception):
    pass


def size_words(size):
    return "%.1f MB" % (size / MB)


def not_a_number_path(value, path=""):
    """Path of the first NaN or infinity, None without one."""
    if isinstance(value, float):
        return None if value - value == 0 else path or "the value itself"
    if isinstance(value, dict):
        inner = ((child, path + "." + key if path else key) for key, child in value.items())
    elif isinstance(value, list):
        inner = ((child, "%s[%d]" % (path, i)) for i, child in enumerate(value))
    else:
        return None
    for child, where in inner:
        found = not_a_number_path(child, where)
        if found:
            return found
    return None


def checked_items(output):
    """Init output → stored items; `init_args` stays text because JavaScript would change 1.0 and 2**60."""
    from hashlib import sha256

    unknown = sorted(set(output) - {"parallelization_list"})
    if unknown:
        raise BadOutput("Unknown key %s in the output of an init task." % ", ".join(map(repr, unknown)))
    source = output.get("parallelization_list", [])
    if not isinstance(source, list):
        raise BadOutput("parallelization_list must be a list.")
    if len(source) > ITEM_LIMIT:
        raise BadOutput("parallelization_list has %d items; the limit is %d." % (len(source), ITEM_LIMIT))
    items = []
    for i, item in enumerate(source):
        where = "parallelization_list[%d]" % i
        if not isinstance(item, dict):
            raise BadOutput(where + " must be an object.")
        unknown = sorted(set(item) - {"zarr_url", "init_args"})
        if unknown:
            raise BadOutput("Unknown key %s in %s." % (", ".join(map(repr, unknown)), where))
        zarr_url, init_args = item.get("zarr_url"), item.get("init_args", {})
        if not isinstance(zarr_url, str) or not zarr_url:
            raise BadOutput(where + ".zarr_url must be a non-empty text.")
        if not isinstance(init_args, dict):
            raise BadOutput(where + ".init_args must be an object.")
        key = json.dumps(init_args, separators=(",", ":"), sort_keys=True, allow_nan=False)
        items.append({"zarr_url": zarr_url, "init_args": compact(init_args),
                      "key": sha256(key.encode()).hexdigest()})
    return {"items": items}


def output_text(path, is_init):
    """The output as strict, compact JSON text (ASCII); "null" for no output. Raises BadOutput, OSError."""
    with open(path, "rb") as file:
        raw = file.read()
    try:
        output = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as err:
        raise BadOutput("The output is not UTF-8: %s." % err)
    except RecursionError:
        raise BadOutput("The output is nested too deeply.")
    except ValueError as err:
        raise BadOutput("The output is not JSON: %s." % err)
    del raw
    if output is None:
        return "null"
    if not isinstance(output, dict):
        kind = {list: "a list", str: "a text", bool: "true or false"}.get(type(output), "a number")
        raise BadOutput("The output must be a JSON object or null; it is %s." % kind)
    try:
        return compact(checked_items(output) if is_init else output)
    except ValueError:
        where = not_a_number_path(output) or "an unknown place"
        raise BadOutput("The output has NaN or an infinite number at %s; JSON has no such values." % where)
    except RecursionError:
        raise BadOutput("The output is nested too deeply.")


def read_output(n, is_init):
    """Fields of the end line, plus `out_text` for an inline output. Raises OSError when the disk is full."""
    try:
        text = output_text("%d.out.json" % n, is_init)
    except BadOutput as err:
        return {"reason": "bad_output", "detail": str(err)[:2000]}
    if len(text) <= INLINE_OUT_BYTES:
        return {"out_text": text}
    from hashlib import sha256

    name = "out/%d.json" % n
    os.makedirs("out", 0o700, exist_ok=True)
    content = text.encode()
    with open(name, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return {"out_file": name, "out_bytes": len(content), "out_sha256": sha256(content).hexdigest()}


# --- Logs ---


class WarningCounter:
    """Counts lines with "warning" in any letter case over chunks of bytes."""

    def __init__(self):
        self.count, self.counted_line, self.tail = 0, False, b""

    def feed(self, chunk):
        text, at = self.tail + chunk.lower(), 0
        if self.counted_line:
            at = text.find(b"\n") + 1
            if at == 0:
                return
            self.counted_line = False
        while True:
            hit = text.find(b"warning", at)
            if hit < 0:
                self.tail = text[max(at, len(text) - 6):]
                return
            self.count += 1
            at = text.find(b"\n", hit) + 1
            if at == 0:
                self.counted_line, self.tail = True, b""
                return


def log_pieces(fd, size):
    """The log in chunks; over the limit its head, a sentence about the cut, its tail."""
    if size <= LOG_LIMIT_BYTES:
        spans = [(0, size)]
    else:
        spans = [(0, LOG_HEAD_BYTES), (size - LOG_TAIL_BYTES, size)]
    for i, (start, stop) in enumerate(spans):
        if i == 1:
            left_out = start - LOG_HEAD_BYTES
            yield b"\n[... %d bytes are left out here: this log had %d bytes, and %d MB are kept ...]\n" % (
                left_out, size, LOG_LIMIT_BYTES // MB)
        while start < stop:
            chunk = os.pread(fd, min(MB, stop - start), start)
            if not chunk:
                break
            start += len(chunk)
            yield chunk


# --- Memory of process groups (Linux) ---


def group_memory(pgids):
    """{pgid: MB}. Sums resident memory; where that looks large, `shared_memory` has the exact answer."""
    page_mb = os.sysconf("SC_PAGE_SIZE") / MB
    memory, members = dict.fromkeys(pgids, 0.0), {pgid: [] for pgid in pgids}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, "rb") as file:
                    fields = file.read().rsplit(b")", 1)[1].split()
            except (OSError, IndexError):
                continue
            pgid = int(fields[2])
            if pgid in memory:
                memory[pgid] += int(fields[21]) * page_mb
                members[pgid].append(name)
    return memory, members


def shared_memory(memory, members):
    """As `group_memory`, but pages shared by forked processes count once (PSS). Slow, hence only on demand."""
    exact = {}
    for pgid, pids in members.items():
        try:
            total = 0
            for pid in pids:
                with open("/proc/%s/smaps_rollup" % pid) as file:
                    total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            exact[pgid] = total / 1024
        except OSError:
            exact[pgid] = memory[pgid]
    return exact


def forget_own_peak():
    """A spawned process inherits our largest memory as its peak; lower it after handling something large."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


# --- The batch ---


class Unit:
    """One unit from its `start` line to its `end` line."""

    def __init__(self, n, argv, is_init):
        self.n, self.argv, self.is_init = n, argv, is_init
        self.pid = self.log_fd = self.status = self.usage = self.fault = None
        self.reason = self.detail = None  # why the worker ended it; null while the program decides
        self.begun = self.wall_s = 0.0
        self.limit_at = self.kill_at = NEVER
        self.linger_until = 0.0  # after its end: other members of its group may still be dying
        self.has_slot = False
        self.outcome = self.checker = None  # outcome: fields that `read_output` gave
        self.log_slice = None
        self.peak_mb = 0.0


class Worker:
    def __init__(self, folder, header, unit_lines):
        self.folder, self.header, self.unit_lines = folder, header, unit_lines
        self.slots, self.mem_mb = max(1, int(header["slots"])), header.get("mem_mb")
        self.limit_s, self.grace_s = header.get("unit_limit_s"), float(header.get("grace_s") or GRACE_S)
        own = os.environ
        self.env = {k: own[k] for k in CLEAN_ENV if k in own} if header.get("clean_env") else dict(own)
        self.env.update(header.get("env") or {})
        self.programs = {}
        self.running, self.checkers = {}, {}  # by pid
        self.unspawned, self.ending = [], []
        self.used, self.ended, self.hold_until = 0, 0, 0.0
        self.buffer, self.unlink_next, self.is_dirty = bytearray(), [], False
        self.cancelled, self.cancel_all, self.has_cancelled, self.cancel_offset = set(), False, False, 0
        self.has_usr1, self.term, self.has_seen_term = False, None, False
        self.next_tick = 0.0

    # Signals: handlers only note what came; the loop acts.

    def listen(self):
        self.wake_fd, wake = os.pipe()
        os.set_blocking(self.wake_fd, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGUSR1, self.on_usr1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.on_term)

    def on_usr1(self, *_):
        self.has_usr1 = True

    def on_term(self, *_):
        if self.term is None:
            self.term = "time_limit" if self.has_usr1 else "cancelled"

    def may_start(self):
        return not (self.term or self.has_usr1 or self.cancel_all)

    def is_told_to_stop(self):
        return bool(self.term or self.cancel_all)

    # results.jsonl

    def put(self, line):
        self.buffer += (compact(line) + "\n").encode()

    def flush(self):
        """True when every line so far is written. A part written by a full disk is continued later."""
        while self.buffer:
            try:
                del self.buffer[:os.write(self.results_fd, self.buffer)]
                self.is_dirty = True
            except OSError:
                return False
        for n in self.unlink_next:
            for kind in ("args.json", "out.json", "log"):
                unlink("%d.%s" % (n, kind))
        self.unlink_next.clear()
        return True

    def sync(self):
        if self.is_dirty:
            try:
                os.fsync(self.results_fd)
            except OSError as err:
                print("results.jsonl: fsync: " + words(err), file=sys.stderr)
            self.is_dirty = False

    def begin(self):
        """Creates the two append-only files. A full disk is waited for; anything else ends the worker."""
        new = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_EXCL
        while True:
            try:
                self.results_fd = os.open("results.jsonl", new, 0o600)
                break
            except OSError as err:
                if err.errno not in DISK_FULL or self.term:
                    raise
            time.sleep(1)
        self.logs_fd, self.logs_size = None, 0
        array, task = os.environ.get("SLURM_ARRAY_JOB_ID"), os.environ.get("SLURM_ARRAY_TASK_ID")
        slurm = "%s_%s" % (array, task) if array and task else os.environ.get("SLURM_JOB_ID")
        self.put({"e": "begin", "v": 1, "batch": self.header["batch"], "host": os.uname().nodename,
                  "pid": os.getpid(), "t": round(time.time(), 3), "slurm": slurm})
        self.flush()
        self.sync()
        try:  # so that neither the claim nor the file is forgotten by a power cut
            folder = os.open(".", os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        except OSError:
            pass

    # Start

    def take(self):
        for line in self.unit_lines:
            if line.strip():
                record = json.loads(line)
                n = record["n"]
                if n in self.cancelled:
                    self.has_cancelled = True
                    continue
                unit = Unit(n, record["argv"], bool(record.get("init")))
                self.prepare(unit, record["args"])
                if len(line) > CHECK_ASIDE_BYTES:
                    del record
                    forget_own_peak()
                return unit
        self.unit_lines = ()
        return None

    def prepare(self, unit, args):
        """Files of the unit. An error is kept and becomes its end, after its start."""
        unlink("%d.out.json" % unit.n)
        try:
            fd = os.open("%d.args.json" % unit.n, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                content = args.encode("utf-8", "surrogatepass")
                while content:
                    content = content[os.write(fd, content):]
            finally:
                os.close(fd)
            # O_APPEND: a task that reopens or truncates its output must not leave holes.
            unit.log_fd = os.open("%d.log" % unit.n, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        except OSError as err:
            unit.fault = err

    def start(self, now):
        if not self.flush():
            if self.is_told_to_stop():
                for unit in self.unspawned:
                    self.end_unspawned(unit)
                self.unspawned = []
            return
        while self.may_start() and now >= self.hold_until and self.used + len(self.unspawned) < self.slots:
            unit = self.take()
            if unit is None:
                break
            self.put({"e": "start", "n": unit.n, "t": round(time.time(), 3)})
            self.unspawned.append(unit)
        if self.unspawned and self.flush():
            waiting, self.unspawned = self.unspawned, []
            for unit in waiting:
                self.spawn(unit, now)

    def program(self, name):
        """Absolute path of a command given without a slash; resolved with the unit's own PATH."""
        if "/" in name:
            return name
        if name not in self.programs:
            places = (os.path.join(folder, name) for folder in os.get_exec_path(self.env))
            self.programs[name] = next((p for p in places if os.access(p, os.X_OK) and os.path.isfile(p)), name)
        return self.programs[name]

    def spawn(self, unit, now):
        if unit.fault or not self.may_start() or unit.n in self.cancelled:
            return self.end_unspawned(unit)
        if now < self.hold_until:
            return self.unspawned.append(unit)
        stem = os.path.join(self.folder, str(unit.n))
        argv = unit.argv + ["--args-json", stem + ".args.json", "--out-json", stem + ".out.json"]
        try:
            # The worker's own folder is the unit's folder. Its descriptors are close-on-exec, `family` excepted.
            unit.pid = os.posix_spawn(
                self.program(argv[0]), argv, self.env, setpgroup=0, setsigmask=(),
                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
                file_actions=((os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                              (os.POSIX_SPAWN_DUP2, unit.log_fd, 1), (os.POSIX_SPAWN_DUP2, unit.log_fd, 2)))
        except (OSError, ValueError, TypeError) as err:
            if getattr(err, "errno", None) in SPAWN_AGAIN:
                unit.begun = unit.begun or now
                if now - unit.begun < SPAWN_PATIENCE_S:
                    self.hold_until = now + 1
                    return self.unspawned.append(unit)
            unit.fault = err
            return self.end_unspawned(unit)
        unit.begun, unit.has_slot = now, True
        unit.limit_at = now + self.limit_s if self.limit_s else NEVER
        self.running[unit.pid] = unit
        self.used += 1

    def end_unspawned(self, unit):
        err = unit.fault
        if getattr(err, "errno", None) in DISK_FULL:
            self.hold_until = time.monotonic() + 1  # not the whole batch at once
            unit.reason, unit.detail = "disk_full", "The unit could not be prepared: %s." % words(err)
        elif err is not None:
            unit.reason, unit.detail = "not_executable", self.why_not_executable(unit, err)
        elif self.buffer and not self.cancel_all:
            unit.reason, unit.detail = "disk_full", "The unit was never run: its start could not be recorded."
        else:
            self.has_cancelled = self.has_cancelled or not self.term
            unit.reason = "time_limit" if self.has_usr1 else "cancelled"
            unit.detail = "The unit was stopped before its process was made."
        unit.outcome = {}
        self.ending.append(unit)

    def why_not_executable(self, unit, err):
        name = unit.argv[0] if unit.argv else ""
        why = words(err) if isinstance(err, OSError) else str(err)
        if isinstance(err, FileNotFoundError):
            exists = os.path.exists(self.program(name))
            why = "it exists, but the interpreter named in its first line does not" if exists else "no such file"
        elif isinstance(err, PermissionError):
            why = "it is not executable for this user"
        elif getattr(err, "errno", None) == errno.ENOEXEC:
            why = "it is neither a program nor a script with an interpreter in its first line"
        return 'Command "%s" cannot be started: %s.' % (name, why)

    # Stop

    def terminate(self, unit, reason, detail, now):
        if unit.reason is None:
            unit.reason, unit.detail = reason, detail
            unit.kill_at, unit.limit_at = now + self.grace_s, NEVER
            signal_group(unit.pid, signal.SIGTERM)

    def enforce(self, now):
        if self.term and not self.has_seen_term:
            self.has_seen_term = True
            detail = ("The time limit of the SLURM job was reached while the unit was running."
                      if self.term == "time_limit" else "The worker was told to stop while the unit was running.")
            for unit in self.running.values():
                self.terminate(unit, self.term, detail, now)
        for unit in self.running.values():
            if now >= unit.limit_at:
                detail = "The unit ran longer than the %g s that are allowed for one unit." % self.limit_s
                self.terminate(unit, "unit_limit", detail, now)
            if now >= unit.kill_at:
                unit.kill_at = NEVER
                signal_group(unit.pid, signal.SIGKILL)

    def read_cancel(self, now):
        try:
            if os.stat("cancel").st_size <= self.cancel_offset:
                return
            with open("cancel", "rb") as file:
                file.seek(self.cancel_offset)
                content = file.read()
        except OSError:
            return
        whole = content[:content.rfind(b"\n") + 1]
        self.cancel_offset += len(whole)
        for word in whole.split():
            if word == b"*":
                self.cancel_all = self.has_cancelled = True
            elif word.isdigit():
                self.cancelled.add(int(word))
        for unit in self.running.values():
            if self.cancel_all or unit.n in self.cancelled:
                self.has_cancelled = True
                self.terminate(unit, "cancelled", "The unit was cancelled while it was running.", now)

    def watch_memory(self, now):
        """Ends the unit that is furthest above its share before the kernel picks any of its siblings."""
        if self.slots < 2 or not self.mem_mb or not self.running or not os.path.isdir("/proc/self"):
            return
        threshold = 0.95 * self.slots * self.mem_mb
        memory, members = group_memory(self.running)
        if sum(memory.values()) <= threshold:
            return
        memory = shared_memory(memory, members)
        if sum(memory.values()) <= threshold:
            return
        dying = [unit for unit in self.running.values() if unit.reason == "mem_limit"]
        if dying:  # it had a second since TERM and still keeps its siblings in danger
            for unit in dying:
                signal_group(unit.pid, signal.SIGKILL)
            return
        unit = max((u for u in self.running.values() if u.reason is None),
                   key=lambda u: memory[u.pid], default=None)
        if unit is not None and memory[unit.pid] > self.mem_mb:
            unit.peak_mb = memory[unit.pid]
            detail = "The unit used %d MB and had asked for %d MB; the %d units side by side used %d of %d MB." % (
                unit.peak_mb, self.mem_mb, len(self.running), sum(memory.values()), self.slots * self.mem_mb)
            self.terminate(unit, "mem_limit", detail, now)

    # End

    def collect(self, now):
        while self.running or self.checkers:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.checkers:
                self.take_verdict(self.checkers.pop(pid), status)
                continue
            unit = self.running.pop(pid, None)
            if unit is None:
                continue
            unit.status, unit.usage, unit.wall_s = os.waitstatus_to_exitcode(status), usage, now - unit.begun
            if unit.reason:
                unit.linger_until = max(now, min(unit.kill_at, now + self.grace_s))
            elif unit.status == -signal.SIGTERM:
                unit.linger_until = now + 0.5  # SLURM signals the units and the worker; ours may be on its way
            self.release(unit, now)
            self.ending.append(unit)

    def release(self, unit, now):
        """Frees the slot once nothing of a killed unit lives. True when it is free."""
        if unit.has_slot:
            if unit.reason is None and unit.linger_until > now and not self.term:
                return False
            if unit.reason and signal_group(unit.pid, 0):
                if unit.linger_until > now:
                    return False
                signal_group(unit.pid, signal.SIGKILL)
            unit.has_slot = False
            self.used -= 1
        return True

    def finish(self, now):
        """Writes the ends of all units that can be ended now, in one write."""
        if self.ending:
            self.ending = [unit for unit in self.ending if not self.try_end(unit, now)]
            self.flush()

    def try_end(self, unit, now):
        if not self.release(unit, now):
            return False
        if unit.linger_until and unit.reason is None and self.term:
            unit.reason, unit.detail = self.term, "SIGTERM reached the unit and the worker at the same time."
        try:
            if unit.outcome is None:
                unit.outcome = self.examine(unit)
            if unit.outcome is None:
                return False
            if unit.log_slice is None and unit.log_fd is not None:
                self.append_log(unit)
        except OSError as err:
            self.hold_until = now + 1.5  # beyond the next try, so that nothing starts on a full disk
            if not self.is_told_to_stop():
                return False
            unit.reason = "disk_full"
            unit.detail = "The output or log of the unit could not be stored: %s." % words(err)
            unit.outcome = {}
        self.put_end(unit)
        return True

    def examine(self, unit):
        """What the unit gave back; None while a forked process still reads it."""
        if unit.reason is not None:
            return {}
        if unit.status != 0:
            disk = os.statvfs(".")
            if disk.f_bavail * disk.f_frsize >= MB:  # what an ended unit leaves is free at once: never quite nothing
                return {}
            detail = "The unit failed while the disk of its folder had less than 1 MB of space left."
            return {"reason": "disk_full", "detail": detail}
        path = "%d.out.json" % unit.n
        try:
            found = os.stat(path)
        except FileNotFoundError:
            return {"out_text": "null"}
        if not stat.S_ISREG(found.st_mode):
            return {"reason": "bad_output", "detail": "The output is not a regular file."}
        if found.st_size > OUT_LIMIT_BYTES:
            detail = "The output has %s; the limit is %s." % (size_words(found.st_size), size_words(OUT_LIMIT_BYTES))
            return {"reason": "bad_output", "detail": detail}
        if found.st_size <= CHECK_ASIDE_BYTES:
            return read_output(unit.n, unit.is_init)
        if unit.checker is None:
            self.examine_aside(unit)
        return None

    def examine_aside(self, unit):
        reader, writer = os.pipe()
        unit.checker = os.fork()
        if unit.checker == 0:
            code = 1
            try:
                signal.set_wakeup_fd(-1)
                for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
                    signal.signal(number, signal.SIG_IGN)  # it is short, and the parent waits for it
                if self.alive_fd is not None:
                    os.close(self.alive_fd)
                try:
                    verdict = read_output(unit.n, unit.is_init)
                except OSError as err:
                    verdict = {"errno": err.errno, "detail": words(err)}
                os.write(writer, compact(verdict).encode())  # at most some kilobytes: fits into the pipe
                code = 0
            finally:
                os._exit(code)
        os.close(writer)
        unit.verdict_fd = reader
        self.checkers[unit.checker] = unit

    def take_verdict(self, unit, status):
        text = os.read(unit.verdict_fd, MB)
        os.close(unit.verdict_fd)
        unit.checker = None
        if status != 0 or not text:
            code = os.waitstatus_to_exitcode(status)
            how = "signal %d" % -code if code < 0 else "code %d" % code
            detail = "The output could not be read: the process that read it ended with %s, perhaps for lack of memory."
            unit.outcome = {"reason": "bad_output", "detail": detail % how}
            return
        verdict = json.loads(text)
        if "errno" not in verdict:
            unit.outcome = verdict
        elif self.is_told_to_stop():
            unit.reason, unit.detail = "disk_full", "The output could not be stored: %s." % verdict["detail"]
            unit.outcome = {}

    def append_log(self, unit):
        if self.logs_fd is None:
            self.logs_fd = os.open("logs.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        size, warnings, offset, done = os.fstat(unit.log_fd).st_size, WarningCounter(), self.logs_size, 0
        try:
            for piece in log_pieces(unit.log_fd, size) if size else ():
                warnings.feed(piece)
                while piece:
                    written = os.write(self.logs_fd, piece)
                    done, piece = done + written, piece[written:]
        except OSError:
            if self.is_told_to_stop():  # keep what fitted
                unit.log_slice, unit.warnings, self.logs_size = [offset, done], warnings.count, offset + done
            else:
                os.ftruncate(self.logs_fd, offset)
            raise
        unit.log_slice, unit.warnings, self.logs_size = [offset, done], warnings.count, offset + done

    def put_end(self, unit):
        if unit.log_fd is not None:
            os.close(unit.log_fd)
        usage, outcome = unit.usage, dict(unit.outcome)
        unit_factor = MB if sys.platform == "darwin" else 1024
        peak = max(usage.ru_maxrss / unit_factor, unit.peak_mb) if usage else None
        line = {
            "e": "end", "n": unit.n, "t": round(time.time(), 3),
            "exit": unit.status if unit.status is not None and unit.status >= 0 else None,
            "signal": -unit.status if unit.status is not None and unit.status < 0 else None,
            "reason": unit.reason or outcome.pop("reason", None),
            "detail": unit.detail or outcome.pop("detail", None),
            "wall_s": round(unit.wall_s, 3),
            "cpu_s": round(usage.ru_utime + usage.ru_stime, 3) if usage else 0,
            "peak_mb": round(peak, 1) if peak is not None else None,
            "log": unit.log_slice or [self.logs_size, 0],
            "warnings": unit.warnings if unit.log_slice else 0,
        }
        text = outcome.pop("out_text", "null")
        line.update(outcome)
        if "out_file" in outcome:
            self.put(line)
        else:  # the text is compact JSON already
            self.buffer += (compact(line)[:-1] + ',"out":' + text + "}\n").encode()
        self.unlink_next.append(unit.n)
        self.ended += 1

    # The loop

    def tick(self, now):
        self.next_tick = now + 1
        self.read_cancel(now)
        self.watch_memory(now)
        if self.flush():
            self.sync()

    def wait(self, timeout):
        try:
            if select.select([self.wake_fd], [], [], max(0.0, timeout))[0]:
                os.read(self.wake_fd, 4096)
        except (InterruptedError, BlockingIOError):
            pass

    def next_event(self, now):
        times = [self.next_tick]
        if self.limit_s or self.has_cancelled or self.term or self.mem_mb:
            for unit in self.running.values():
                times.append(unit.limit_at)
                times.append(unit.kill_at)
        if any(unit.has_slot for unit in self.ending):
            times.append(now + 0.05)
        elif self.used < self.slots and self.unit_lines and self.may_start() and now >= self.hold_until:
            times.append(now)
        return min(times) - now

    def has_work(self):
        return bool(self.running or self.ending or self.unspawned or (self.unit_lines and self.may_start()))

    def run(self):
        self.listen()
        self.begin()
        while self.has_work():
            now = time.monotonic()
            self.collect(now)
            if now >= self.next_tick:
                self.tick(now)
            self.enforce(now)
            self.start(now)
            self.finish(now)
            if self.has_work():
                self.wait(self.next_event(time.monotonic()))
        if self.term:
            reason = "sigterm"
        else:
            reason = "deadline" if self.has_usr1 else "cancelled" if self.has_cancelled else "complete"
        self.put({"e": "exit", "t": round(time.time(), 3), "reason": reason, "ended": self.ended})
        give_up_at = NEVER
        while not self.flush():
            give_up_at = min(give_up_at, time.monotonic() + GRACE_S) if self.is_told_to_stop() else NEVER
            if time.monotonic() > give_up_at:
                return 1
            self.wait(1)
        if self.logs_fd is not None:
            os.fsync(self.logs_fd)
        self.sync()
        return 0


def run_batch(folder):
    unit_lines = open("units.jsonl", encoding="utf-8", errors="surrogatepass")  # read as slots become free
    header = json.loads(unit_lines.readline())
    if header["v"] != 1:
        raise ValueError("units.jsonl has version %r; this worker reads version 1" % header["v"])
    worker = Worker(folder, header, unit_lines)
    worker.alive_fd = None
    is_slurm = "SLURM_JOB_ID" in os.environ and not header.get("clean_env")
    if not is_slurm:
        locks = take_locks()
        if locks is None:
            return 0
        worker.alive_fd, family = locks
    if not make_claim():
        return 0
    if not is_slurm:
        os.set_inheritable(family, True)
    return worker.run()


def keep_descriptors_private():
    """Units get three descriptors and `family`; nothing that the worker itself was given."""
    while True:  # 0, 1 and 2 must not be given to our own files
        fd = os.open(os.devnull, os.O_RDWR)
        if fd > 2:
            break
    for name in os.listdir("/dev/fd"):
        if name.isdigit() and int(name) > 2:
            try:
                os.set_inheritable(int(name), False)
            except OSError:
                pass  # the descriptor of the listing itself
    os.close(fd)


def main(argv):
    modes = {"--probe": probe, "--reap": reap}
    mode, rest = (argv[0], argv[1:]) if argv and argv[0] in modes else (None, argv)
    if len(rest) != 1:
        print("usage: worker.py [--probe|--reap] FOLDER", file=sys.stderr)
        return 2
    folder = os.path.abspath(rest[0])
    keep_descriptors_private()
    os.chdir(folder)
    if mode is None:
        return run_batch(folder)
    print(compact(modes[mode]()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
