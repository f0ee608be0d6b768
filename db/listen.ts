import { createClient } from "@/db/client";
import { toDatabaseError } from "@/db/errors";

export type Listener = { close(): Promise<void> };

/**
 * LISTEN on a session of its own, never one of a pool. After a lost connection the session comes back with
 * a growing pause (postgres.js: up to 20 s) and listens again; what was sent meanwhile is lost, so callers
 * also poll.
 *
 * @param onNotify Called with the channel and its payload, "" when none was sent.
 * @param onListen Called per channel each time it is listened to, the first time included: the moment to look for what was missed.
 * @throws DatabaseError if the first connection fails.
 */
export async function listen(
  url: string,
  channels: readonly string[],
  onNotify: (channel: string, payload: string) => void,
  onListen: (channel: string) => void = () => undefined,
): Promise<Listener> {
  const client = createClient(url, { max: 1 });
  const close = () => client.end({ timeout: 1 });
  try {
    for (const channel of channels) {
      await client.listen(
        channel,
        (payload) => onNotify(channel, payload),
        () => onListen(channel),
      );
    }
  } catch (err) {
    await close();
    throw toDatabaseError(err, url) ?? err;
  }
  return { close };
}
