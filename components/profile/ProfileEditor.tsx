"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Shield, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ProfileCreate, type ProfileDocument, type ProfileView } from "@/server/contracts/profile";
import { FormSection } from "../form/DocumentFields";
import { DocumentWorkspace, whyNotSaved } from "../form/DocumentWorkspace";
import { ReviewDialog } from "../form/ReviewDialog";
import { useDocument } from "../form/use-document";
import { useLeaveGuard } from "../form/use-leave-guard";
import { affectedBy } from "../resource/resource-words";
import { Crumbs } from "../shell/crumbs";
import { beginNavigation } from "../shell/NavigationProgress";
import { Band, PageHead } from "../shell/PageHead";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { formatNoun } from "../ui/format";
import { Tag } from "../ui/Tag";
import { toast } from "../ui/Toaster";
import { ProfileForm } from "./ProfileForm";

/** One profile: who has it, the document as form and JSON. */
export function ProfileEditor({ profileId }: { profileId: number }) {
  const { data } = useQuery(useTRPC().profile.get.queryOptions({ profile_id: profileId }));
  return data ? <LoadedProfile view={data} /> : null;
}

function LoadedProfile({ view }: { view: ProfileView }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const editor = useDocument(ProfileCreate, view.document);
  // The version that was edited; what others save does not move it.
  const [version, setVersion] = useState(view.version);
  const [dialog, setDialog] = useState<"review" | "delete" | null>(null);
  const update = useMutation(trpc.profile.update.mutationOptions());
  const remove = useMutation(trpc.profile.delete.mutationOptions());
  const { name, user_emails: emails } = view;
  const affected = affectedBy(name, view);
  const close = (open: boolean) => setDialog((now) => (open ? now : null));

  const save = async () => {
    const document = editor.draft as ProfileDocument;
    const count = formatNoun(editor.changes.length, "change");
    const saved = await update.mutateAsync({ profile_id: view.id, version, document });
    editor.setBase({ ...document });
    setVersion(saved.version);
    void queryClient.invalidateQueries(trpc.profile.pathFilter());
    toast(`Saved ${count} of ${document.name}`);
  };
  const reload = async () => {
    const next = await queryClient.query({
      ...trpc.profile.get.queryOptions({ profile_id: view.id }),
      staleTime: 0,
    });
    editor.setBase(next.document);
    setVersion(next.version);
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
          { label: "Profiles", href: "/admin/profiles" },
          { label: name },
        ]}
      />
      <Band icon={<Shield strokeWidth={1.75} />}>Admin area. Changes here affect others: {affected}</Band>
      <PageHead
        ruled
        title={name}
        facts={
          <>
            <Tag mono>{view.resource_type}</Tag> on{" "}
            <Link href={`/admin/resources/${view.resource_id}`} className="text-ink-2 underline">
              {view.resource_name}
            </Link>
          </>
        }
        actions={
          <>
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
      <DocumentWorkspace editor={editor} label="Profile as JSON">
        <ProfileForm />
        <FormSection title="People" note={String(emails.length)}>
          {emails.length === 0 ? (
            <p className="text-ink-3">Nobody has this profile yet.</p>
          ) : (
            <ul className="flex flex-col gap-1">
              {emails.map((email) => (
                <li key={email}>{email}</li>
              ))}
            </ul>
          )}
        </FormSection>
      </DocumentWorkspace>
      <ReviewDialog
        open={dialog === "review"}
        onOpenChange={close}
        editor={editor}
        name={name}
        effect={`This affects everybody who has it: ${affected}`}
        onSave={save}
        onReload={reload}
      />
      <ConfirmDialog
        open={dialog === "delete"}
        onOpenChange={close}
        danger
        title={`Delete the profile ${name}?`}
        confirmLabel="Delete profile"
        onConfirm={async () => {
          await remove.mutateAsync({ profile_id: view.id });
          editor.discard();
          toast(`The profile ${name} is deleted`);
          void queryClient.invalidateQueries(trpc.profile.list.pathFilter());
          beginNavigation();
          router.push("/admin/profiles");
        }}
      >
        Its description goes. Files on disk stay. A profile that people have, or that jobs ran with, cannot be
        deleted.
      </ConfirmDialog>
      {guard}
    </>
  );
}
