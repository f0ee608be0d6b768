"use client";

import { Plus, X } from "lucide-react";
import { Controller, useFieldArray } from "react-hook-form";
import type { UseFormReturn } from "react-hook-form";
import { Button } from "../ui/Button";
import { FieldError } from "../ui/Field";
import { Input } from "../ui/Input";
import { Select } from "../ui/Select";
import type { CollectValues } from "./collect-form";

const WHEN = [
  { value: "pre", label: "before", note: "the package must live with it" },
  { value: "post", label: "after", note: "replaces what was chosen" },
] as const;

/** Versions that are installed whatever the package says. */
export function PinFields({ form }: { form: UseFormReturn<CollectValues> }) {
  const { fields, append, remove } = useFieldArray({ control: form.control, name: "pins" });
  const errors = form.formState.errors.pins;
  return (
    <div role="group" aria-label="Pinned versions">
      <p className="mb-1 font-medium">
        Pinned versions <span className="font-normal text-ink-3">optional</span>
      </p>
      <ul className="flex flex-col gap-2.5">
        {fields.map((field, index) => {
          const nth = `of pin ${index + 1}`;
          const problem = errors?.[index]?.name?.message ?? errors?.[index]?.version?.message;
          return (
            <li key={field.id} className="flex flex-col gap-1.5">
              <div className="flex gap-1.5">
                <Input
                  mono
                  placeholder="package"
                  aria-label={`Name ${nth}`}
                  aria-invalid={errors?.[index]?.name !== undefined}
                  className="min-w-0 flex-1"
                  {...form.register(`pins.${index}.name`)}
                />
                <Button
                  icon
                  variant="ghost"
                  aria-label={`Remove pin ${index + 1}`}
                  onClick={() => remove(index)}
                >
                  <X strokeWidth={1.75} />
                </Button>
              </div>
              <div className="flex gap-1.5 pr-[36px] max-md:pr-[46px]">
                <Input
                  mono
                  placeholder="version"
                  aria-label={`Version ${nth}`}
                  aria-invalid={errors?.[index]?.version !== undefined}
                  className="min-w-0 flex-1"
                  {...form.register(`pins.${index}.version`)}
                />
                <Controller
                  control={form.control}
                  name={`pins.${index}.when`}
                  render={({ field: when }) => (
                    <Select
                      aria-label={`Install pin ${index + 1}`}
                      options={WHEN}
                      value={when.value}
                      onValueChange={when.onChange}
                      className="w-24! shrink-0"
                    />
                  )}
                />
              </div>
              {problem !== undefined && <FieldError>{problem}</FieldError>}
            </li>
          );
        })}
      </ul>
      <Button
        size="sm"
        variant="ghost"
        className={fields.length === 0 ? "-ml-2" : "mt-1.5 -ml-2"}
        onClick={() => append({ name: "", version: "", when: "post" })}
      >
        <Plus strokeWidth={1.75} />
        Pin a version
      </Button>
    </div>
  );
}
