import { randomInt } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { maybeOne } from "@/db/rows";
import { profiles, resources } from "@/db/schema";
import type { Db } from "@/db/client";
import { PYTHON_VERSIONS } from "@/server/contracts/resource";
import type { Python } from "@/server/platform/python";
import { createProfile } from "@/server/services/profile/create";
import { createResource } from "@/server/services/resource/create";
import { systemContext } from "@/server/services/context";
import type { ServiceContext } from "@/server/services/context";
import { updateUser } from "@/server/services/user/update";
import { createUser } from "@/server/services/user/create";
import { findUserContext } from "@/server/services/user/find-session";
import { verifyCredentials } from "@/server/services/user/verify-credentials";
import { EXIT, Refusal } from "./exit-codes.mjs";

export const ADMIN_EMAIL = "admin@example.org";
const RESOURCE_NAME = "local";

export type Admin = {
  readonly ctx: ServiceContext;
  /** Null: it was changed, or made from another data folder, so we do not know it. */
  readonly password: string | null;
};

/** The account with which everything is made; the same on every start. */
export async function ensureAdmin(db: Db, dataDir: string): Promise<Admin> {
  // Kept before it is used: killed in between, the next start uses the same one.
  const password = keepPassword(path.join(dataDir, "quickstart-password"));
  if (!(await findUserContext(db, ADMIN_EMAIL)))
    await createUser(systemContext(db), {
      email: ADMIN_EMAIL,
      password,
      is_superuser: true,
      project_dirs: [path.join(dataDir, "projects")],
    });
  const isRight = (await verifyCredentials(db, { email: ADMIN_EMAIL, password })) !== null;
  return { ctx: await requireAdmin(db), password: isRight ? password : null };
}

async function requireAdmin(db: Db): Promise<ServiceContext> {
  const ctx = await findUserContext(db, ADMIN_EMAIL);
  if (ctx) return ctx;
  throw new Refusal(
    EXIT.setup,
    `The account ${ADMIN_EMAIL} is not active; activate it, or use another database.`,
  );
}

/** Without letters and digits that look like each other; 20 of 31, about 99 bits. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

function keepPassword(file: string): string {
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  const letters = Array.from({ length: 20 }, () => ALPHABET[randomInt(ALPHABET.length)] ?? "");
  const password = (letters.join("").match(/.{5}/g) ?? []).join("-");
  writeFileSync(`${file}.new`, `${password}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return password;
}

/**
 * Somewhere to compute: the profile that the account has, else a new one on the resource `local`.
 *
 * @returns Context with the profile.
 */
export async function ensureCompute(
  ctx: ServiceContext,
  { dataDir, python }: { dataDir: string; python: Python },
): Promise<ServiceContext> {
  const user = ctx.actor.kind === "user" ? ctx.actor.user : null;
  if (!user || user.profile_id !== null) return ctx;
  const system = systemContext(ctx.db);
  const resource_id =
    (await findId(ctx.db, "resource")) ??
    (await createResource(system, resourceOf(dataDir, python))).resource_id;
  const profile = { resource_type: "local", name: RESOURCE_NAME } as const;
  const profile_id =
    (await findId(ctx.db, "profile")) ??
    (await createProfile(system, { resource_id, document: profile })).profile_id;
  await updateUser(system, { user_id: user.id, profile_id });
  return requireAdmin(ctx.db);
}

/** Made by a quickstart that was killed before it had given the profile to the account. */
async function findId(db: Db, what: "resource" | "profile"): Promise<number | null> {
  const table = what === "resource" ? resources : profiles;
  const rows = await db.select({ id: table.id }).from(table).where(eq(table.name, RESOURCE_NAME));
  return maybeOne(rows)?.id ?? null;
}

function resourceOf(dataDir: string, python: Python) {
  const minor = python.version.split(".").slice(0, 2).join(".");
  const key = PYTHON_VERSIONS.find((version) => version === minor);
  if (!key)
    throw new Refusal(
      EXIT.python,
      `${python.path} is Python ${python.version}, which is newer than ${PYTHON_VERSIONS.at(-1) ?? ""}, the newest that is supported.`,
    );
  return {
    type: "local",
    name: RESOURCE_NAME,
    jobs_local_dir: path.join(dataDir, "jobs"),
    jobs_runner_config: {},
    tasks_local_dir: path.join(dataDir, "tasks"),
    tasks_python_config: {
      default_version: key,
      versions: { [key]: python.path },
      pip_cache_dir: pipCacheDir(),
    },
    tasks_pixi_config: {},
  } as const;
}

/** Where this account's pip keeps what it has downloaded, so that another data folder need not do it again. */
function pipCacheDir(): string {
  const { PIP_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  if (PIP_CACHE_DIR && path.isAbsolute(PIP_CACHE_DIR)) return path.normalize(PIP_CACHE_DIR);
  if (process.platform === "darwin") return path.join(homedir(), "Library/Caches/pip");
  const caches = XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : null;
  return path.join(caches ?? path.join(homedir(), ".cache"), "pip");
}
