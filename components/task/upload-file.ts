import type { Uploaded } from "@/server/contracts/task";

/** The server refused the file, or the connection broke. The message is a sentence for the person. */
export class UploadError extends Error {
  override readonly name = "UploadError";
}

/**
 * Sends a file as it is; `fetch` cannot say how far it is, so this is the older interface.
 *
 * @param onProgress with the bytes that were sent
 * @throws UploadError, also when `signal` was aborted
 */
export function uploadFile(
  file: File,
  { onProgress, signal }: { onProgress: (bytes: number) => void; signal: AbortSignal },
): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (reason: string) => {
      reject(new UploadError(reason));
    };
    request.open("POST", `/api/upload?${new URLSearchParams({ name: file.name })}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => {
      onProgress(loaded);
    };
    request.onload = () => {
      const answer = request.response as (Uploaded & { error?: string }) | null;
      if (request.status === 201 && answer !== null) resolve(answer);
      else fail(answer?.error ?? `The server refused ${file.name} (${request.status}). Try again.`);
    };
    request.onerror = () => {
      fail(`${file.name} was not sent: the connection broke off. Try again.`);
    };
    request.onabort = () => {
      fail("The upload was cancelled.");
    };
    signal.addEventListener("abort", () => {
      request.abort();
    });
    request.send(file);
  });
}
