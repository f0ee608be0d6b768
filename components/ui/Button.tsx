"use client";

import { cx } from "class-variance-authority";
import { useId, useState, type ComponentProps, type MouseEvent } from "react";

import { buttonStyle, type ButtonStyle } from "./button-style";
import { Tooltip } from "./Tooltip";

export type ButtonProps = Omit<ComponentProps<"button">, "disabled"> & {
  variant?: NonNullable<ButtonStyle["variant"]>;
  size?: NonNullable<ButtonStyle["size"]>;
  /** Square; needs `aria-label`, which is also shown as its tooltip. */
  icon?: boolean;
  /** Why the button does nothing now. It stays focusable and says so. Undefined = usable. */
  disabledReason?: string | undefined;
  /** The action runs: the button keeps its size and place, says so to screen readers and ignores clicks. */
  pending?: boolean;
};

export function Button({
  variant = "outline",
  size = "md",
  icon = false,
  disabledReason,
  pending = false,
  className,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const [isTipOpen, setTipOpen] = useState(false);
  const reasonId = useId();
  const isDisabled = disabledReason !== undefined || pending;
  const tip = disabledReason ?? (icon ? rest["aria-label"] : undefined);

  const handleClick = (event: MouseEvent<HTMLButtonElement>) => {
    if (!isDisabled) {
      onClick?.(event);
      return;
    }
    // Also keeps a submit button from submitting. A tap has no hover, so it opens the reason.
    event.preventDefault();
    if (disabledReason !== undefined) setTipOpen(true);
  };

  const button = (
    <button
      {...rest}
      type={type}
      className={cx(buttonStyle({ variant, size, icon }), className)}
      aria-disabled={isDisabled || undefined}
      aria-busy={pending || undefined}
      aria-describedby={disabledReason === undefined ? rest["aria-describedby"] : reasonId}
      onClick={handleClick}
    />
  );
  if (tip === undefined) return button;
  return (
    <>
      <Tooltip content={tip} open={isTipOpen} onOpenChange={setTipOpen}>
        {button}
      </Tooltip>
      {disabledReason !== undefined && (
        <span id={reasonId} hidden>
          {disabledReason}
        </span>
      )}
    </>
  );
}
