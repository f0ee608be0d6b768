"use client";

import { useQuery } from "@tanstack/react-query";
import { PackagePlus } from "lucide-react";
import { Controller, useWatch } from "react-hook-form";
import type { TaskGroupView } from "@/server/contracts/task";
import { parseWheelName } from "@/server/domain/tasks/package-name";
import { usePageParams } from "../shell/ShallowLinks";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Field } from "../ui/Field";
import { Input } from "../ui/Input";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import type { Source } from "./collect-form";
import { PinFields } from "./PinFields";
import { PreCheckNote } from "./PreCheckNote";
import type { CollectFormState } from "./use-collect-form";
import { usePreCheck } from "./use-pre-check";
import { VersionField } from "./VersionField";
import { WheelField } from "./WheelField";

const SOURCE_WORDS = [
  { value: "pypi", label: "PyPI" },
  { value: "wheel", label: "Wheel" },
] as const;

type Props = {
  state: CollectFormState;
  /** Groups of this person. */
  own: readonly TaskGroupView[];
  /** Why this person may not collect; undefined: they may. */
  disabledReason: string | undefined;
};

/** What to collect, and what the index says about it before one does. */
export function CollectForm({ state, own, disabledReason }: Props) {
  const params = usePageParams();
  const { form, source, problem } = state;
  const values = useWatch({ control: form.control });
  const pythons = useQuery(useTRPC().resource.pythons.queryOptions());
  const { check, versions, newest } = usePreCheck(
    {
      package: (values.package ?? "").trim(),
      package_version: (values.package_version ?? "").trim(),
      python_version: values.python_version ?? "",
    },
    { enabled: source === "pypi" && disabledReason === undefined, own },
  );
  const wheel = source === "wheel" && values.file ? parseWheelName(values.file.name) : null;
  const version = wheel?.version ?? (check.state === "ready" ? check.version : null);
  const isDoubtful = source === "pypi" && (check.state === "refused" || check.state === "owned");
  const { errors } = form.formState;
  return (
    <form
      aria-label="Collect a package"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!state.isPending && disabledReason === undefined)
          void state.submit({ found: check.state === "ready" ? check.version : null, newest });
      }}
      className="flex flex-col gap-3.5 px-(--gutter) py-4"
    >
      <h2 className="font-semibold">Collect a package</h2>
      {disabledReason !== undefined && <Callout tone="warn">{disabledReason}</Callout>}
      <Segmented<Source>
        label="Source"
        options={SOURCE_WORDS}
        value={source}
        onValueChange={(next) => params.go({ source: next === "pypi" ? null : next }, { replace: true })}
        className="self-start"
      />
      {source === "wheel" ? (
        <Controller
          control={form.control}
          name="file"
          render={({ field, fieldState }) => (
            <WheelField
              file={field.value}
              onChange={(file) => {
                field.onChange(file);
                form.clearErrors("file");
              }}
              error={fieldState.error?.message}
              sent={state.sent}
              onCancel={state.cancelUpload}
            />
          )}
        />
      ) : (
        <Field stacked label="Package name" error={errors.package?.message}>
          <Input mono placeholder="fractal-tasks-core" spellCheck={false} {...form.register("package")} />
        </Field>
      )}
      <div className="flex gap-3 *:min-w-0 *:flex-1">
        {source === "pypi" && <VersionField form={form} versions={versions} newest={newest} />}
        <Field
          stacked
          label="Python"
          error={errors.python_version?.message ?? pythons.error?.message ?? undefined}
        >
          <Controller
            control={form.control}
            name="python_version"
            render={({ field }) => (
              <Select
                options={(pythons.data?.versions ?? []).map((one) => ({ value: one, label: one }))}
                value={field.value || (pythons.data?.default_version ?? null)}
                onValueChange={field.onChange}
                placeholder=""
              />
            )}
          />
        </Field>
      </div>
      <PinFields form={form} />
      <Field
        stacked
        label={
          <>
            Extras <span className="font-normal text-ink-3">optional</span>
          </>
        }
        error={errors.package_extras?.message}
      >
        <Input mono placeholder="none" {...form.register("package_extras")} />
      </Field>
      {source === "pypi" && <PreCheckNote check={check} packagesHref={params.href({ tab: "packages" })} />}
      {problem !== undefined && (
        <Callout tone="fail" announce title="Not collected.">
          {problem}
        </Callout>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          variant={isDoubtful ? "outline" : "solid"}
          pending={state.isPending}
          disabledReason={disabledReason}
          className="max-w-full"
        >
          <PackagePlus strokeWidth={1.75} />
          <span className="min-w-0 truncate">
            {isDoubtful ? "Try anyway" : version === null ? "Collect" : `Collect ${version}`}
          </span>
        </Button>
        {form.formState.isDirty && (
          <Button variant="ghost" onClick={state.clear}>
            Clear
          </Button>
        )}
      </div>
    </form>
  );
}
