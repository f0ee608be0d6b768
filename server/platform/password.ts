import { hash, verify } from "@node-rs/argon2";

/** Second recommended option of RFC 9106 for servers: 64 MiB, 3 passes. The default algorithm is argon2id. */
const OPTIONS = { memoryCost: 65_536, timeCost: 3, parallelism: 1 } as const;

/** @returns The hash with its parameters, so that they can be raised later. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, OPTIONS);
}

let decoy: Promise<string> | undefined;

/**
 * @param hashed Null for an unknown account: the same work is done, so that the time tells nothing.
 */
export async function isPassword(password: string, hashed: string | null): Promise<boolean> {
  decoy ??= hashPassword("no account has this password");
  const isMatch = await verify(hashed ?? (await decoy), password);
  return isMatch && hashed !== null;
}
