import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Names one life of a pid: pids come back after a reboot, and in a container within seconds.
 *
 * @returns Null when there is no such process, or only its remains (a zombie nobody has waited for).
 */
export function processIdentity(pid: number): string | null {
  if (process.platform !== "linux") return fromPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold spaces; the state follows it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    return `${pid}@${fields[19]}@${boot}`; // 19: start time in clock ticks since boot
  } catch {
    // A /proc mounted with hidepid shows other users' processes to nobody.
    return exists(pid) ? `${pid}` : null;
  }
}

/** The command line, or null when it cannot be seen. */
export function processCommand(pid: number): string | null {
  try {
    if (process.platform === "linux")
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
  } catch {
    return null;
  }
}

function fromPs(pid: number): string | null {
  try {
    const args = ["-o", "stat=,lstart=", "-p", String(pid)];
    const line = execFileSync("ps", args, {
      encoding: "utf8",
      stdio: "pipe",
      env: { ...process.env, LC_ALL: "C" },
    });
    return line.trim() === "" || line.startsWith("Z") ? null : `${pid}@${line.trim().replace(/^\S+\s+/, "")}`;
  } catch {
    return exists(pid) ? `${pid}` : null;
  }
}

/** True also for a process of another user, which may not be signalled. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === "EPERM";
  }
}
