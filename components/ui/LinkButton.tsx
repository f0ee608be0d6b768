import { cx } from "class-variance-authority";
import Link from "next/link";
import type { ComponentProps } from "react";

import { buttonStyle, type ButtonStyle } from "./button-style";

export type LinkButtonProps = ComponentProps<typeof Link> & {
  variant?: NonNullable<ButtonStyle["variant"]>;
  size?: NonNullable<ButtonStyle["size"]>;
  /** Square; needs `aria-label`. */
  icon?: boolean;
};

/** Looks like a button, goes somewhere. For an action use `Button`. */
export function LinkButton({
  variant = "outline",
  size = "md",
  icon = false,
  className,
  ...rest
}: LinkButtonProps) {
  return <Link {...rest} className={cx(buttonStyle({ variant, size, icon }), className)} />;
}
