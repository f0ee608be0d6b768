import type { Image, ImageFilters, TypeFilters } from "../../contracts/image";

/**
 * Type filters of one task: what the task needs (`input_types`) with the user's filters on top.
 *
 * @returns The merged filters, or the first key on which the two disagree.
 * @see runner specification §1.4
 */
export function mergeTypeFilters(
  inputTypes: TypeFilters,
  userFilters: TypeFilters,
): { ok: true; filters: TypeFilters } | { ok: false; key: string } {
  const key = Object.keys(userFilters).find(
    (name) => Object.hasOwn(inputTypes, name) && inputTypes[name] !== userFilters[name],
  );
  return key === undefined ? { ok: true, filters: { ...inputTypes, ...userFilters } } : { ok: false, key };
}

/**
 * Decide whether a task may see an image. A type flag that the image does not carry counts as `false`;
 * an attribute that it does not carry never matches. Empty filters match everything.
 *
 * @see runner specification §1.3
 */
export function matchesFilters(image: Image, filters: ImageFilters): boolean {
  return (
    Object.entries(filters.type_filters).every(([flag, wanted]) => (image.types[flag] ?? false) === wanted) &&
    Object.entries(filters.attribute_filters).every(([name, allowed]) => {
      const value = image.attributes[name];
      return value !== undefined && allowed.includes(value);
    })
  );
}
