import NextAuth from "next-auth";
import { nextAuthOptions } from "@/server/api/context";

type Params = { params: Promise<{ nextauth: string[] }> };

// Options are made per request: the secret is not known while Next builds.
async function handler(req: Request, context: Params): Promise<Response> {
  return (await NextAuth(req as never, context as never, nextAuthOptions())) as Response;
}

export { handler as GET, handler as POST };
