"use client";

import { DocumentName } from "@/server/contracts/resource";
import { FormSection, TextField, useEditor } from "../form/DocumentFields";
import { Callout } from "../ui/Callout";
import { Field } from "../ui/Field";
import { Tag } from "../ui/Tag";

/** A name that can be shown while the document is edited. */
export const shownName = (value: unknown) => DocumentName.safeParse(value).data ?? "this profile";

/** The fields of a profile; which there are depends on the type of its resource. */
export function ProfileForm({ children }: { children?: React.ReactNode }) {
  const { draft, problemAt } = useEditor();
  const type = draft["resource_type"];
  return (
    <>
      <FormSection title="Profile">
        {children}
        <Field label="Resource type" help="That of its resource." error={problemAt(["resource_type"])}>
          <span className="flex min-h-(--control-h) items-center">
            <Tag mono>{String(type)}</Tag>
          </span>
        </Field>
        <TextField path={["name"]} label="Name" help="Unique among all profiles." required />
        {type === "slurm_sudo" && (
          <TextField
            path={["username"]}
            label="Account"
            help="Tasks run as this user, by sudo -u."
            required
            mono
          />
        )}
        {type === "slurm_ssh" && (
          <TextField
            path={["username"]}
            label="Account"
            help="Used to log in over SSH; tasks run as this user."
            required
            mono
          />
        )}
        <Callout>
          {type === "local"
            ? "Tasks run as the account of this server."
            : "All people with this profile run as one account and can reach each other’s files."}
        </Callout>
      </FormSection>
      {type === "slurm_ssh" && (
        <FormSection title="On the cluster">
          <TextField
            path={["ssh_key_path"]}
            label="Private key"
            help="A file on this server, without passphrase."
            required
            mono
          />
          <TextField
            path={["jobs_remote_dir"]}
            label="Jobs"
            help="On the cluster: folders of jobs."
            required
            mono
          />
          <TextField
            path={["tasks_remote_dir"]}
            label="Tasks"
            help="On the cluster: environments of task packages."
            required
            mono
          />
          <TextField
            path={["pixi_cache_dir"]}
            label="Cache of pixi"
            mono
            fallback="cache, in the folder of pixi"
          />
        </FormSection>
      )}
    </>
  );
}
