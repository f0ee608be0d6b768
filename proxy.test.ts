import { NextRequest } from "next/server";
import { expect, test } from "vitest";
import { proxy } from "./proxy";

const policyOf = () => {
  const response = proxy(new NextRequest("http://localhost:3000/jobs"));
  return response.headers.get("content-security-policy") ?? "";
};
const sourcesOf = (policy: string, directive: string) =>
  policy
    .split("; ")
    .find((part) => part.startsWith(`${directive} `))
    ?.split(" ")
    .slice(1)
    .map((source) => (source.startsWith("'nonce-") ? "'nonce'" : source));

test("a page runs only scripts that the server wrote into it, evaluates none, and is framed by nobody", () => {
  const policy = policyOf();
  expect(sourcesOf(policy, "script-src")).toEqual([
    "'self'",
    "'nonce'",
    "'strict-dynamic'",
    "'wasm-unsafe-eval'",
  ]);
  expect(sourcesOf(policy, "worker-src")).toEqual(["'self'", "blob:"]);
  expect(sourcesOf(policy, "frame-ancestors")).toEqual(["'none'"]);
  expect(sourcesOf(policy, "object-src")).toEqual(["'none'"]);
  expect(policyOf()).not.toBe(policy);
});
