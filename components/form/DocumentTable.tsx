"use client";

import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../ui/Button";
import { Field, FieldError } from "../ui/Field";
import { FieldContext } from "../ui/field-context";
import { Input } from "../ui/Input";
import { Select } from "../ui/Select";
import { DocumentCell, usePlace, type FieldProps } from "./DocumentFields";
import { renameKey } from "./document";
import { isMap, type JsonMap } from "./json";

type TableProps = FieldProps & {
  /** What a row is: "Variable", "Version". */
  keyLabel: string;
  valueLabel: string;
  /** Closed list of keys; without it keys are typed. */
  keys?: readonly string[];
  addLabel: string;
};

/** An object as rows of key and value. */
export function TableField({
  path,
  label,
  help,
  required = false,
  keyLabel,
  valueLabel,
  keys,
  addLabel,
}: TableProps) {
  const { value, error, changed, isLocked, set } = usePlace(path);
  const map: JsonMap = isMap(value) ? value : {};
  const names = Object.keys(map);
  const free =
    keys === undefined ? (names.includes("") ? [] : [""]) : keys.filter((key) => !names.includes(key));
  const [next] = free;
  return (
    <Field group label={label} help={help} required={required} changed={changed} error={error}>
      <div className="flex min-w-0 flex-col gap-1.5">
        {names.map((name, index) => (
          <FieldContext key={index} value={null}>
            <div className="flex items-start gap-1.5">
              {keys === undefined ? (
                <KeyInput
                  name={name}
                  taken={names}
                  label={`${keyLabel} ${index + 1}`}
                  isLocked={isLocked}
                  onRename={(to) => set(renameKey(map, name, to))}
                />
              ) : (
                <Select
                  mono
                  aria-label={`${keyLabel} ${index + 1}`}
                  className="w-24! shrink-0"
                  value={name}
                  options={[name, ...free].map((key) => ({ value: key, label: key }))}
                  onValueChange={(to) => set(renameKey(map, name, to))}
                  disabled={isLocked}
                />
              )}
              <DocumentCell
                path={[...path, name]}
                required
                mono
                label={`${valueLabel} of ${name === "" ? `row ${index + 1}` : name}`}
              />
              <Button
                variant="ghost"
                size="sm"
                icon
                aria-label={`Remove ${name === "" ? `row ${index + 1}` : name}`}
                disabledReason={isLocked ? "The JSON has an error." : undefined}
                onClick={() => set(Object.fromEntries(Object.entries(map).filter(([key]) => key !== name)))}
              >
                <Trash2 strokeWidth={1.75} />
              </Button>
            </div>
          </FieldContext>
        ))}
        {names.length === 0 && <p className="text-ink-3">None</p>}
        <Button
          size="sm"
          className="self-start"
          disabledReason={
            isLocked
              ? "The JSON has an error."
              : next === undefined
                ? "Fill in the row that is there first."
                : undefined
          }
          onClick={() => set({ ...map, [next ?? ""]: "" })}
        >
          <Plus strokeWidth={1.75} /> {addLabel}
        </Button>
      </div>
    </Field>
  );
}

type KeyProps = {
  name: string;
  taken: readonly string[];
  label: string;
  isLocked: boolean;
  onRename: (to: string) => void;
};

/** A name that is there already is kept here until it is another one: two rows of one name would be one. */
function KeyInput({ name, taken, label, isLocked, onRename }: KeyProps) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <span className="w-2/5 shrink-0">
      <Input
        mono
        aria-label={label}
        spellCheck={false}
        value={typed ?? name}
        readOnly={isLocked}
        onChange={(event) => {
          const to = event.target.value;
          const isTaken = to !== name && taken.includes(to);
          setTyped(isTaken ? to : null);
          if (!isTaken) onRename(to);
        }}
      />
      {typed !== null && (
        <FieldError>{`There is already a row ${typed}. This one is still called ${name}.`}</FieldError>
      )}
    </span>
  );
}
