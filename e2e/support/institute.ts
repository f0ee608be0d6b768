import { once } from "node:events";
import type { Server } from "node:http";
import { Provider } from "oidc-provider";
import { ownServer } from "../server";

export type Person = { email: string; email_verified: boolean };

/** What the server under test is told of its institute; see `playwright.config.ts`. */
export const institute = {
  issuer: `http://localhost:${ownServer.port + 1}`,
  clientId: "fractal",
  clientSecret: "a secret of the test institute",
  name: "Example Institute",
};

/**
 * A real OpenID Connect provider on this machine, with a log-in page of its own that takes any password.
 *
 * @param people By log-in name, which is also the subject.
 */
export async function startInstitute(people: Readonly<Record<string, Person>>): Promise<Server> {
  const provider = new Provider(institute.issuer, {
    clients: [
      {
        client_id: institute.clientId,
        client_secret: institute.clientSecret,
        redirect_uris: [`${ownServer.url}/api/auth/callback/oidc`],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    // As most institutes do: the id token itself carries the address.
    conformIdTokenClaims: false,
    cookies: { keys: ["for this test only"] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_ctx, sub) =>
      people[sub] && { accountId: sub, claims: () => Promise.resolve({ sub, ...people[sub] }) },
  });
  const server = provider.listen(ownServer.port + 1);
  await once(server, "listening");
  return server;
}
