import { cx } from "class-variance-authority";

import { CopyButton } from "./CopyButton";
import { cutMiddle } from "./cut-middle";

export type MiddleTruncateProps = {
  text: string;
  /** Characters shown at most. */
  max?: number;
  /** Button that copies the whole text, seen on hover and focus. */
  copyable?: boolean;
  mono?: boolean;
  className?: string;
};

/** A long path, cut in the middle; the whole of it is in the tooltip and on the clipboard. */
export function MiddleTruncate({
  text,
  max = 48,
  copyable = false,
  mono = true,
  className,
}: MiddleTruncateProps) {
  return (
    <span className={cx("group/cut inline-flex max-w-full min-w-0 items-center gap-0.5", className)}>
      <span title={text} className={cx("truncate", mono && "font-mono text-12")}>
        {cutMiddle(text, max)}
      </span>
      {copyable && (
        <CopyButton
          text={text}
          label="Copy path"
          className="-my-1 opacity-0 group-hover/cut:opacity-100 focus-visible:opacity-100 max-md:opacity-100"
        />
      )}
    </span>
  );
}
