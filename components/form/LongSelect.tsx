"use client";

import { useState } from "react";
import { Combobox } from "../ui/Combobox";
import type { SelectOption } from "../ui/Select";

const MOST_SHOWN = 100;

type Props = {
  label: string;
  options: readonly SelectOption<string>[];
  value: string | null;
  onChange: (value: string) => void;
};

/** A choice of thousands: what is typed is looked for, and the first hundred that match are shown. */
export function LongSelect({ label, options, value, onChange }: Props) {
  const [search, setSearch] = useState("");
  const chosen = options.find((option) => option.value === value);
  const wanted = search === chosen?.label ? "" : search.trim().toLowerCase();
  const found = options.filter((option) => option.label.toLowerCase().includes(wanted));
  const shown = found.slice(0, MOST_SHOWN);
  const more = found.length - shown.length;
  const hint = {
    value: "more",
    label: `and ${more.toLocaleString("en")} more: type to find`,
    disabled: true,
  };
  // What is chosen has to be among the options to be shown in the field.
  const own = chosen !== undefined && !shown.includes(chosen) && wanted === "" ? [chosen] : [];
  return (
    <Combobox
      aria-label={label}
      options={[...own, ...shown, ...(more > 0 ? [hint] : [])]}
      value={value}
      onSearch={setSearch}
      placeholder={`Type to find one of ${options.length.toLocaleString("en")}`}
      onValueChange={(next) => next !== null && onChange(next)}
    />
  );
}
