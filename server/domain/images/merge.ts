/**
 * How the outputs of many calls become changes of the image list.
 *
 * 1. `collectOutputs` puts the outputs of the done units together and finds the units that contradict
 *    each other or return what cannot be stored. Those units fail; the work of the others is kept.
 * 2. `includeByDefault` decides which input images count as updated when nobody returned anything.
 * 3. `applyUpdates` computes the new records.
 *
 * All pure: the caller loads the rows that are touched and writes the result.
 *
 * @see runner specification §1.8, §1.9; engine specification §11
 */
import { isInside } from "../../contracts/common";
import type { AttributeValue, Image, ImageTypes, TaskOutputImage } from "../../contracts/image";
import type { TaskOutput } from "./output";

/** A call of a run, or of an earlier run of the same calls: those have the same position. */
export type EndedCall = {
  readonly id: number;
  readonly kind: string;
  readonly position: number;
  readonly state: string;
  readonly zarr_url: string | null;
};

export type UnitOutput = { readonly unitId: number; readonly output: TaskOutput };
export type CollectedOutputs = {
  /** In unit order, exact duplicates dropped. */
  updates: TaskOutputImage[];
  removals: string[];
  /** Unit id → why its output was left out. */
  rejected: Map<number, { kind: "bad_output" | "output_conflict"; why: string }>;
};

/** Text that is equal exactly for equal records, whatever the order of their keys. */
function canonical(image: TaskOutputImage): string {
  const sorted = (record: object) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([image.zarr_url, image.origin, sorted(image.attributes), sorted(image.types)]);
}

/**
 * @param outputs   Done units in unit order.
 * @param known     `zarr_url`s that are in the image list now, at least of every URL the outputs name.
 * @param zarrDir   Folder of the dataset: new images must lie strictly below it.
 * @param nameOf    How a unit is called in a message, e.g. "call 12 (…/A/01/0)".
 * @param settled   Outputs of earlier runs of the same calls, stored already: they take part in the comparison,
 *                  are never rejected, and what is equal to them is not applied again.
 */
export function collectOutputs(
  outputs: readonly UnitOutput[],
  known: ReadonlySet<string>,
  zarrDir: string,
  nameOf: (unitId: number) => string,
  settled: readonly UnitOutput[] = [],
): CollectedOutputs {
  const rejected: CollectedOutputs["rejected"] = new Map();
  const isSettled = new Set(settled.map(({ unitId }) => unitId));
  const reject = (unitId: number, kind: "bad_output" | "output_conflict", why: string) => {
    if (!rejected.has(unitId) && !isSettled.has(unitId)) rejected.set(unitId, { kind, why });
  };

  const stored = new Set(
    settled.flatMap(({ output }) => [
      ...output.image_list_updates.map((update) => update.zarr_url),
      ...output.image_list_removals,
    ]),
  );
  const remaining = () => outputs.filter(({ unitId }) => !rejected.has(unitId));
  const rejectMissingRemovals = () => {
    const some = remaining();
    const returned = new Set(some.flatMap(({ output }) => output.image_list_updates.map((u) => u.zarr_url)));
    for (const { unitId, output } of some)
      for (const url of output.image_list_removals)
        if (!known.has(url) && !returned.has(url) && !stored.has(url))
          reject(unitId, "bad_output", `Cannot remove missing image (zarr_url=${url}).`);
  };

  // What cannot be stored anyway goes first: it must not fail the calls that it contradicts.
  for (const { unitId, output } of outputs)
    for (const update of output.image_list_updates)
      if (!known.has(update.zarr_url) && !isInside(update.zarr_url, zarrDir))
        reject(
          unitId,
          "bad_output",
          `Cannot create image if zarr_url is not a subfolder of zarr_dir. zarr_url: ${update.zarr_url}, zarr_dir: ${zarrDir}.`,
        );
  rejectMissingRemovals();

  // One entry per URL and meaning: the record, or "removed".
  const claims = new Map<string, { meaning: string; unitId: number }[]>();
  for (const { unitId, output } of [...settled, ...remaining()]) {
    for (const update of output.image_list_updates) claim(claims, update.zarr_url, canonical(update), unitId);
    for (const url of output.image_list_removals) claim(claims, url, "removed", unitId);
  }
  for (const [url, entries] of claims) {
    const first = entries[0];
    if (!first || entries.every((entry) => entry.meaning === first.meaning)) continue;
    for (const { unitId } of entries) {
      const other = entries.find((entry) => entry.unitId !== unitId);
      reject(
        unitId,
        "output_conflict",
        other
          ? `It returned another result for ${url} than ${nameOf(other.unitId)}.`
          : `It returned two different results for ${url}.`,
      );
    }
  }

  // An image that only a rejected call would have added is missing too.
  rejectMissingRemovals();

  const updates = new Map<string, TaskOutputImage>();
  const removals = new Set<string>();
  for (const { output } of remaining()) {
    for (const update of output.image_list_updates)
      if (!updates.has(update.zarr_url) && !stored.has(update.zarr_url)) updates.set(update.zarr_url, update);
    for (const url of output.image_list_removals) if (!stored.has(url)) removals.add(url);
  }
  return { updates: [...updates.values()], removals: [...removals], rejected };
}

