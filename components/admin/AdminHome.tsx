"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { people, resourceState } from "../resource/resource-words";
import { StateWord } from "../state/StateWord";
import { useTRPC } from "../trpc/client";
import { formatCount, formatNoun } from "../ui/format";
import { LinkButton } from "../ui/LinkButton";
import { Panel } from "../ui/Panel";
import { RelativeTime } from "../ui/RelativeTime";
import { AdminHead } from "./AdminHead";

const POLL_MS = 10_000;
const MAX_SHOWN = 8;

/** The morning look: do the resources answer, who waits. Polled. */
export function AdminHome() {
  const trpc = useTRPC();
  const resources =
    useQuery(trpc.resource.list.queryOptions(undefined, { refetchInterval: POLL_MS })).data ?? [];
  const waiting =
    useQuery(trpc.user.waiting.queryOptions(undefined, { refetchInterval: POLL_MS })).data ?? [];
  return (
    <>
      <AdminHead title="Admin" />
      <div className="grid shrink-0 items-start gap-4 px-(--gutter) py-4 lg:grid-cols-2">
        <Panel
          title="Resources"
          count={resources.length}
          action={
            <Link href="/admin/resources" className="rounded-tag font-medium text-ink-2 hover:underline">
              All resources
            </Link>
          }
        >
          {resources.length === 0 ? (
            <Line action={<LinkButton href="/admin/resources/new">New resource</LinkButton>}>
              None yet: nobody can run anything.
            </Line>
          ) : (
            <ul className="divide-y divide-line">
              {resources.slice(0, MAX_SHOWN).map((resource) => {
                const { state, word } = resourceState(resource);
                return (
                  <li
                    key={resource.id}
                    className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3.5 py-2.5"
                  >
                    <Link
                      href={`/admin/resources/${resource.id}`}
                      className="min-w-0 truncate rounded-tag font-medium hover:underline"
                    >
                      {resource.name}
                    </Link>
                    <StateWord state={state}>{word}</StateWord>
                    <span className="ml-auto text-12 text-ink-3">
                      {people(resource.use.users)}, {formatNoun(resource.use.active_jobs, "job")} now
                    </span>
                  </li>
                );
              })}
            </ul>
          )}
          <More count={resources.length} href="/admin/resources" />
        </Panel>
        <Panel title="People who wait" count={waiting.length}>
          {waiting.length === 0 ? (
            <Line>Nobody: every active account is verified and has a profile.</Line>
          ) : (
            <ul className="divide-y divide-line">
              {waiting.slice(0, MAX_SHOWN).map((user) => (
                <li key={user.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3.5 py-2.5">
                  <Link
                    href={`/admin/users?user=${user.id}`}
                    className="min-w-0 truncate rounded-tag font-medium hover:underline"
                  >
                    {user.email}
                  </Link>
                  <StateWord state="waiting">{missing(user)}</StateWord>
                  <RelativeTime
                    value={user.timestamp_created}
                    style="ago"
                    className="ml-auto text-12 text-ink-3"
                  />
                </li>
              ))}
            </ul>
          )}
          <More count={waiting.length} href="/admin/users?show=waiting" />
        </Panel>
      </div>
    </>
  );
}

const missing = (user: { is_verified: boolean; profile_id: number | null }) =>
  [...(user.is_verified ? [] : ["not verified"]), ...(user.profile_id === null ? ["no profile"] : [])].join(
    ", ",
  );

function Line({ children, action }: { children: string; action?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-2 px-3.5 py-3 text-ink-3">
      {children} {action}
    </div>
  );
}

function More({ count, href }: { count: number; href: string }) {
  if (count <= MAX_SHOWN) return null;
  const text = `${formatCount(count - MAX_SHOWN)} more`;
  return (
    <p className="border-t border-line px-3.5 py-2 text-12 text-ink-2">
      <Link href={href}>{text}</Link>
    </p>
  );
}
