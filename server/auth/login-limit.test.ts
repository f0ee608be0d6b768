import { expect, test } from "vitest";
import { countLogin, forgiveLogins } from "@/server/auth/login-limit";

const attempt = (email: string, address = "10.0.0.1") => countLogin(email, address);

test("the eleventh attempt on an account from one address waits, however its e-mail is written", async () => {
  for (let n = 0; n < 10; n++) await attempt(n % 2 ? "ada@example.org" : " ADA@example.org");
  await expect(attempt("ada@example.org")).rejects.toMatchObject({ tag: "RateLimited" });
  await expect(attempt("ada@example.org")).rejects.toThrow(/Try again in \d+ s/);
  await attempt("ada@example.org", "10.0.0.2");
  await attempt("bob@example.org");
});

test("a right password forgives the wrong ones before it", async () => {
  for (let n = 0; n < 10; n++) await attempt("eve@example.org");
  await forgiveLogins("eve@example.org", "10.0.0.1");
  await attempt("eve@example.org");
});
