/** Can we log in to DATABASE_URL? Exit code 1 and one sentence if not. */
import { createClient } from "@/db/client";
import { toDatabaseError } from "@/db/errors";

const url = process.env["DATABASE_URL"] ?? "";
try {
  const client = createClient(url, { max: 1 });
  await client`SELECT 1`;
  await client.end();
} catch (err) {
  process.stderr.write(
    `${toDatabaseError(err, url)?.message ?? `The database cannot be used: ${String(err)}`}\n`,
  );
  process.exit(1);
}
