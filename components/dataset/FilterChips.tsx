import type { DatasetView } from "@/components/dataset/use-dataset-params";
import { Button } from "@/components/ui/Button";
import { FilterChip } from "@/components/ui/Chip";

/** What is filtered by, each removable. */
export function FilterChips({ view }: { view: DatasetView }) {
  const { params, set } = view;
  const without = <Value,>(record: Readonly<Record<string, Value>>, key: string) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
  const chips = [
    ...Object.entries(params.attributes).map(([name, values]) => ({
      text: `${name}: ${values.map(String).join(", ")}`,
      remove: () => set({ attributes: without(params.attributes, name) }),
    })),
    ...Object.entries(params.types).map(([name, value]) => ({
      text: `${name}: ${value}`,
      remove: () => set({ types: without(params.types, name) }),
    })),
    ...(params.q.trim() === "" ? [] : [{ text: `path: ${params.q}`, remove: () => set({ q: null }) }]),
  ];
  if (chips.length === 0) return null;
  return (
    <>
      {chips.map(({ text, remove }) => (
        <FilterChip key={text} onRemove={remove} removeLabel={`Remove filter ${text}`}>
          <span className="max-w-48 truncate">{text}</span>
        </FilterChip>
      ))}
      <Button variant="ghost" size="sm" onClick={view.clearFilters}>
        Clear
      </Button>
    </>
  );
}