function claim(
  claims: Map<string, { meaning: string; unitId: number }[]>,
  url: string,
  meaning: string,
  unitId: number,
) {
  const entries = claims.get(url);
  if (entries) entries.push({ meaning, unitId });
  else claims.set(url, [{ meaning, unitId }]);
}

/**
 * Input images that count as updated when no unit of the run returned anything: tasks that work in place
 * and return nothing still pass their `output_types` on.
 *
 * @param inputUrls  Input images in order.
 * @param units      All units of the run. `zarr_url` is null for a call over all images.
 * @param isCompound The items of a compound task may stand for groups of images.
 * @returns Those inputs that no failed unit names. For compound tasks, images that no item names are
 *          included only if no item failed.
 */
export function includeByDefault(
  inputUrls: readonly string[],
  units: readonly { zarr_url: string | null; isDone: boolean }[],
  isCompound: boolean,
): string[] {
  const failed = units.filter((unit) => !unit.isDone);
  if (failed.length === 0) return [...inputUrls];
  if (failed.some((unit) => unit.zarr_url === null)) return [];
  const failedUrls = new Set(failed.map((unit) => unit.zarr_url));
  const named = new Set(units.map((unit) => unit.zarr_url));
  return inputUrls.filter((url) => !failedUrls.has(url) && (!isCompound || named.has(url)));
}

/**
 * For `includeByDefault`: each call of a run once, done if one of its tries in this run or an earlier one is. An
 * init call that is done says nothing of an image; one that failed stands for all.
 */
export function finishedCalls(
  calls: readonly EndedCall[],
  rejected: { has(unitId: number): boolean },
): { zarr_url: string | null; isDone: boolean }[] {
  const byPosition = new Map<number, { call: EndedCall; isDone: boolean }>();
  for (const call of calls) {
    const isDone = call.state === "done" && !rejected.has(call.id);
    byPosition.set(call.position, {
      call,
      isDone: isDone || (byPosition.get(call.position)?.isDone ?? false),
    });
  }
  return [...byPosition.values()]
    .filter(({ call, isDone }) => call.kind === "unit" || !isDone)
    .map(({ call, isDone }) => ({ zarr_url: call.kind === "init" ? null : call.zarr_url, isDone }));
}

/** What earlier runs of the same calls have included by default. @param calls All calls of these runs. */
export function includedBefore(
  inputUrls: readonly string[],
  calls: readonly EndedCall[],
  isCompoundTask: boolean,
): string[] {
  // Without items the runs ended before their calls were known, and nothing was included.
  if (isCompoundTask && calls.every(({ kind }) => kind === "init")) return [];
  return includeByDefault(inputUrls, finishedCalls(calls, new Set()), isCompoundTask);
}

/**
 * Compute the records after a task.
 *
 * - *edit*: the URL is in the list and the origin is absent or itself: starts from the record, keeps its origin.
 * - *re-derive*: in the list, another origin: starts from the origin image (empty if unknown).
 * - *add*: not in the list: starts from the origin image if there is one (images added before included).
 *
 * Then the returned attributes (null removes), the returned types, and the task's `output_types`, which win.
 *
 * @param current  Records of all targets and origins, by `zarr_url`; not changed.
 * @param updates  Each URL once.
 * @returns `changed` and `added` in update order, one record per URL. Never throws.
 */
export function applyUpdates(
  current: ReadonlyMap<string, Image>,
  updates: readonly TaskOutputImage[],
  outputTypes: ImageTypes,
): { changed: Image[]; added: Image[] } {
  const records = new Map(current);
  const changed: Image[] = [];
  const added: Image[] = [];
  for (const update of updates) {
    const existing = records.get(update.zarr_url);
    const isEdit = existing !== undefined && (update.origin === null || update.origin === update.zarr_url);
    const start = isEdit ? existing : update.origin === null ? undefined : records.get(update.origin);
    const record: Image = {
      zarr_url: update.zarr_url,
      origin: isEdit ? existing.origin : update.origin,
      attributes: withoutNulls({ ...start?.attributes, ...update.attributes }),
      types: { ...start?.types, ...update.types, ...outputTypes },
    };
    records.set(record.zarr_url, record);
    (existing ? changed : added).push(record);
  }
  return { changed, added };
}

function withoutNulls(attributes: Record<string, AttributeValue | null>): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, AttributeValue] => entry[1] !== null),
  );
}
