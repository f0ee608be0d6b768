import { TRPCClientError } from "@trpc/client";
import { expect, test, vi } from "vitest";
import { UnusedUpload } from "./unused-upload";

const wheel = () => new File(["x"], "a-1.0-py3-none-any.whl");
const refusal = (fields: Record<string, string>) =>
  TRPCClientError.from({ error: { message: "No.", code: -32600, data: { code: "BAD_REQUEST", fields } } });
const sender = () => {
  let sent = 0;
  return vi.fn(() => Promise.resolve({ upload_id: `upload ${++sent}` }) as never);
};

test("a file is sent again only if it was used, or the server does not know it any more", async () => {
  const unused = new UnusedUpload();
  const [file, send] = [wheel(), sender()];
  const idOf = async (one: File) => (await unused.of(one, send)).upload_id;
  expect(await idOf(file)).toBe("upload 1");
  unused.refusedWith(refusal({ python_version: "Not here." }));
  unused.refusedWith(new TypeError("the connection broke"));
  expect(await idOf(file)).toBe("upload 1");
  unused.refusedWith(refusal({ upload_id: "This upload does not exist any more. Send the file again." }));
  expect(await idOf(file)).toBe("upload 2");
  unused.forget();
  expect(await idOf(file)).toBe("upload 3");
  expect(await idOf(wheel())).toBe("upload 4");
});
