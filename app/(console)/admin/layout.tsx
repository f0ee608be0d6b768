import type { ReactNode } from "react";
import { ForbiddenView } from "@/components/shell/ForbiddenView";
import { getQueryClient, load, trpc } from "@/server/api/rsc";

/** Every verb behind these pages asks again; this says it in words. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const user = await load(getQueryClient().query(trpc.user.me.queryOptions()));
  return user.is_superuser ? children : <ForbiddenView email={user.email} />;
}
