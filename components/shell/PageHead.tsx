import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

export type PageHeadProps = {
  title: ReactNode;
  /** `StatePill`. */
  pill?: ReactNode;
  /** One line of facts, parted by " · ". Hidden on a phone, where they stand below. */
  facts?: ReactNode;
  /** Buttons, the solid one last. */
  actions?: ReactNode;
  /** Tabs; the head then ends with their line. */
  tabs?: ReactNode;
  /** Hairline below, for pages whose panes begin right after the head. */
  ruled?: boolean;
};

/** The h1 of a page with its state, facts and buttons. */
export function PageHead({ title, pill, facts, actions, tabs, ruled = false }: PageHeadProps) {
  return (
    <div className={cx("shrink-0", ruled && tabs === undefined && "border-b border-line")}>
      <div
        className={cx(
          "flex flex-wrap items-center gap-x-3 gap-y-2 px-(--gutter) pt-[18px] max-md:pt-3.5",
          ruled || tabs !== undefined ? "pb-3.5" : "pb-1",
        )}
      >
        <h1 className="min-w-0 text-20 font-semibold max-md:max-w-full">{title}</h1>
        {pill}
        {facts !== undefined && (
          <div className="min-w-0 flex-1 basis-40 truncate text-ink-3 max-md:basis-auto max-md:order-last max-md:w-full max-md:whitespace-normal">
            {facts}
          </div>
        )}
        {actions !== undefined && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {tabs !== undefined && <div className="-mt-2 [&>nav]:px-(--gutter)">{tabs}</div>}
    </div>
  );
}

/** Amber line under the top bar: what changes here affect; impersonation. */
export function Band({
  icon,
  children,
  action,
}: {
  icon?: ReactNode;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      role="region"
      aria-label="Notice"
      className="flex min-h-[26px] shrink-0 items-center gap-2 border-b border-warn/45 bg-warn-soft px-(--gutter) py-1 text-12 text-warn-ink"
    >
      {icon !== undefined && <span className="shrink-0 [&_svg]:size-3.5">{icon}</span>}
      <span className="min-w-0">{children}</span>
      {action !== undefined && <span className="ml-auto shrink-0">{action}</span>}
    </div>
  );
}
