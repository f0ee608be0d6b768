import "server-only";
import { HydrationBoundary, dehydrate } from "@tanstack/react-query";
import { TRPCError } from "@trpc/server";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import type { ReactNode } from "react";
import { makeQueryClient } from "@/components/trpc/query-client";
import { createApiContext } from "@/server/api/context";
import { appRouter, createCaller } from "@/server/api/root";

/** The header in which `proxy.ts` hands over the address of the page, for the way back after log-in. */
const PAGE_ADDRESS = "x-fractal-page";

/** One per request, so that every part of a page fills the same cache. */
export const getQueryClient = cache(() => makeQueryClient());

const getContext = cache(async () => createApiContext(await headers()));

/** The API without HTTP: `await load(getQueryClient().query(trpc.project.get.queryOptions({ project_id })))`. */
export const trpc = createTRPCOptionsProxy({
  ctx: getContext,
  router: appRouter,
  queryClient: getQueryClient,
});

/** For layouts that need an answer and no cache: `await load((await getCaller()).user.me())`. */
export const getCaller = async () => createCaller(await getContext());

/** Waits for an answer. What is missing becomes the 404 page; who is signed out goes to the log-in page and back. */
export async function load<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (err) {
    const code = err instanceof TRPCError ? err.code : null;
    if (code === "NOT_FOUND") notFound();
    if (code === "UNAUTHORIZED") {
      const page = (await headers()).get(PAGE_ADDRESS) ?? "/";
      redirect(page === "/" ? "/login" : `/login?next=${encodeURIComponent(page)}`);
    }
    throw err;
  }
}

/** Hands what the page has loaded to its client parts. */
export function HydrateClient({ children }: { children: ReactNode }) {
  return <HydrationBoundary state={dehydrate(getQueryClient())}>{children}</HydrationBoundary>;
}
