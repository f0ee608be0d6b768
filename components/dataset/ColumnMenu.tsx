import { Columns3 } from "lucide-react";
import { Button } from "@/components/ui/Button";
import { Checkbox } from "@/components/ui/Checkbox";
import { Popover } from "@/components/ui/Popover";

type Props = {
  /** All attributes of the dataset. */
  names: readonly string[];
  shown: readonly string[];
  /** Null: the usual ones. */
  onChange: (columns: string[] | null) => void;
};

/** Which attributes are columns. */
export function ColumnMenu({ names, shown, onChange }: Props) {
  return (
    <Popover
      title="Columns"
      align="end"
      trigger={
        <Button variant="ghost" icon aria-label="Columns" className="max-md:hidden">
          <Columns3 strokeWidth={1.75} />
        </Button>
      }
    >
      <ul className="flex min-w-44 flex-col">
        {names.map((name) => (
          <li key={name}>
            <Checkbox
              label={name}
              checked={shown.includes(name)}
              onChange={() =>
                onChange(shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name])
              }
            />
          </li>
        ))}
      </ul>
      <Button variant="ghost" size="sm" className="mt-2 -ml-2" onClick={() => onChange(null)}>
        As usual
      </Button>
    </Popover>
  );
}
