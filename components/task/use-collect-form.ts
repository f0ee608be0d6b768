"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useForm } from "react-hook-form";
import { placeServerErrors } from "../form/server-errors";
import { usePageParams } from "../shell/ShallowLinks";
import { useTRPC } from "../trpc/client";
import { collectForm, EMPTY_COLLECT, toCollectInput } from "./collect-form";
import type { CollectValues, LookedUp, Source } from "./collect-form";
import { UnusedUpload } from "./unused-upload";
import { UploadError, uploadFile } from "./upload-file";

const SERVER_FIELDS = ["package", "package_version", "python_version", "package_extras"] as const;

/** The form lives above the tabs of the page, so that what was typed (and the file) survives them. */
export function useCollectForm() {
  const params = usePageParams();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const source: Source = params.get("source") === "wheel" ? "wheel" : "pypi";
  const form = useForm<CollectValues>({
    resolver: zodResolver(collectForm(source)),
    defaultValues: EMPTY_COLLECT,
  });
  const [problem, setProblem] = useState<string>();
  const [sent, setSent] = useState<number | null>(null);
  const upload = useRef<AbortController>(null);
  const [unused] = useState(() => new UnusedUpload());
  const collect = useMutation(trpc.task.collect.mutationOptions());

  const send = async (file: File) => {
    upload.current = new AbortController();
    setSent(0);
    try {
      return await uploadFile(file, { onProgress: setSent, signal: upload.current.signal });
    } finally {
      setSent(null);
    }
  };
  /** @param lookedUp what the index said of the package in the form */
  const submit = (lookedUp: LookedUp) =>
    form.handleSubmit(async (values) => {
      setProblem(undefined);
      try {
        const { file } = values;
        const from = source === "wheel" && file !== null ? await unused.of(file, () => send(file)) : lookedUp;
        const { activity_id } = await collect.mutateAsync(toCollectInput(values, from));
        unused.forget();
        await Promise.all([
          queryClient.invalidateQueries(trpc.task.activities.queryFilter()),
          queryClient.invalidateQueries(trpc.task.groups.queryFilter()),
        ]);
        params.go({ collection: activity_id });
      } catch (err) {
        unused.refusedWith(err);
        if (err instanceof UploadError) form.setError("file", { type: "server", message: err.message });
        else setProblem(placeServerErrors(err, form, SERVER_FIELDS));
      }
    })();
  return {
    form,
    source,
    problem,
    sent,
    isPending: form.formState.isSubmitting,
    submit,
    cancelUpload: () => upload.current?.abort(),
    clear: () => {
      setProblem(undefined);
      form.reset(EMPTY_COLLECT);
    },
  };
}

export type CollectFormState = ReturnType<typeof useCollectForm>;
