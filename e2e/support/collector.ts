/** A person who collects packages into folders of their own, so that a test can see what is left. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { baseAddress, test as base } from "../fixtures";
import { logIn } from "../session";
import type { Session } from "../session";

export type Collector = {
  session: Session;
  email: string;
  resource_id: number;
  /** Everything of this person is below it. */
  work: string;
  /** Names of the files and folders below the folder for packages. */
  files: () => Promise<string[]>;
  remove: () => Promise<void>;
};

/** The page belongs to a person of the test's own, who collects into folders of their own. */
export const test = base.extend<{ collector: Collector }>({
  signedIn: false,
  collector: async ({ api, context }, provide) => {
    const collector = await makeCollector(api, baseAddress());
    await context.addCookies(collector.session.cookies);
    await provide(collector);
    await collector.remove();
  },
});

const PASSWORD = "collects packages";

/**
 * @param pythons  versions beside that of the server's own resource: `{ "3.14": "/opt/python" }`
 */
export async function makeCollector(
  admin: Session["api"],
  baseURL: string,
  part: { pythons?: Record<string, string>; is_guest?: boolean } = {},
): Promise<Collector> {
  const work = await mkdtemp(path.join(tmpdir(), "fractal-e2e-"));
  const name = path.basename(work);
  const tasks_local_dir = path.join(work, "tasks");
  const [first] = await admin.resource.list.query();
  if (!first) throw new Error("the server has no resource");
  const { document } = await admin.resource.get.query({ resource_id: first.id });
  const python = document.tasks_python_config;
  const { resource_id } = await admin.resource.create.mutate({
    type: "local",
    name,
    jobs_local_dir: path.join(work, "jobs"),
    jobs_runner_config: {},
    tasks_local_dir,
    // Downloads are shared with the quickstart.
    tasks_python_config: { ...python, versions: { ...python.versions, ...part.pythons } },
    tasks_pixi_config: {},
  });
  const { profile_id } = await admin.profile.create.mutate({
    resource_id,
    document: { resource_type: "local", name },
  });
  const email = `${name.toLowerCase()}@example.org`;
  await admin.user.create.mutate({
    email,
    password: PASSWORD,
    project_dirs: [work],
    profile_id,
    is_guest: part.is_guest ?? false,
  });
  const session = await logIn(baseURL, { email, password: PASSWORD });
  if (!session) throw new Error(`${email} cannot log in`);
  return {
    session,
    email,
    resource_id,
    work,
    files: () => filesBelow(tasks_local_dir),
    remove: () => rm(work, { recursive: true, force: true }),
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.map((entry) => entry.name);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw err;
  }
}
