"use client";

import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "@/server/api/root";

/** `useTRPC().job.get.queryOptions({ job_id })` in client components below `TRPCProvider`. */
export const { TRPCProvider: TRPCContextProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** For questions that take seconds: nothing else of the page waits for their answer in one batch. */
export const ALONE = { context: { alone: true } } as const;

export type RouterOutputs = inferRouterOutputs<AppRouter>;
export type RouterInputs = inferRouterInputs<AppRouter>;
