"use client";

import { Search, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "../ui/Button";
import { Input } from "../ui/Input";
import { Kbd } from "../ui/Kbd";

type Props = {
  /** "Filter projects": placeholder and name. */
  label: string;
  value: string;
  onValueChange: (text: string) => void;
  className?: string;
};

/** The filter of a page. The key / leads here; Esc empties it. */
export function FilterField({ label, value, onValueChange, className = "" }: Props) {
  const input = useRef<HTMLInputElement>(null);
  // External system: the keyboard. `/` outside inputs.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
        return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input, textarea, select, [contenteditable=true], [role=dialog]")) return;
      event.preventDefault();
      input.current?.select();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <Input
      ref={input}
      type="text"
      role="searchbox"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onValueChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || value === "") return;
        event.preventDefault();
        event.stopPropagation();
        onValueChange("");
      }}
      icon={<Search strokeWidth={1.75} aria-hidden="true" />}
      className={`${value === "" ? "" : "pr-1!"} ${className}`}
      suffix={
        value === "" ? (
          <span aria-hidden="true" className="max-md:hidden">
            <Kbd>/</Kbd>
          </span>
        ) : (
          <Button
            variant="ghost"
            size="sm"
            icon
            aria-label="Empty the filter"
            className="size-6!"
            onClick={() => onValueChange("")}
          >
            <X strokeWidth={1.75} />
          </Button>
        )
      }
    />
  );
}
