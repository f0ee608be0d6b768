import Link from "next/link";
import { StateGlyph } from "../state/StateGlyph";
import { Callout } from "../ui/Callout";
import type { PreCheck } from "./use-pre-check";

type Props = { check: PreCheck; packagesHref: string };

/** What would happen if one collected now. */
export function PreCheckNote({ check, packagesHref }: Props) {
  if (check.state === "idle") return null;
  return (
    <div aria-live="polite" className="[overflow-wrap:anywhere]">
      {check.state === "asking" && (
        <Callout icon={<StateGlyph state="running" />}>Asking the index …</Callout>
      )}
      {check.state === "ready" && (
        <Callout tone="done" title="Ready to collect.">
          {check.pkg_name} {check.version} fits Python {check.python_version}.
        </Callout>
      )}
      {check.state === "owned" &&
        (check.group.active ? (
          <Callout tone="warn" title={`You have ${check.group.pkg_name} ${check.group.version} already.`}>
            It is in{" "}
            <Link href={packagesHref} className="underline">
              My packages
            </Link>
            .
          </Callout>
        ) : (
          <Callout tone="info">
            {check.group.pkg_name} {check.group.version} is being collected now.
          </Callout>
        ))}
      {check.state === "refused" && (
        <Callout tone="fail" title="It would not work.">
          {check.reason}
        </Callout>
      )}
    </div>
  );
}
