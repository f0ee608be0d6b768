import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { RateLimitedError } from "@/server/contracts/errors";

/** Wrong tokens of one address. Guessing one is hopeless anyway; this keeps a broken script from hammering. */
const wrong = new RateLimiterMemory({ points: 100, duration: 15 * 60, keyPrefix: "token" });

/** @throws RateLimitedError with the seconds to wait, if this address has shown too many wrong tokens. */
export async function requireTokenAttempts(address: string): Promise<void> {
  const counted = await wrong.get(address);
  if (counted !== null && counted.remainingPoints <= 0)
    throw new RateLimitedError(Math.ceil(counted.msBeforeNext / 1000));
}

export async function countWrongToken(address: string): Promise<void> {
  try {
    await wrong.consume(address);
  } catch (err) {
    if (!(err instanceof RateLimiterRes)) throw err;
  }
}
