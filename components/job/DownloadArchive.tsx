"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import type { MouseEvent } from "react";
import type { JobView } from "@/server/contracts/job";
import { buttonStyle } from "../ui/button-style";
import { formatBytes } from "../ui/format";

/** Only for a job that `hasArchive`. */
export function DownloadArchive({ job, size = "md" }: { job: JobView; size?: "sm" | "md" }) {
  const href = `/api/archive/${job.id}`;
  const bytes = job.archive_bytes === null ? "" : `, ${formatBytes(job.archive_bytes)}`;
  const [refusal, setRefusal] = useState<string | null>(null);
  const onClick = async (event: MouseEvent) => {
    event.preventDefault();
    const found = await refusalOf(href);
    setRefusal(found);
    if (found === null) window.location.assign(href);
  };
  return (
    <span className="relative inline-flex">
      <a
        href={href}
        download
        onClick={(event) => void onClick(event)}
        title={`Everything this job wrote for itself: logs, arguments, outputs of its calls${bytes}`}
        className={buttonStyle({ variant: "outline", size })}
      >
        <Download strokeWidth={1.75} aria-hidden="true" /> Download
      </a>
      {refusal !== null && (
        // Over the page: a sentence of any length must not push the buttons about.
        <span
          role="alert"
          className="absolute top-full right-0 z-10 mt-1 w-72 rounded-panel border border-line bg-raised p-2.5 text-13 break-words text-fail-ink shadow-float max-md:fixed max-md:inset-x-4 max-md:top-auto max-md:bottom-20 max-md:w-auto"
        >
          {refusal}
        </span>
      )}
    </span>
  );
}

/** A browser says only "failed" of a download; so its first byte is asked for before. Null: it can be had. */
async function refusalOf(href: string): Promise<string | null> {
  try {
    const answer = await fetch(href, { headers: { range: "bytes=0-0" } });
    if (answer.ok) return null;
    const { error } = (await answer.json()) as { error: string };
    return error;
  } catch {
    return "The server does not answer. Try again when it is there.";
  }
}
