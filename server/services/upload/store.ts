import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { InvalidInputError, PreconditionError } from "@/server/contracts/errors";
import type { Uploaded } from "@/server/contracts/task";
import { parseWheelName } from "@/server/domain/tasks/package-name";
import { TooLargeError, receiveUpload, removeUpload, uploadPath } from "@/server/platform/uploads";
import { requireWriter } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import {
  completeUpload,
  forgetUpload,
  formatBytes,
  noRoom,
  reserveUpload,
} from "@/server/services/upload/reserve";

export type Incoming = {
  /** As the user calls it. */
  file_name: string;
  /** Its bytes; an error of it means that they broke off. */
  source: Readable;
  /** As announced; null: unknown. */
  bytes: number | null;
};

/** Where uploads go, how large one may be, and how much one person's may take together. */
export type UploadPlace = { dataDir: string; maxBytes: number; maxUserBytes: number };

/**
 * Keep a wheel that a user sends. The name, the announced size and the room that is left for this person are judged
 * before the first byte is taken.
 *
 * @throws InvalidInputError naming the file and the reason, PreconditionError if the server cannot store it;
 *   nothing is kept then.
 */
export async function storeUpload(
  ctx: ServiceContext,
  { dataDir, maxBytes, maxUserBytes }: UploadPlace,
  { file_name, source, bytes: announced }: Incoming,
): Promise<Uploaded> {
  const user = requireWriter(ctx);
  const refuse = (reason: string) => new InvalidInputError(reason, { file: reason });
  const tooLarge = `${file_name} is larger than ${formatBytes(maxBytes)}, which is the most that this server accepts.`;
  const brokenOff = `${file_name} broke off before its end. Send it again.`;
  if (file_name.length > MAX_NAME || /[/\\\0]/.test(file_name) || !parseWheelName(file_name))
    throw refuse(
      `'${file_name.slice(0, MAX_NAME)}' is not the name of a wheel, such as my_tasks-1.0.0-py3-none-any.whl. Send the file under the name it was built with.`,
    );
  if (announced === 0) throw refuse(`${file_name} is empty.`);
  if (announced !== null && announced > maxBytes) throw refuse(tooLarge);
  const upload_id = randomUUID();
  const row = { id: upload_id, user_id: user.id, file_name };
  const wanted = { announced, maxBytes, maxUserBytes };
  const reserved = await reserveUpload(ctx, row, wanted);
  const check = (firstBytes: Buffer) => {
    if (!ZIP_MAGIC.subarray(0, firstBytes.length).equals(firstBytes.subarray(0, ZIP_MAGIC.length)))
      throw refuse(`${file_name} is not a wheel: a wheel is a zip archive, and this file is not.`);
  };
  try {
    const target = uploadPath(dataDir, upload_id);
    const received = await receiveUpload(target, source, { maxBytes: reserved, check });
    if (received.bytes === 0) throw refuse(`${file_name} is empty.`);
    if (!(await completeUpload(ctx, upload_id, received))) throw refuse(brokenOff);
    return { upload_id, file_name, ...received };
  } catch (err) {
    await removeUpload(dataDir, upload_id);
    await forgetUpload(ctx, upload_id);
    const { code, message } = err as NodeJS.ErrnoException;
    if (err instanceof TooLargeError)
      throw reserved < maxBytes ? await noRoom(ctx, row, wanted) : refuse(tooLarge);
    if (code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ECONNRESET") throw refuse(brokenOff);
    if (code === "ENOSPC" || code === "EDQUOT")
      throw new PreconditionError(
        `${file_name} does not fit: the disk of the server is full. Ask an administrator to free space below its data folder.`,
      );
    if (code === "EACCES" || code === "EROFS")
      throw new PreconditionError(
        `${file_name} cannot be stored: ${message}. Ask an administrator to correct the rights of the data folder.`,
      );
    throw err;
  }
}

const MAX_NAME = 200;
const ZIP_MAGIC = Buffer.from("PK\u0003\u0004");
