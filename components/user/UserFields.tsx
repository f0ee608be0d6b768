"use client";

import { useQuery } from "@tanstack/react-query";
import { Controller } from "react-hook-form";
import type { Path, UseFormReturn } from "react-hook-form";
import { useTRPC } from "../trpc/client";
import { Checkbox } from "../ui/Checkbox";
import { Combobox } from "../ui/Combobox";
import { Field } from "../ui/Field";
import { Input } from "../ui/Input";
import { Textarea } from "../ui/Textarea";
import type { UserForm } from "./user-form";

const FLAGS = [
  { name: "is_active", label: "Active", help: "Off: signed out at once, tokens deleted. Jobs go on." },
  { name: "is_verified", label: "Verified", help: "You know who this is. Nothing works before." },
  { name: "is_superuser", label: "Administrator", help: "May open this area." },
  { name: "is_guest", label: "Guest account", help: "Reads what is shared and changes nothing." },
] as const;

/** The fields of an account, for a new one and for an old one. */
export function UserFields({
  form,
  changed = () => false,
}: {
  form: UseFormReturn<UserForm>;
  /** Whether a field differs from what is stored. */
  changed?: (name: Path<UserForm>) => boolean;
}) {
  const trpc = useTRPC();
  const profiles = useQuery(trpc.profile.list.queryOptions({})).data ?? [];
  const groups = useQuery(trpc.group.list.queryOptions()).data ?? [];
  const { errors } = form.formState;
  const flagError = errors.is_active ?? errors.is_superuser ?? errors.is_guest;
  return (
    <>
      <Field stacked label="E-mail" error={errors.email?.message} changed={changed("email")}>
        <Input {...form.register("email")} type="email" autoComplete="off" />
      </Field>
      <Field
        stacked
        group
        label="Account"
        error={flagError?.message}
        changed={FLAGS.some(({ name }) => changed(name))}
      >
        <ul className="grid gap-1.5">
          {FLAGS.map(({ name, label, help }) => (
            <li key={name}>
              <Checkbox
                {...form.register(name)}
                label={
                  <>
                    {label} <span className="text-12 text-ink-3">{help}</span>
                  </>
                }
              />
            </li>
          ))}
        </ul>
      </Field>
      <Field
        stacked
        label="Profile"
        help="Where this person computes, and as whom."
        error={errors.profile_id?.message}
        changed={changed("profile_id")}
      >
        <Controller
          control={form.control}
          name="profile_id"
          render={({ field }) => (
            <Combobox
              clearable
              placeholder="None: cannot run anything"
              options={profiles.map(({ id, name, resource_name }) => ({
                value: String(id),
                label: name,
                note: resource_name,
              }))}
              value={field.value}
              onValueChange={field.onChange}
            />
          )}
        />
      </Field>
      <Field
        stacked
        label="Project folders"
        help="One a line; the first is where new datasets go."
        error={errors.project_dirs?.message}
        changed={changed("project_dirs")}
      >
        <Textarea {...form.register("project_dirs")} mono rows={2} />
      </Field>
      <Field
        stacked
        label="SLURM accounts"
        help="One a line; the first is the default."
        error={errors.slurm_accounts?.message}
        changed={changed("slurm_accounts")}
      >
        <Textarea {...form.register("slurm_accounts")} mono rows={1} />
      </Field>
      <Field stacked group label="Groups" error={errors.group_ids?.message} changed={changed("group_ids")}>
        {groups.length === 0 ? (
          <p className="text-ink-3">There are no groups yet.</p>
        ) : (
          <ul className="flex flex-wrap gap-x-4 gap-y-1">
            {groups.map(({ id, name }) => (
              <li key={id}>
                <Checkbox {...form.register("group_ids")} value={String(id)} label={name} />
              </li>
            ))}
          </ul>
        )}
      </Field>
    </>
  );
}
