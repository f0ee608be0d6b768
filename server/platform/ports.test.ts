import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { freePort, requireFreePort } from "@/server/platform/ports";

let squatter: Server | null = null;
afterEach(() => void squatter?.close());

const listen = (port: number, host?: string) =>
  new Promise<void>((resolve) => {
    squatter = createServer().listen({ port, ...(host ? { host } : {}) }, resolve);
  });

test("a free port can be opened", async () => {
  await requireFreePort(await freePort());
});

test.each([undefined, "127.0.0.1"])("a taken port is named with a way out (taken on %s)", async (host) => {
  const port = await freePort();
  await listen(port, host);
  await expect(requireFreePort(port)).rejects.toThrow(
    `Port ${port} is in use by another program. Set PORT to another number, for example PORT=${port + 1}.`,
  );
});
