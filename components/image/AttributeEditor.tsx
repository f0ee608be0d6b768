"use client";

import { Plus, X } from "lucide-react";
import { convertedText, nextRowId } from "@/components/image/attribute-rows";
import type { AttributeRow, RowErrors, TypeRow, ValueKind } from "@/components/image/attribute-rows";
import { Button } from "@/components/ui/Button";
import { FieldError } from "@/components/ui/Field";
import { Input } from "@/components/ui/Input";
import { Select } from "@/components/ui/Select";
import { Switch } from "@/components/ui/Switch";

const KINDS = [
  { value: "string", label: "Text" },
  { value: "number", label: "Number" },
  { value: "boolean", label: "Yes or no" },
] as const;

type Props<Row> = { rows: readonly Row[]; onChange: (rows: Row[]) => void; errors: RowErrors };

/** Names and values: text, number, or yes and no. */
export function AttributeEditor({ rows, onChange, errors }: Props<AttributeRow>) {
  const change = (id: number, patch: Partial<AttributeRow>) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...patch } : row)));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">Attributes</legend>
      <ul className="flex flex-col gap-2 max-md:gap-4">
        {rows.map((row, index) => {
          const who = row.name.trim() || `attribute ${index + 1}`;
          const error = errors[row.id];
          return (
            <li key={row.id}>
              <div className="grid grid-cols-[minmax(0,3fr)_112px_minmax(0,3fr)_auto] items-center gap-2 max-md:grid-cols-[minmax(0,1fr)_112px_auto]">
                <Input
                  aria-label={`Name of attribute ${index + 1}`}
                  aria-invalid={error?.name !== undefined || undefined}
                  placeholder="Name"
                  value={row.name}
                  onChange={(event) => change(row.id, { name: event.target.value })}
                />
                <Select<ValueKind>
                  aria-label={`Kind of ${who}`}
                  options={KINDS}
                  value={row.kind}
                  onValueChange={(kind) => change(row.id, { kind, text: convertedText(row.text, kind) })}
                />
                <div className="max-md:order-last max-md:col-span-3">
                  {row.kind === "boolean" ? (
                    <Switch
                      aria-label={`Value of ${who}`}
                      label={row.text === "true" ? "yes" : "no"}
                      checked={row.text === "true"}
                      onChange={(event) => change(row.id, { text: String(event.target.checked) })}
                    />
                  ) : (
                    <Input
                      aria-label={`Value of ${who}`}
                      aria-invalid={error?.value !== undefined || undefined}
                      inputMode={row.kind === "number" ? "decimal" : "text"}
                      placeholder="Value"
                      value={row.text}
                      onChange={(event) => change(row.id, { text: event.target.value })}
                    />
                  )}
                </div>
                <RemoveRow
                  label={`Remove ${who}`}
                  onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}
                />
              </div>
              {error !== undefined && (
                <FieldError>{[error.name, error.value].filter(Boolean).join(" ")}</FieldError>
              )}
            </li>
          );
        })}
      </ul>
      <AddRow onClick={() => onChange([...rows, { id: nextRowId(), name: "", kind: "string", text: "" }])}>
        Add attribute
      </AddRow>
    </fieldset>
  );
}

/** Names and a switch; a type that is not listed counts as no. */
export function TypeEditor({ rows, onChange, errors }: Props<TypeRow>) {
  const change = (id: number, patch: Partial<TypeRow>) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...patch } : row)));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">Types</legend>
      <ul className="flex flex-col gap-2">
        {rows.map((row, index) => {
          const who = row.name.trim() || `type ${index + 1}`;
          const error = errors[row.id]?.name;
          return (
            <li key={row.id}>
              <div className="grid grid-cols-[minmax(0,1fr)_64px_auto] items-center gap-3">
                <Input
                  aria-label={`Name of type ${index + 1}`}
                  aria-invalid={error !== undefined || undefined}
                  placeholder="Name"
                  value={row.name}
                  onChange={(event) => change(row.id, { name: event.target.value })}
                />
                <Switch
                  aria-label={`Is ${who}`}
                  label={row.value ? "yes" : "no"}
                  checked={row.value}
                  onChange={(event) => change(row.id, { value: event.target.checked })}
                />
                <RemoveRow
                  label={`Remove ${who}`}
                  onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}
                />
              </div>
              {error !== undefined && <FieldError>{error}</FieldError>}
            </li>
          );
        })}
      </ul>
      <AddRow onClick={() => onChange([...rows, { id: nextRowId(), name: "", value: true }])}>
        Add type
      </AddRow>
    </fieldset>
  );
}

function RemoveRow({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button variant="ghost" icon aria-label={label} onClick={onClick}>
      <X strokeWidth={1.75} />
    </Button>
  );
}

function AddRow({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <Button variant="ghost" size="sm" onClick={onClick} className="mt-1.5 -ml-2">
      <Plus strokeWidth={1.75} />
      {children}
    </Button>
  );
}
