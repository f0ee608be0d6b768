"use client";

/** What every part of one argument form may ask and do. */
import type { RJSFSchema } from "@rjsf/utils";
import { createContext, use, type ReactNode } from "react";
import { isMap, isSame, type JsonMap } from "./json";
import { AS_JSON, BRANCH, DEFAULT } from "./schema-marks";

/** Handed to every part of one form. Plain data: the form library compares it by value. */
export type FormContext = {
  /** Ids of fields that were edited or left; missing values are called so only there. */
  touched: Readonly<Record<string, true>>;
  /** Missing values are called so everywhere. */
  showMissing: boolean;
  /** Shown for what is not stored. */
  defaults: JsonMap;
};

export type Path = readonly (string | number)[];

/** Writes a value into the form, as the fields of the library do; undefined takes it out. */
export const FormActions = createContext<{ change: (path: Path, value: unknown, id?: string) => void }>({
  change: () => undefined,
});

/** Accessible name of a control that has no label of its own: an entry of a list. */
export const ControlName = createContext<string | undefined>(undefined);

/** Beside the title of the next group or list: a button that unsets or removes it. */
export const HeaderSlot = createContext<ReactNode>(null);

/** What is wrong with the next group itself: the library says it to what is around the group only. */
export const GroupReasons = createContext<readonly string[]>([]);

export const useHeaderSlot = () => use(HeaderSlot);

/** The default at this place: of the argument's own default, where it gives one, else of the field. */
export function defaultAt(context: FormContext, path: Path, schema: RJSFSchema | JsonMap): unknown {
  const [last] = path.slice(-1);
  if (last === undefined) return undefined;
  let at: unknown = context.defaults;
  for (const step of path.slice(0, -1)) at = typeof step === "string" && isMap(at) ? at[step] : undefined;
  if (typeof last === "string" && isMap(at) && Object.hasOwn(at, last)) return at[last];
  return (schema as JsonMap)[DEFAULT];
}

/** Not given is not changed; null where there is a default is. */
export function isChanged(base: unknown, value: unknown): boolean {
  return base !== undefined && value !== undefined && !isSame(value, base);
}

type Place = {
  context: FormContext;
  path: Path;
  schema: RJSFSchema | JsonMap;
  value: unknown;
  required: boolean;
};

/** Given, though nothing asks for it and no default would take its place: it can go back to "not given". */
export function canBeLeftOut({ context, path, schema, value, required }: Place): boolean {
  // Entries of lists have a button of their own.
  if (required || typeof path.at(-1) !== "string" || (schema as JsonMap)[BRANCH] === true) return false;
  // A group of nothing but cleared fields is not given.
  const isCleared = isMap(value) && Object.keys(value).length > 0 && isSame(value, {});
  return value !== undefined && !isCleared && defaultAt(context, path, schema) === undefined;
}

export const jsonReason = (schema: JsonMap) => (typeof schema[AS_JSON] === "string" ? schema[AS_JSON] : null);

/** Id of the control at a path, as the form library makes them. */
export const idAt = (prefix: string, path: Path) => [prefix, ...path].join("_");
