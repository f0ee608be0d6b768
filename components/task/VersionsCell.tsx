import { ChevronDown } from "lucide-react";
import { Button } from "../ui/Button";
import { Menu, MenuLink } from "../ui/Menu";
import { Tag } from "../ui/Tag";
import type { CatalogueRow } from "./catalogue";

/** The version that is shown, and a way to the same task in the others. */
export function VersionsCell({ row }: { row: CatalogueRow }) {
  const shown = row.group.version;
  if (row.versions.length === 1)
    return (
      <span className="inline-flex max-w-full items-center gap-2">
        <span className="truncate font-mono text-12" title={shown}>
          {shown}
        </span>
        {!row.group.active && <Tag tone="warn">not active</Tag>}
      </span>
    );
  return (
    <Menu
      align="start"
      trigger={
        <Button
          size="sm"
          variant="ghost"
          className="-ml-2 max-w-full"
          aria-label={`${row.versions.length} versions of ${row.task.name}`}
        >
          <span className="truncate font-mono text-12">{shown}</span>
          <ChevronDown strokeWidth={1.75} />
        </Button>
      }
    >
      {row.versions.map((one) => (
        <MenuLink key={one.task_id} href={`/tasks/${one.task_id}`}>
          <span className="font-mono text-12">{one.version}</span>
          <span className="ml-auto pl-4 text-12 text-ink-3">
            {one.active ? one.owner_email : "not active"}
          </span>
        </MenuLink>
      ))}
    </Menu>
  );
}
