import { adminProcedure, router } from "@/server/api/trpc";
import { CreateGroupInput, GroupIdInput, SetGroupMembersInput } from "@/server/contracts/group";
import { createGroup } from "@/server/services/group/create";
import { deleteGroup } from "@/server/services/group/delete";
import { listGroups } from "@/server/services/group/list";
import { setGroupMembers } from "@/server/services/group/set-members";

export const groupRouter = router({
  list: adminProcedure.query(({ ctx }) => listGroups(ctx.service)),

  create: adminProcedure
    .input(CreateGroupInput)
    .mutation(({ ctx, input }) => createGroup(ctx.service, input)),

  setMembers: adminProcedure
    .input(SetGroupMembersInput)
    .mutation(({ ctx, input }) => setGroupMembers(ctx.service, input)),

  delete: adminProcedure.input(GroupIdInput).mutation(({ ctx, input }) => deleteGroup(ctx.service, input)),
});
