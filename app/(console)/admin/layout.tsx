import { forbidden } from "next/navigation";
import type { ReactNode } from "react";
import { getQueryClient, load, trpc } from "@/server/api/rsc";

/** Every verb behind these pages asks again; this says it in words, with the status 403. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const user = await load(getQueryClient().query(trpc.user.me.queryOptions()));
  if (!user.is_superuser) forbidden();
  return children;
}
