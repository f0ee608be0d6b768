import { health } from "@/server/api/context";

export const dynamic = "force-dynamic";

/** 200 while the database answers. A silent runner is told, not failed: pages still work. */
export async function GET(): Promise<Response> {
  const facts = await health();
  const isUp = facts.database === "ok";
  return Response.json({ status: isUp ? "ok" : "down", ...facts }, { status: isUp ? 200 : 503 });
}
