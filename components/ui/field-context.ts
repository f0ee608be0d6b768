"use client";

import { createContext, useContext } from "react";

export type FieldControl = {
  id: string;
  /** Ids of help and error, space-separated; undefined when there is neither. */
  describedBy: string | undefined;
  isInvalid: boolean;
  isRequired: boolean;
};

/** Null outside a Field: a control then stands alone and needs its own `aria-label`. */
export const FieldContext = createContext<FieldControl | null>(null);

/** Attributes that tie a control to the Field around it; spread after other props, so that the label of the Field always finds its control. */
export function useFieldControl() {
  const field = useContext(FieldContext);
  if (field === null) return {};
  return {
    id: field.id,
    "aria-describedby": field.describedBy,
    "aria-invalid": field.isInvalid || undefined,
    "aria-required": field.isRequired || undefined,
  };
}
