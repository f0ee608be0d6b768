"use client";

import { useQueryStates } from "nuqs";
import { datasetParams } from "@/components/dataset/search-params";
import type { DatasetParams } from "@/components/dataset/search-params";
import type { AttributeValue } from "@/server/contracts/image";

export type DatasetView = {
  params: DatasetParams;
  /** Null clears a key. */
  set: (change: { [Key in keyof DatasetParams]?: DatasetParams[Key] | null }) => void;
  toggleAttribute: (name: string, value: AttributeValue) => void;
  toggleType: (name: string, value: boolean) => void;
  /** Without filters and search; the selected image stays. */
  clearFilters: () => void;
  hasFilters: boolean;
};

/** What the address says is shown, and how to change it. */
export function useDatasetParams(): DatasetView {
  const [params, setParams] = useQueryStates(datasetParams, { history: "replace" });
  const set: DatasetView["set"] = (change) => void setParams(change);
  return {
    params,
    set,
    toggleAttribute: (name, value) => set({ attributes: toggled(params.attributes, name, value) }),
    toggleType: (name, value) => {
      const { [name]: current, ...others } = params.types;
      set({ types: current === value ? others : { ...others, [name]: value } });
    },
    clearFilters: () => set({ q: null, attributes: null, types: null }),
    hasFilters: params.q.trim() !== "" || Object.keys({ ...params.attributes, ...params.types }).length > 0,
  };
}

/** A value more or less; a key without values disappears, as does a choice of another type. */
export function toggled(
  filters: DatasetParams["attributes"],
  name: string,
  value: AttributeValue,
): DatasetParams["attributes"] {
  const { [name]: chosen = [], ...others } = filters;
  // The values of one filter must be of one type.
  const sameType = chosen.filter((other) => typeof other === typeof value);
  const next = sameType.includes(value) ? sameType.filter((other) => other !== value) : [...sameType, value];
  return next.length === 0 ? others : { ...others, [name]: next };
}

/** The same filters without some of them. */
export function without(
  filters: DatasetParams["attributes"],
  ...names: readonly string[]
): DatasetParams["attributes"] {
  return Object.fromEntries(Object.entries(filters).filter(([name]) => !names.includes(name)));
}
