import { fieldsOf } from "../trpc/query-client";
import type { Uploaded } from "@/server/contracts/task";

/** The server keeps it for a day. */
const REUSE_MS = 60 * 60_000;

/** A file that was sent, and not used: a refusal must not cost the same way again, nor the room of a second copy. */
export class UnusedUpload {
  #known: { file: File; at: number; uploaded: Uploaded } | null = null;

  /** @returns What the server has of this file, or else what `send` returns. */
  async of(file: File, send: () => Promise<Uploaded>): Promise<Uploaded> {
    const known = this.#known;
    if (known?.file === file && Date.now() - known.at < REUSE_MS) return known.uploaded;
    const uploaded = await send();
    this.#known = { file, at: Date.now(), uploaded };
    return uploaded;
  }

  /** A collection has it now. */
  forget(): void {
    this.#known = null;
  }

  /** The server may not have it any more: removed, or used by a collection whose answer was lost. */
  refusedWith(err: unknown): void {
    if (fieldsOf(err)["upload_id"] !== undefined) this.forget();
  }
}
