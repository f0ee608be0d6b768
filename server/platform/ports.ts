import { createServer } from "node:net";
import { ConfigError } from "@/server/platform/env";

/**
 * @throws ConfigError with one sentence when the port is taken or may not be opened.
 */
export async function requireFreePort(port: number): Promise<void> {
  try {
    await bindOnce(port);
    // macOS opens all interfaces beside a program on the loopback one, which then gets our visitors.
    await bindOnce(port, "127.0.0.1");
  } catch (err) {
    const { code, message } = err as NodeJS.ErrnoException;
    const other = port < 65535 ? port + 1 : 3000;
    const advice = `Set PORT to another number, for example PORT=${port < 1024 ? 3000 : other}.`;
    if (code === "EADDRINUSE") throw new ConfigError(`Port ${port} is in use by another program. ${advice}`);
    if (code === "EACCES") throw new ConfigError(`Port ${port} may only be opened by root. ${advice}`);
    throw new ConfigError(`Port ${port} cannot be opened: ${message}. ${advice}`, { cause: err });
  }
}

/** A port that was free a moment ago; another program may still be faster. */
export function freePort(): Promise<number> {
  return bindOnce(0, "127.0.0.1");
}

/** Without a host: all interfaces, IPv6 and IPv4, which is what the web server opens. */
function bindOnce(port: number, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, ...(host ? { host } : {}), exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === "object" && address ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
