/** What a drawn schema says beyond JSON Schema. */
import { isMap, type JsonMap } from "@/server/domain/arguments/json";

/** May be null: an empty input then means null instead of "not given"; a group can be switched off. */
export const NULLABLE = "x-nullable";
/** Unit that was taken out of a title: "Diameter (pixels)" → title "Diameter", unit "pixels". */
export const UNIT = "x-unit";
export const DEFAULT = "x-default";
/** Why a value is edited as JSON. */
export const AS_JSON = "x-json";
/** Words of the entries of `enum`. */
export const WORDS = "x-words";
/** Schema of entries whose names the user chooses; `false`: there must be none. */
export const ENTRIES = "x-entries";
/** Branches of a union: `{title, tags, schema}`; with the name of the property that tells them apart in BY. */
export const UNION = "x-union";
export const BY = "x-by";
/** Fields of a chosen branch: the union around them has the title and is what can be left out. */
export const BRANCH = "x-branch";
/** A list that is not given: the form library draws it as an empty one. */
export const ABSENT = "x-absent";
/** A tuple: schemas of its entries. */
export const TUPLE = "x-tuple";

export type Branch = { title: string; tags: readonly unknown[]; schema: JsonMap; description?: string };

export const propertiesOf = (schema: JsonMap): JsonMap =>
  isMap(schema["properties"]) ? schema["properties"] : {};
