import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { RateLimitedError } from "@/server/contracts/errors";

const QUARTER = 15 * 60;

/** Attempts of one address on one account. */
const perPair = new RateLimiterMemory({ points: 10, duration: QUARTER, keyPrefix: "pair" });
/** Attempts on one account from everywhere: a forwarded address can be made up. */
const perAccount = new RateLimiterMemory({ points: 100, duration: QUARTER, keyPrefix: "account" });
/** Attempts of one address on all accounts. */
const perAddress = new RateLimiterMemory({ points: 300, duration: QUARTER, keyPrefix: "address" });

/**
 * Counts an attempt before the password is looked at, so that parallel attempts count too.
 *
 * @throws RateLimitedError with the seconds to wait.
 */
export async function countLogin(email: string, address: string): Promise<void> {
  try {
    await perAddress.consume(address);
    await perPair.consume(pairOf(email, address));
    await perAccount.consume(accountOf(email));
  } catch (err) {
    if (err instanceof RateLimiterRes) throw new RateLimitedError(Math.ceil(err.msBeforeNext / 1000));
    throw err;
  }
}

/** A right password forgives the wrong ones that its address sent before. */
export async function forgiveLogins(email: string, address: string): Promise<void> {
  await perPair.delete(pairOf(email, address));
}

/** No address is longer: what is counted for a quarter of an hour must not be as long as somebody likes. */
const MAX_EMAIL = 254;
const accountOf = (email: string) => email.trim().toLowerCase().slice(0, MAX_EMAIL);
const pairOf = (email: string, address: string) => `${accountOf(email)}|${address}`;
