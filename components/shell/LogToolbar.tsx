"use client";

import { ChevronDown, ChevronUp, Download, Search, WrapText } from "lucide-react";
import type { ReactNode } from "react";

import { Button } from "../ui/Button";
import { CopyButton } from "../ui/CopyButton";
import { formatCount } from "../ui/format";
import { Input } from "../ui/Input";
import { Segmented } from "../ui/Segmented";

export type LogFilter = "all" | "warnings" | "errors";

type Props = {
  query: string;
  onQueryChange: (query: string) => void;
  /** Hits found and which is current, from 1; 0 = none. */
  hits: number;
  hit: number;
  onStep: (direction: 1 | -1) => void;
  filter: LogFilter;
  onFilterChange: (filter: LogFilter) => void;
  warnings: number;
  errors: number;
  wrap: boolean;
  onWrapChange: (wrap: boolean) => void;
  text: string;
  fileName: string;
  /** Where the whole log is, when `text` is only a part. */
  downloadHref: string | undefined;
};

export function LogToolbar(props: Props) {
  const { query, hits, hit, onStep, warnings, errors, wrap, text, fileName, downloadHref } = props;
  const save = () => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = fileName;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-1.5 gap-y-2 border-b border-line px-4 py-2">
      <Input
        type="search"
        size="sm"
        aria-label="Find in log"
        placeholder="Find"
        value={query}
        onChange={(event) => props.onQueryChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
          if (event.key === "Escape" && query !== "") {
            event.preventDefault();
            props.onQueryChange("");
          }
        }}
        icon={<Search strokeWidth={1.75} />}
        unit={query === "" ? undefined : `${formatCount(hit)} of ${formatCount(hits)}`}
        suffix={
          query === "" ? undefined : (
            <span className="-mr-1.5 flex text-ink-3">
              <StepButton label="Previous hit" onClick={() => onStep(-1)}>
                <ChevronUp size={14} strokeWidth={1.75} />
              </StepButton>
              <StepButton label="Next hit" onClick={() => onStep(1)}>
                <ChevronDown size={14} strokeWidth={1.75} />
              </StepButton>
            </span>
          )
        }
        className="w-auto! min-w-36 flex-1 [&_input::-webkit-search-cancel-button]:hidden"
      />
      <Segmented
        size="sm"
        label="Lines shown"
        value={props.filter}
        onValueChange={props.onFilterChange}
        options={[
          { value: "all", label: "All" },
          { value: "warnings", label: "Warnings", count: formatCount(warnings) },
          { value: "errors", label: "Errors", count: formatCount(errors) },
        ]}
      />
      <span className="flex">
        <Button
          variant="ghost"
          size="sm"
          icon
          aria-label="Wrap long lines"
          aria-pressed={wrap}
          onClick={() => props.onWrapChange(!wrap)}
          className={wrap ? "bg-press" : ""}
        >
          <WrapText strokeWidth={1.75} />
        </Button>
        <CopyButton text={text} label="Copy log" />
        {downloadHref === undefined ? (
          <Button variant="ghost" size="sm" icon aria-label="Download log" onClick={save}>
            <Download strokeWidth={1.75} />
          </Button>
        ) : (
          <a
            href={downloadHref}
            download={fileName}
            aria-label="Download log"
            title="Download log"
            className="grid size-(--control-sm) place-items-center rounded-control text-ink-3 hover:bg-hover"
          >
            <Download size={16} strokeWidth={1.75} aria-hidden="true" />
          </a>
        )}
      </span>
    </div>
  );
}

function StepButton({
  label,
  onClick,
  children,
}: {
  label: string;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className="grid size-6 place-items-center rounded-tag hover:bg-hover hover:text-ink max-md:size-8"
    >
      {children}
    </button>
  );
}
