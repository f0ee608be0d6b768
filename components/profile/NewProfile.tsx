"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ProfileCreate, type ProfileDocument } from "@/server/contracts/profile";
import type { ResourceSummary } from "@/server/contracts/resource";
import { CreateDocument } from "../form/CreateDocument";
import { useEditor } from "../form/DocumentFields";
import type { JsonMap } from "../form/json";
import { TYPE_WORDS } from "../resource/resource-words";
import { beginNavigation } from "../shell/NavigationProgress";
import { usePageParams } from "../shell/ShallowLinks";
import { useTRPC } from "../trpc/client";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { toast } from "../ui/Toaster";
import { ProfileForm } from "./ProfileForm";

const EMPTY = {
  local: {},
  slurm_sudo: { username: "" },
  slurm_ssh: { username: "", ssh_key_path: "", jobs_remote_dir: "", tasks_remote_dir: "" },
} as const;

const startFor = (resource: ResourceSummary | undefined, name: unknown = ""): JsonMap => ({
  name,
  resource_type: resource?.type ?? "local",
  ...EMPTY[resource?.type ?? "local"],
});

/** The resource comes first: it says which fields there are. */
export function NewProfile() {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const params = usePageParams();
  const resources = useQuery(trpc.resource.list.queryOptions()).data ?? [];
  const [resourceId, setResourceId] = useState(
    params.getId("resource") ?? (resources.length === 1 ? resources[0]?.id : undefined),
  );
  const create = useMutation(trpc.profile.create.mutationOptions());
  const resource = resources.find(({ id }) => id === resourceId);
  const [start] = useState(() => startFor(resource));
  return (
    <CreateDocument
      noun="profile"
      parent={{ label: "Profiles", href: "/admin/profiles" }}
      contract={ProfileCreate}
      start={start}
      notice="Admin area. A new profile affects nobody until it is given to somebody."
      disabledReason={resource === undefined ? "Choose a resource first." : undefined}
      onCreate={async (draft) => {
        const document = draft as ProfileDocument;
        const { profile_id } = await create.mutateAsync({ resource_id: resource?.id ?? 0, document });
        void queryClient.invalidateQueries(trpc.profile.list.pathFilter());
        toast(`The profile ${document.name} is there.`);
        beginNavigation();
        router.push(`/admin/profiles/${profile_id}`);
      }}
    >
      <ProfileForm>
        <ResourceField resources={resources} value={resourceId} onValueChange={setResourceId} />
      </ProfileForm>
    </CreateDocument>
  );
}

type Props = {
  resources: readonly ResourceSummary[];
  value: number | undefined;
  onValueChange: (id: number) => void;
};

function ResourceField({ resources, value, onValueChange }: Props) {
  const editor = useEditor();
  return (
    <Field label="Resource" help="It cannot be changed later." required>
      <Select
        value={value === undefined ? null : String(value)}
        options={resources.map(({ id, name, type }) => ({
          value: String(id),
          label: name,
          note: TYPE_WORDS[type],
        }))}
        onValueChange={(id) => {
          const chosen = resources.find((one) => String(one.id) === id);
          onValueChange(Number(id));
          if (chosen && chosen.type !== editor.draft["resource_type"])
            editor.set([], startFor(chosen, editor.draft["name"]));
        }}
      />
    </Field>
  );
}
