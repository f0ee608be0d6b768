import { cva } from "class-variance-authority";

/** The box around a text-like control. `field-ring` draws the focus inside it. */
export const inputBox = cva(
  [
    "flex w-full min-w-0 items-center gap-[7px] rounded-control border border-line-2 bg-surface",
    "transition-colors duration-90 field-ring [&_svg]:shrink-0",
    "has-[[aria-invalid=true]]:border-fail has-[[aria-invalid=true]]:shadow-[0_0_0_1px_var(--fail)]",
    "has-[:disabled]:bg-sunken has-[:disabled]:text-ink-3",
  ],
  {
    variants: {
      size: { md: "h-(--control-h) px-[9px]", sm: "h-(--control-sm) px-[9px]", area: "h-auto" },
    },
    defaultVariants: { size: "md" },
  },
);

/** 16 px on phones, so that they do not zoom in on focus. */
export const inputText = "min-w-0 bg-transparent text-13 outline-none max-md:text-16";
