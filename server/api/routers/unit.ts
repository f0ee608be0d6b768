import { protectedProcedure, router } from "@/server/api/trpc";
import { GetUnitLogInput, ListUnitsInput, UnitIdInput } from "@/server/contracts/job";
import { getUnit } from "@/server/services/unit/get";
import { getUnitLog } from "@/server/services/unit/get-log";
import { listUnits } from "@/server/services/unit/list";

export const unitRouter = router({
  list: protectedProcedure.input(ListUnitsInput).query(({ ctx, input }) => listUnits(ctx.service, input)),

  get: protectedProcedure.input(UnitIdInput).query(({ ctx, input }) => getUnit(ctx.service, input)),

  log: protectedProcedure.input(GetUnitLogInput).query(({ ctx, input }) => getUnitLog(ctx.service, input)),
});
