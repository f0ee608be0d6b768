/** The image record and the filters over it (runner specification §1). */
import { z } from "zod";
import { Id, NonEmptyString, ZarrUrl, trimmedRecord } from "./common";

/** A larger integer has already lost its last digits when it gets here. */
const ExactNumber = z
  .number()
  .refine(
    (value) => !Number.isInteger(value) || Number.isSafeInteger(value),
    "Is too large to be kept exactly; give it as text.",
  );
export const AttributeValue = z.union([z.string(), ExactNumber, z.boolean()]);
export type AttributeValue = z.infer<typeof AttributeValue>;

/** Task packages write `1`, `"true"` or `"yes"` for a flag; they mean the boolean. */
const Flag = z.union([
  z.boolean(),
  z.literal([1, 0]).transform((value) => value === 1),
  z.stringbool({
    truthy: ["true", "t", "yes", "y", "on", "1"],
    falsy: ["false", "f", "no", "n", "off", "0"],
  }),
]);

export const ImageAttributes = trimmedRecord(AttributeValue);
export type ImageAttributes = Readonly<Record<string, AttributeValue>>;
export const ImageTypes = trimmedRecord(Flag);
/** A missing flag means false. */
export type ImageTypes = Readonly<Record<string, boolean>>;

/** A stored image. Unknown keys are dropped. `zarr_url` is its identity inside the dataset. */
export const Image = z.object({
  zarr_url: ZarrUrl,
  /** `zarr_url` of the image it was derived from; null for raw data. */
  origin: ZarrUrl.nullable().default(null),
  attributes: ImageAttributes.default({}),
  types: ImageTypes.default({}),
});
export type Image = {
  readonly zarr_url: string;
  readonly origin: string | null;
  readonly attributes: ImageAttributes;
  readonly types: ImageTypes;
};

/** An image as a task returns it: a null attribute removes that attribute. */
export const TaskOutputImage = Image.extend({
  attributes: trimmedRecord(AttributeValue.nullable()).default({}),
});
export type TaskOutputImage = Omit<Image, "attributes"> & {
  readonly attributes: Readonly<Record<string, AttributeValue | null>>;
};

export const TypeFilters = trimmedRecord(Flag);
export type TypeFilters = Readonly<Record<string, boolean>>;

const sameType = (values: readonly AttributeValue[]) =>
  new Set(values.map((value) => typeof value)).size === 1;

/** An image passes if, for every attribute, its value is one of the list. */
export const AttributeFilters = trimmedRecord(
  z
    .array(AttributeValue)
    .min(1, "A filter needs at least one value.")
    .refine(sameType, "All values of a filter must have the same type."),
);
/**
 * Fractal chooses images by their status for the first task with an attribute of this name. What is made from
 * them then keeps that status for later tasks, or is lost to them; Continue asks for each task and image anew.
 */
export const STATUS_ATTRIBUTE = "__wftask_dataset_image_status__";
export const JobAttributeFilters = AttributeFilters.refine(
  (filters) => !Object.hasOwn(filters, STATUS_ATTRIBUTE),
  {
    path: [STATUS_ATTRIBUTE],
    error:
      "Images are not chosen by a filter on their status. Continue does what is missing or failed, and what follows from it.",
  },
);
export type AttributeFilters = Readonly<Record<string, readonly AttributeValue[]>>;

export const ImageFilters = z.object({
  type_filters: TypeFilters.default({}),
  attribute_filters: AttributeFilters.default({}),
});
export type ImageFilters = {
  readonly type_filters: TypeFilters;
  readonly attribute_filters: AttributeFilters;
};

export const ListImagesInput = ImageFilters.extend({
  dataset_id: Id,
  /** Part of a `zarr_url`, any letter case. */
  search: z.string().trim().max(500).optional(),
  offset: z.int().nonnegative().default(0),
  limit: z.int().min(1).max(500).default(100),
  /** Adds the state of each image for this workflow task. */
  workflow_task_id: Id.optional(),
});
export type ListImagesInput = z.input<typeof ListImagesInput>;

export type ImageRow = Image & {
  id: number;
  state: "pending" | "running" | "done" | "failed" | "stopped" | null;
};

export type ImagePage = {
  items: ImageRow[];
  /** Images that match, and all images of the dataset. */
  matching: number;
  total: number;
};

/** Every attribute and type of a dataset with its values, most frequent first, at most 100 values each. */
export type ImageFacets = {
  attributes: { name: string; values: { value: AttributeValue; count: number }[] }[];
  types: { name: string; true_count: number; false_count: number }[];
};

const imageFields = { attributes: ImageAttributes.optional(), types: ImageTypes.optional() };
export const AddImageInput = z.object({ dataset_id: Id, zarr_url: ZarrUrl, ...imageFields });
/** Given maps replace the stored maps entirely. */
export const EditImageInput = z.object({ dataset_id: Id, image_id: Id, ...imageFields });
export const RemoveImagesInput = z.object({ dataset_id: Id, image_ids: z.array(Id).min(1).max(10_000) });
export const AttributeName = NonEmptyString;
export const ImageFacetsInput = z.object({ dataset_id: Id });
