"use client";

import { useQuery } from "@tanstack/react-query";
import { NewTokenButton } from "@/components/account/NewTokenButton";
import { PasswordForm } from "@/components/account/PasswordForm";
import { SignOutEverywhere } from "@/components/account/SignOutEverywhere";
import { TokenTable } from "@/components/account/TokenTable";
import { Section } from "@/components/project/Section";
import { Crumbs } from "@/components/shell/crumbs";
import { PageHead } from "@/components/shell/PageHead";
import { useTRPC } from "@/components/trpc/client";
import { KeyValues } from "@/components/ui/KeyValues";
import { Tag } from "@/components/ui/Tag";
import type { CurrentUser } from "@/server/contracts/user";

/** Who I am here, what my scripts may do, and how I get rid of sessions. */
export function ProfilePage() {
  const trpc = useTRPC();
  const { data: user } = useQuery(trpc.user.me.queryOptions());
  const { data: tokens } = useQuery(trpc.token.list.queryOptions());
  if (user === undefined) return null;
  return (
    <>
      <Crumbs items={[{ label: "My profile" }]} />
      <PageHead title="My profile" facts={user.email} />
      <Section title="Account">
        <KeyValues className="px-(--gutter) text-13!" facts={factsOf(user)} />
      </Section>
      <Section title="API tokens" count={tokens?.length ?? 0} action={<NewTokenButton user={user} />}>
        <p className="max-w-prose px-(--gutter) pb-2.5 text-ink-2">
          A token lets a script act as you, without your password, as far as its scopes go.
        </p>
        <TokenTable />
      </Section>
      <Section title="Password">
        <PasswordForm userId={user.id} />
      </Section>
      <Section title="Sessions">
        <SignOutEverywhere />
      </Section>
    </>
  );
}

const NO_PROFILE = "None yet, so nothing can be run. Ask an administrator of this server.";

function factsOf(user: CurrentUser) {
  const roles = [
    user.is_superuser && "administrator",
    user.is_guest && "guest account, can only read",
    !user.is_verified && "not verified yet",
  ].filter((role) => role !== false);
  return [
    { label: "E-mail", value: user.email },
    ...(roles.length > 0
      ? [{ label: "Role", value: roles.map((role) => <Tag key={role}>{role}</Tag>) }]
      : []),
    {
      label: "Resource",
      value:
        user.profile === null ? NO_PROFILE : `${user.profile.resource_name} (${user.profile.resource_type})`,
    },
    ...(user.profile === null ? [] : [{ label: "Profile", value: user.profile.name }]),
    ...(user.groups.length > 0
      ? [{ label: "Groups", value: user.groups.map(({ id, name }) => <Tag key={id}>{name}</Tag>) }]
      : []),
    ...(user.slurm_accounts.length > 0
      ? [{ label: "SLURM accounts", value: <Lines lines={user.slurm_accounts} /> }]
      : []),
    {
      label: user.project_dirs.length > 1 ? "Project folders" : "Project folder",
      value: <Lines lines={user.project_dirs} />,
    },
  ];
}

const Lines = ({ lines }: { lines: readonly string[] }) => (
  <ul>
    {lines.map((line) => (
      <li key={line} className="font-mono break-all">
        {line}
      </li>
    ))}
  </ul>
);
