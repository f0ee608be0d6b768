import { Activity, Folder, House, Layers2, Package, Shield, type LucideIcon } from "lucide-react";

export type Section = "home" | "projects" | "datasets" | "jobs" | "tasks" | "admin";

export type NavEntry = { section: Section; href: string; label: string; icon: LucideIcon };

export const NAV: readonly NavEntry[] = [
  { section: "home", href: "/", label: "Home", icon: House },
  { section: "projects", href: "/projects", label: "Projects", icon: Folder },
  { section: "datasets", href: "/datasets", label: "Datasets", icon: Layers2 },
  { section: "jobs", href: "/jobs", label: "Jobs", icon: Activity },
  { section: "tasks", href: "/tasks", label: "Tasks", icon: Package },
  { section: "admin", href: "/admin", label: "Admin", icon: Shield },
];

/** A workflow belongs to Projects; null where no section fits. */
export function sectionOf(pathname: string): Section | null {
  if (pathname === "/") return "home";
  const parts = pathname.split("/").filter(Boolean);
  if (parts[0] === "workflows") return "projects";
  if (parts[0] === "projects") {
    if (parts[2] === "jobs") return "jobs";
    if (parts[2] === "datasets") return "datasets";
    return "projects";
  }
  return NAV.find((entry) => entry.section === parts[0])?.section ?? null;
}
