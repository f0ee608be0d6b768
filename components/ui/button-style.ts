import { cva, type VariantProps } from "class-variance-authority";

/** A ghost has no box, so a disabled one is only faint. */
const DISABLED_BOX =
  "aria-disabled:border-line-2 aria-disabled:bg-sunken aria-disabled:text-ink-3 aria-disabled:shadow-none";

/** Shared by Button and LinkButton. One solid button per view (design.md §4). */
export const buttonStyle = cva(
  [
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap",
    "transition-colors duration-90 select-none [&_svg]:shrink-0",
    "aria-disabled:cursor-not-allowed",
  ],
  {
    variants: {
      variant: {
        solid: [
          "border-solid bg-solid text-on-solid not-aria-disabled:hover:border-solid-hover not-aria-disabled:hover:bg-solid-hover",
          DISABLED_BOX,
        ],
        outline: [
          "border-line-2 bg-surface text-ink shadow-lift not-aria-disabled:hover:bg-hover not-aria-disabled:active:bg-press [&_svg]:text-ink-3",
          DISABLED_BOX,
        ],
        ghost:
          "border-transparent text-ink-2 aria-disabled:opacity-45 not-aria-disabled:hover:bg-hover not-aria-disabled:hover:text-ink not-aria-disabled:active:bg-press [&_svg]:text-ink-3",
        "danger-outline": [
          "border-danger bg-surface text-fail-ink shadow-lift not-aria-disabled:hover:bg-fail-soft",
          DISABLED_BOX,
        ],
      },
      size: {
        md: "h-(--control-h) text-13 [&_svg]:size-[15px]",
        sm: "h-(--control-sm) text-12 [&_svg]:size-3.5",
      },
      icon: { true: "aspect-square px-0 [&_svg]:size-4", false: "" },
    },
    compoundVariants: [
      { icon: false, size: "md", class: "px-[11px] max-md:px-3.5" },
      { icon: false, size: "sm", class: "px-[9px] max-md:px-3" },
    ],
    defaultVariants: { variant: "outline", size: "md", icon: false },
  },
);

export type ButtonStyle = VariantProps<typeof buttonStyle>;
