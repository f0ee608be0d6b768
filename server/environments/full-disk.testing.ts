/** A disk that becomes full while a package is installed, without the right to mount one. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { findPython } from "../platform/python";

/** The file of a package that does not fit any more. */
export const TOO_MUCH = "does_not_fit.bin";

/** What it is written to is always full: the kernel itself refuses. macOS has no such device. */
const FULL_DISK = `
import builtins, errno, os
real = builtins.open
def open(file, mode="r", *args, **kwargs):
    if "w" in mode and str(file).endswith("${TOO_MUCH}"):
        real(file, mode).close()
        if not os.path.exists("/dev/full"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        file = "/dev/full"
    return real(file, mode, *args, **kwargs)
builtins.open = open
`;

/**
 * An interpreter in whose environments everything is as always, except that `TOO_MUCH` finds no space.
 *
 * @returns Its path, in this folder.
 */
export async function pythonWithFullDisk(folder: string): Promise<string> {
  const { path: python } = await findPython();
  const code = path.join(folder, "full_disk.py");
  await writeFile(code, FULL_DISK);
  const shim = path.join(folder, "python-with-full-disk");
  const text = `#!/bin/sh
"${python}" "$@" || exit
case "$*" in "-m venv "*) ;; *) exit 0 ;; esac
for venv; do :; done
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp "${code}" "$site/full_disk.py" && echo "import full_disk" > "$site/full_disk.pth"
`;
  await writeFile(shim, text, { mode: 0o755 });
  return shim;
}
