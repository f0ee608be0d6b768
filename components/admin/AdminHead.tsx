"use client";

import { Shield } from "lucide-react";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { Crumbs } from "../shell/crumbs";
import { Band, PageHead } from "../shell/PageHead";
import { Tabs } from "../ui/Tabs";

const TABS = [
  { href: "/admin", label: "Overview" },
  { href: "/admin/resources", label: "Resources" },
  { href: "/admin/profiles", label: "Profiles" },
  { href: "/admin/users", label: "Users" },
  { href: "/admin/groups", label: "Groups" },
];

/** The head of the lists of the admin area: what a change here affects, where one can go. */
export function AdminHead({ title, actions }: { title: string; actions?: ReactNode }) {
  const current = usePathname();
  const items =
    current === "/admin" ? [{ label: "Admin" }] : [{ label: "Admin", href: "/admin" }, { label: title }];
  return (
    <>
      <Crumbs items={items} />
      <Band icon={<Shield strokeWidth={1.75} />}>
        Admin area. Changes here affect everybody on this server.
      </Band>
      <PageHead
        title={title}
        actions={actions}
        tabs={<Tabs label="Admin area" tabs={TABS} current={current} />}
      />
    </>
  );
}
