import { images } from "@/db/schema";

/** What is shown of an image; its state belongs to a workflow task and is added by the caller. */
export const imageColumns = {
  id: images.id,
  zarr_url: images.zarr_url,
  origin: images.origin,
  attributes: images.attributes,
  types: images.types,
};
