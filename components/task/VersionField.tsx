"use client";

import { ChevronsUpDown } from "lucide-react";
import type { UseFormReturn } from "react-hook-form";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Input } from "../ui/Input";
import { Menu, MenuItem } from "../ui/Menu";
import type { CollectValues } from "./collect-form";

const MAX_LISTED = 40;

type Props = {
  form: UseFormReturn<CollectValues>;
  /** Newest first; empty while the package is not known. */
  versions: readonly string[];
  newest: string | null;
};

/** A version to type or to choose; empty is the newest, which is shown. */
export function VersionField({ form, versions, newest }: Props) {
  const choose = (version: string) =>
    form.setValue("package_version", version, { shouldValidate: true, shouldDirty: true });
  return (
    <Field stacked label="Version" error={form.formState.errors.package_version?.message}>
      <Input
        mono
        placeholder={newest === null ? "latest" : `${newest} (latest)`}
        className="pr-1!"
        {...form.register("package_version")}
        suffix={
          versions.length === 0 ? undefined : (
            <Menu
              className="max-h-80 overflow-y-auto"
              trigger={
                <Button icon size="sm" variant="ghost" aria-label="Versions">
                  <ChevronsUpDown strokeWidth={1.75} />
                </Button>
              }
            >
              {versions.slice(0, MAX_LISTED).map((version) => (
                <MenuItem key={version} onSelect={() => choose(version === newest ? "" : version)}>
                  <span className="font-mono text-12">{version}</span>
                  {version === newest && <span className="ml-2 text-12 text-ink-3">latest</span>}
                </MenuItem>
              ))}
            </Menu>
          )
        }
      />
    </Field>
  );
}
