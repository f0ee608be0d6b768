"use client";

import { cx } from "class-variance-authority";
import { ChevronsUpDown, LogOut, UserRound } from "lucide-react";

import { Avatar } from "../ui/Avatar";
import { Menu, MenuChoice, MenuItem, MenuLink, MenuSeparator } from "../ui/Menu";
import { useTheme } from "./use-theme";

const THEMES = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

type Props = { email: string; onSignOut: () => void; collapsed?: boolean };

export function UserMenu({ email, onSignOut, collapsed = false }: Props) {
  const [theme, setTheme] = useTheme();
  const trigger = (
    <button
      type="button"
      aria-label={`Account ${email}`}
      className={cx(
        "flex w-full items-center gap-2 rounded-control px-2 py-1.5 text-left outline-offset-0 hover:bg-hover data-popup-open:bg-press max-md:py-2.5",
        collapsed && "justify-center px-0",
      )}
    >
      <Avatar email={email} />
      {!collapsed && (
        <>
          <span className="min-w-0 flex-1 truncate text-ink-2">{email}</span>
          <ChevronsUpDown size={14} strokeWidth={1.75} aria-hidden="true" className="text-ink-3" />
        </>
      )}
    </button>
  );
  return (
    <Menu trigger={trigger} side="top" align="start" className="min-w-50">
      <MenuLink href="/profile" icon={<UserRound strokeWidth={1.75} />}>
        My profile
      </MenuLink>
      <MenuSeparator />
      <MenuChoice label="Theme" value={theme} onValueChange={setTheme} options={THEMES} />
      <MenuSeparator />
      <MenuItem icon={<LogOut strokeWidth={1.75} />} onSelect={onSignOut}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
