/** `POST /api/upload?name=FILE` with the bytes of the file as body → 201 `Uploaded`. */
import { InvalidInputError } from "@/server/contracts/errors";
import { storeUpload } from "@/server/services/upload/store";
import type { UploadPlace } from "@/server/services/upload/store";
import { sendJson } from "./answer";
import type { Route } from "./serve";

/** A sender that says nothing for so long is gone. */
const IDLE_MS = 60_000;

export function uploadRoute(place: UploadPlace): Route {
  return async (ctx, request, response, rest) => {
    if (rest !== "" || request.method !== "POST") {
      response.setHeader("allow", "POST");
      sendJson(response, 405, { error: "Send the file with POST to /api/upload?name=…" });
      return;
    }
    const query = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
    const file_name = query.get("name") ?? "";
    if (file_name === "")
      throw new InvalidInputError(
        "The name of the file is missing: /api/upload?name=my_tasks-1.0.0-py3-none-any.whl",
      );
    const length = request.headers["content-length"];
    request.setTimeout(IDLE_MS, () => request.destroy());
    const bytes = length === undefined ? null : Number(length);
    sendJson(response, 201, await storeUpload(ctx, place, { file_name, source: request, bytes }));
  };
}
