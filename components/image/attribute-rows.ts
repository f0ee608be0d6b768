/** Attributes and types of an image as rows of a form. Pure. */
import type { AttributeValue, ImageAttributes, ImageTypes } from "@/server/contracts/image";

export const VALUE_KINDS = ["string", "number", "boolean"] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

export type AttributeRow = {
  /** Only for React: rows are added and removed in the middle. */
  id: number;
  name: string;
  kind: ValueKind;
  /** As typed; "true" or "false" for booleans. */
  text: string;
};
export type TypeRow = { id: number; name: string; value: boolean };

export type RowErrors = Readonly<Record<number, { name?: string; value?: string }>>;

let lastId = 0;
export const nextRowId = () => (lastId += 1);

export function attributeRows(attributes: ImageAttributes): AttributeRow[] {
  return Object.entries(attributes).map(([name, value]) => ({
    id: nextRowId(),
    name,
    kind: typeof value as ValueKind, // the contract admits these three
    text: String(value),
  }));
}

export function typeRows(types: ImageTypes): TypeRow[] {
  return Object.entries(types).map(([name, value]) => ({ id: nextRowId(), name, value }));
}

/** What becomes of a value when its kind is changed: kept where it makes sense, else empty. */
export function convertedText(text: string, to: ValueKind): string {
  if (to === "string") return text;
  if (to === "boolean") return /^(true|yes|1)$/i.test(text.trim()) ? "true" : "false";
  return isNumber(text) ? text.trim() : "";
}

const isNumber = (text: string) => text.trim() !== "" && Number.isFinite(Number(text));

/** The same rules as the server's, at the row that breaks them; empty when all is well. */
export function attributeErrors(rows: readonly AttributeRow[]): RowErrors {
  return collect(rows, (row) => {
    if (row.kind === "number" && !isNumber(row.text)) return "Type a number, with a point for decimals.";
    if (row.kind === "string" && row.text.trim() === "") return "Type a value.";
    return undefined;
  });
}

export const typeErrors = (rows: readonly TypeRow[]): RowErrors => collect(rows, () => undefined);

function collect<Row extends { id: number; name: string }>(
  rows: readonly Row[],
  valueError: (row: Row) => string | undefined,
): RowErrors {
  const errors: Record<number, { name?: string; value?: string }> = {};
  const seen = new Set<string>();
  for (const row of rows) {
    const name = row.name.trim();
    const nameReason =
      name === "" ? "Type a name." : seen.has(name) ? "This name is there already." : undefined;
    const valueReason = valueError(row);
    seen.add(name);
    if (nameReason !== undefined || valueReason !== undefined)
      errors[row.id] = {
        ...(nameReason === undefined ? {} : { name: nameReason }),
        ...(valueReason === undefined ? {} : { value: valueReason }),
      };
  }
  return errors;
}

/** @param rows without errors */
export function toAttributes(rows: readonly AttributeRow[]): Record<string, AttributeValue> {
  return Object.fromEntries(rows.map(({ name, kind, text }) => [name.trim(), valueOf(kind, text)]));
}

/** @param rows without errors */
export function toTypes(rows: readonly TypeRow[]): Record<string, boolean> {
  return Object.fromEntries(rows.map(({ name, value }) => [name.trim(), value]));
}

function valueOf(kind: ValueKind, text: string): AttributeValue {
  switch (kind) {
    case "number":
      return Number(text);
    case "boolean":
      return text === "true";
    case "string":
      return text.trim();
  }
}
