import { Download } from "lucide-react";
import type { JobView } from "@/server/contracts/job";
import { buttonStyle } from "../ui/button-style";
import { formatBytes } from "../ui/format";

/** Only for a job that `hasArchive`. */
export function DownloadArchive({ job, size = "md" }: { job: JobView; size?: "sm" | "md" }) {
  const bytes = job.archive_bytes === null ? "" : `, ${formatBytes(job.archive_bytes)}`;
  return (
    <a
      href={`/api/archive/${job.id}`}
      download
      title={`Everything this job wrote for itself: logs, arguments, outputs of its calls${bytes}`}
      className={buttonStyle({ variant: "outline", size })}
    >
      <Download strokeWidth={1.75} aria-hidden="true" /> Download
    </a>
  );
}
