"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

import { Button } from "./Button";

export type CopyButtonProps = {
  text: string;
  /** What is copied: "Copy path". */
  label?: string;
  size?: "md" | "sm";
  className?: string;
};

const SHOWN_MS = 2000;

export function CopyButton({ text, label = "Copy", size = "sm", className }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<"copied" | "refused">();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
    } catch {
      // Browsers refuse without a secure context or permission.
      setOutcome("refused");
    }
  };
  const words = { copied: "Copied", refused: "The browser did not allow copying" } as const;
  return (
    <>
      <Button
        variant="ghost"
        size={size}
        icon
        aria-label={outcome === undefined ? label : words[outcome]}
        className={className}
        onClick={(event) => {
          event.stopPropagation();
          void copy();
        }}
      >
        {outcome === "copied" ? <Check strokeWidth={1.75} /> : <Copy strokeWidth={1.75} />}
      </Button>
      <span className="sr-only" role="status">
        {outcome === undefined ? "" : words[outcome]}
      </span>
    </>
  );
}
