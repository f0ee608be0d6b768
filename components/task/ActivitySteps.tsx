import type { ActivityView } from "@/server/contracts/task";
import { StateGlyph } from "../state/StateGlyph";
import { STATE_LOOKS } from "../state/words";
import { formatDuration } from "../ui/format";

/**
 * What an activity does, in order, with the time of each step.
 *
 * @param nowMs when this was asked of the server; the running step counts until then
 */
export function ActivitySteps({ activity, nowMs }: { activity: ActivityView; nowMs: number }) {
  const ended = activity.steps.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
  const running = Math.floor((nowMs - Date.parse(activity.timestamp_started)) / 1000 - ended);
  return (
    <ol aria-label="Steps" className="flex flex-col gap-2">
      {activity.steps.map(({ title, state, seconds, detail }, index) => (
        <li key={`${index} ${title}`} className="flex items-start gap-2">
          <StateGlyph state={state} className="mt-0.5" />
          <span className="min-w-0 flex-1">
            <span className={state === "pending" ? "text-ink-3" : undefined}>{title}</span>
            <span className="sr-only">, {STATE_LOOKS[state].word.toLowerCase()}</span>
            {detail !== null && <span className="block text-12 text-ink-3">{detail}</span>}
          </span>
          <span className="text-12 whitespace-nowrap text-ink-3 tabular-nums">
            {seconds !== null
              ? formatDuration(seconds)
              : state === "running" && running > 0
                ? formatDuration(running)
                : ""}
          </span>
        </li>
      ))}
    </ol>
  );
}
