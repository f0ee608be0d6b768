import { ForbiddenView } from "@/components/shell/ForbiddenView";
import { getQueryClient, load, trpc } from "@/server/api/rsc";

export default async function Forbidden() {
  const { email } = await load(getQueryClient().query(trpc.user.me.queryOptions()));
  return <ForbiddenView email={email} />;
}
