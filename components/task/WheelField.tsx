"use client";

import { cx } from "class-variance-authority";
import { FileArchive, X } from "lucide-react";
import { useRef, useState } from "react";
import type { DragEvent } from "react";
import { CountBar } from "../state/CountBar";
import { Button } from "../ui/Button";
import { FieldError } from "../ui/Field";
import { formatBytes } from "../ui/format";

type Props = {
  file: File | null;
  onChange: (file: File | null) => void;
  error: string | undefined;
  /** Bytes that were sent; null: not under way. */
  sent: number | null;
  onCancel: () => void;
};

/** Takes a wheel by the file dialog or dropped on it, and shows how far it is sent. */
export function WheelField({ file, onChange, error, sent, onCancel }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped !== undefined && sent === null) onChange(dropped);
  };
  return (
    <div role="group" aria-label="Wheel">
      <p className="mb-1 font-medium" aria-hidden="true">
        Wheel
      </p>
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cx(
          "rounded-control border border-dashed p-3",
          isOver ? "border-select bg-select-soft" : error === undefined ? "border-control" : "border-fail",
        )}
      >
        {file === null ? (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <Button onClick={() => input.current?.click()}>Choose a file</Button>
            <span className="text-12 text-ink-3">or drop a .whl here</span>
          </div>
        ) : (
          <div className="flex items-start gap-2.5">
            <FileArchive size={16} strokeWidth={1.75} className="mt-0.5 shrink-0 text-ink-3" />
            <div className="min-w-0 flex-1">
              <p className="font-mono text-12 break-all">{file.name}</p>
              <p className="text-12 text-ink-3">
                {sent === null
                  ? formatBytes(file.size)
                  : `${formatBytes(sent)} of ${formatBytes(file.size)} sent`}
              </p>
              {sent !== null && (
                <div className="mt-1.5">
                  <CountBar done={sent} total={Math.max(1, file.size)} noun="bytes" decorative />
                </div>
              )}
            </div>
            {sent === null ? (
              <Button
                icon
                size="sm"
                variant="ghost"
                aria-label="Remove the file"
                onClick={() => onChange(null)}
              >
                <X strokeWidth={1.75} />
              </Button>
            ) : (
              <Button size="sm" onClick={onCancel}>
                Cancel
              </Button>
            )}
          </div>
        )}
      </div>
      <input
        ref={input}
        type="file"
        accept=".whl"
        aria-label="File of the wheel"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          onChange(event.target.files?.[0] ?? null);
          // The same file may be chosen again after it was built anew.
          event.target.value = "";
        }}
      />
      {error !== undefined && <FieldError>{error}</FieldError>}
    </div>
  );
}
