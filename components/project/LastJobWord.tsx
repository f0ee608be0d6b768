import Link from "next/link";
import { StateWord } from "@/components/state/StateWord";
import { STATE_LOOKS } from "@/components/state/words";
import { formatNoun } from "@/components/ui/format";
import type { LastJob } from "@/server/contracts/project";

type Props = {
  job: LastJob;
  /** False inside a row that is a link itself. */
  isLink?: boolean;
};

/** State of the newest job of a project, dataset or workflow: "Failed, 62 units". */
export function LastJobWord({ job, isLink = true }: Props) {
  if (job === null) return <StateWord state="waiting">No job yet</StateWord>;
  const { word } = STATE_LOOKS[job.state];
  const text = job.units_failed > 0 ? `${word}, ${formatNoun(job.units_failed, "unit")} failed` : word;
  const shown = (
    <StateWord state={job.state}>
      {job.state === "failed" && job.units_failed > 0
        ? `Failed, ${formatNoun(job.units_failed, "unit")}`
        : text}
    </StateWord>
  );
  if (!isLink) return shown;
  return (
    <Link
      href={`/jobs/${job.id}`}
      className="rounded-tag hover:underline"
      aria-label={`Job ${job.id}: ${text}`}
    >
      {shown}
    </Link>
  );
}
