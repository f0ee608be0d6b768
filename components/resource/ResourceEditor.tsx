"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CirclePause, CirclePlay, Download, Shield, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ResourceCreate, type ResourceDocument, type ResourceView } from "@/server/contracts/resource";
import { DocumentWorkspace, whyNotSaved } from "../form/DocumentWorkspace";
import { toText } from "../form/document";
import { downloadText } from "../form/download";
import { ReviewDialog } from "../form/ReviewDialog";
import { useDocument } from "../form/use-document";
import { useLeaveGuard } from "../form/use-leave-guard";
import { Crumbs } from "../shell/crumbs";
import { beginNavigation } from "../shell/NavigationProgress";
import { Band, PageHead } from "../shell/PageHead";
import { StatePill } from "../state/StatePill";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { formatNoun } from "../ui/format";
import { LinkButton } from "../ui/LinkButton";
import { Tag } from "../ui/Tag";
import { toast } from "../ui/Toaster";
import { ResourceForm } from "./ResourceForm";
import { affectedBy, people, resourceState } from "./resource-words";

/** One resource: what it is, who is affected, the document as form and JSON, and what can be done with it. */
export function ResourceEditor({ resourceId }: { resourceId: number }) {
  const { data } = useQuery(useTRPC().resource.get.queryOptions({ resource_id: resourceId }));
  return data ? <LoadedResource view={data} /> : null;
}

function LoadedResource({ view }: { view: ResourceView }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const editor = useDocument(ResourceCreate, view.document);
  // The version that was edited; what is polled or saved by others does not move it.
  const [version, setVersion] = useState(view.version);
  const [dialog, setDialog] = useState<"review" | "pause" | "delete" | null>(null);
  const update = useMutation(trpc.resource.update.mutationOptions());
  const remove = useMutation(trpc.resource.delete.mutationOptions());
  const { use, name } = view;
  const isPaused = editor.base["prevent_new_submissions"] === true;
  const state = resourceState({ ...view, prevent_new_submissions: isPaused });
  const close = (open: boolean) => setDialog((now) => (open ? now : null));

  const reload = async () => {
    const next = await queryClient.query({
      ...trpc.resource.get.queryOptions({ resource_id: view.id }),
      staleTime: 0,
    });
    editor.setBase(next.document);
    setVersion(next.version);
  };
  const store = async (document: ResourceDocument) => {
    const saved = await update.mutateAsync({ resource_id: view.id, version, document });
    editor.setBase({ ...document });
    setVersion(saved.version);
    void queryClient.invalidateQueries(trpc.resource.pathFilter());
  };
  const save = async () => {
    const count = formatNoun(editor.changes.length, "change");
    await store(editor.draft as ResourceDocument);
    toast(`Saved ${count} of ${String(editor.draft["name"])}`);
  };
  const pause = async () => {
    await store({ ...(editor.base as ResourceDocument), prevent_new_submissions: !isPaused });
    toast(isPaused ? `${name} accepts new jobs` : `${name} takes no new jobs`);
  };
  const guard = useLeaveGuard({
    isDirty: editor.changes.length > 0,
    what: `${formatNoun(editor.changes.length, "change")} of ${name} would be lost.`,
    save,
    discard: editor.discard,
  });
  return (
    <>
      <Crumbs
        items={[
          { label: "Admin", href: "/admin" },
          { label: "Resources", href: "/admin/resources" },
          { label: name },
        ]}
      />
      <Band icon={<Shield strokeWidth={1.75} />}>
        Admin area. Changes here affect everybody: {affectedBy(name, use)}
      </Band>
      <PageHead
        ruled
        title={name}
        pill={<StatePill state={state.state}>{state.word}</StatePill>}
        facts={
          <>
            <Tag mono>{view.type}</Tag> {formatNoun(use.profiles, "profile")}, {formatNoun(use.users, "user")}
          </>
        }
        actions={
          <>
            <LinkButton href={`/admin/profiles?resource=${view.id}`}>Profiles</LinkButton>
            <Button onClick={() => downloadText(`resource-${name}.json`, toText(editor.base))}>
              <Download strokeWidth={1.75} /> Export
            </Button>
            <Button onClick={() => setDialog("pause")}>
              {isPaused ? <CirclePlay strokeWidth={1.75} /> : <CirclePause strokeWidth={1.75} />}
              {isPaused ? "Allow new jobs" : "Stop new jobs"}
            </Button>
            <Button variant="danger-outline" onClick={() => setDialog("delete")}>
              <Trash2 strokeWidth={1.75} /> Delete
            </Button>
            {editor.changes.length > 0 && (
              <Button variant="ghost" onClick={editor.discard}>
                Discard
              </Button>
            )}
            <Button variant="solid" disabledReason={whyNotSaved(editor)} onClick={() => setDialog("review")}>
              Review {formatNoun(editor.changes.length, "change")}
            </Button>
          </>
        }
      />
      <DocumentWorkspace editor={editor} label="Resource as JSON">
        <ResourceForm />
      </DocumentWorkspace>
      <ReviewDialog
        open={dialog === "review"}
        onOpenChange={close}
        editor={editor}
        name={name}
        effect={`This affects everybody on it: ${affectedBy(name, use)}`}
        onSave={save}
        onReload={reload}
      />
      <ConfirmDialog
        open={dialog === "pause"}
        onOpenChange={close}
        title={isPaused ? `Allow new jobs on ${name}?` : `Stop new jobs on ${name}?`}
        confirmLabel={isPaused ? "Allow new jobs" : "Stop new jobs"}
        onConfirm={pause}
      >
        {isPaused
          ? `${people(use.users)} can submit again.`
          : `${people(use.users)} cannot submit until you allow it again. ${runningSentence(use.active_jobs)}`}
        {editor.changes.length > 0 && " Your unsaved changes stay unsaved."}
      </ConfirmDialog>
      <ConfirmDialog
        open={dialog === "delete"}
        onOpenChange={close}
        danger
        title={`Delete the resource ${name}?`}
        confirmLabel="Delete resource"
        onConfirm={async () => {
          await remove.mutateAsync({ resource_id: view.id });
          editor.discard();
          toast(`The resource ${name} is deleted`);
          void queryClient.invalidateQueries(trpc.resource.list.queryFilter());
          beginNavigation();
          router.push("/admin/resources");
        }}
      >
        Its description goes. Files on disk stay. A resource that profiles, projects, task packages or jobs
        use cannot be deleted.
      </ConfirmDialog>
      {guard}
    </>
  );
}

function runningSentence(jobs: number): string {
  if (jobs === 0) return "No job runs on it now.";
  if (jobs === 1) return "The running job finishes its current task and stops before the next.";
  return `The ${jobs} running jobs finish their current task and stop before the next.`;
}
