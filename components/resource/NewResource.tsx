"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { ResourceCreate, type ResourceDocument } from "@/server/contracts/resource";
import { CreateDocument } from "../form/CreateDocument";
import { beginNavigation } from "../shell/NavigationProgress";
import { useTRPC } from "../trpc/client";
import { toast } from "../ui/Toaster";
import { newResource } from "./new-document";
import { ResourceForm } from "./ResourceForm";

const START = newResource("local");

export function NewResource() {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const create = useMutation(trpc.resource.create.mutationOptions());
  return (
    <CreateDocument
      noun="resource"
      parent={{ label: "Resources", href: "/admin/resources" }}
      contract={ResourceCreate}
      start={START}
      notice="Admin area. A new resource affects nobody until a profile of it is given to somebody."
      onCreate={async (draft) => {
        // Judged by the contract just before, and by the server again.
        const { resource_id } = await create.mutateAsync(draft as ResourceDocument);
        void queryClient.invalidateQueries(trpc.resource.list.queryFilter());
        toast(`The resource ${String(draft["name"])} is there. Give it a profile.`);
        beginNavigation();
        router.push(`/admin/resources/${resource_id}`);
      }}
    >
      <ResourceForm />
    </CreateDocument>
  );
}
