import { cva, cx, type VariantProps } from "class-variance-authority";
import type { ReactNode } from "react";

const tag = cva("inline-flex h-5 max-w-full items-center gap-1 rounded-tag px-1.5 whitespace-nowrap", {
  variants: {
    tone: {
      plain: "bg-sunken text-ink-2",
      line: "text-ink-2 shadow-[inset_0_0_0_1px_var(--line-2)]",
      done: "bg-done-soft text-done-ink",
      run: "bg-run-soft text-run-ink",
      fail: "bg-fail-soft text-fail-ink",
      warn: "bg-warn-soft text-warn-ink",
      select: "bg-select-soft text-select-ink",
    },
    mono: { true: "font-mono text-11 tracking-[-0.01em]", false: "text-[11.5px] leading-4 font-medium" },
  },
  defaultVariants: { tone: "plain", mono: false },
});

export type TagProps = VariantProps<typeof tag> & { children: ReactNode; className?: string };

/** A fact in a box: package and version, a count of failures, a folder. `mono` for what can be copied. */
export function Tag({ tone, mono, className, children }: TagProps) {
  return (
    <span className={cx(tag({ tone, mono }), className)}>
      <span className="truncate">{children}</span>
    </span>
  );
}
