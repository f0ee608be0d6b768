import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { RateLimitedError } from "@/server/contracts/errors";

/** Wrong passwords that one address may try for one account, and for all accounts together. */
const PER_ACCOUNT = { points: 10, duration: 15 * 60 };
const PER_ADDRESS = { points: 100, duration: 15 * 60 };

const perAccount = new RateLimiterMemory({ ...PER_ACCOUNT, keyPrefix: "account" });
const perAddress = new RateLimiterMemory({ ...PER_ADDRESS, keyPrefix: "address" });

/**
 * Counts an attempt before the password is looked at, so that parallel attempts count too.
 *
 * @throws RateLimitedError with the seconds to wait.
 */
export async function countLogin(email: string, address: string): Promise<void> {
  try {
    await perAddress.consume(address);
    await perAccount.consume(keyOf(email, address));
  } catch (err) {
    if (err instanceof RateLimiterRes) throw new RateLimitedError(Math.ceil(err.msBeforeNext / 1000));
    throw err;
  }
}

/** A right password forgives the wrong ones before it. */
export async function forgiveLogins(email: string, address: string): Promise<void> {
  await perAccount.delete(keyOf(email, address));
}

const keyOf = (email: string, address: string) => `${email.trim().toLowerCase()}|${address}`;
