import { setTimeout as sleep } from "node:timers/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";
import type { BrowserContext, Page } from "@playwright/test";
import { ownServer, readCredentials } from "./server";
import { logIn } from "./session";
import type { Credentials, Session } from "./session";

export { expect };

const ACCOUNT_TIMEOUT_MS = 240_000;

type Named = { id: number; name: string };

type Fixtures = {
  /** False: the page starts without a session. */
  signedIn: boolean;
  /** The typed API as the same person. */
  api: Session["api"];
  /** A project of its own for this test. */
  project: Named;
  /** Six images on the plates P1 and P2; `n` is measured on P2 only, whose images are made from those of P1. */
  dataset: Named & { zarr_dir: string };
  /** Fails the test for errors in the console and for whatever the content security policy refused. */
  quietConsole: string[];
};

export const test = base.extend<Fixtures, { session: Session }>({
  session: [
    async ({}, provide) => {
      await provide(await waitForSession());
    },
    { scope: "worker", timeout: ACCOUNT_TIMEOUT_MS },
  ],
  signedIn: [true, { option: true }],
  api: async ({ session }, provide) => provide(session.api),
  context: async ({ context, session, signedIn }, provide) => {
    if (signedIn) await context.addCookies(session.cookies);
    await provide(context);
  },
  page: async ({ page }, provide) => {
    await provide(waitingForReact(page));
  },
  project: async ({ api }, provide) => {
    const name = `Test ${unique()}`;
    const { project_id } = await api.project.create.mutate({ name });
    await provide({ id: project_id, name });
  },
  dataset: async ({ api, project }, provide) => {
    const name = `Plates ${unique()}`;
    const { dataset_id, zarr_dir } = await api.dataset.create.mutate({ project_id: project.id, name });
    for (const plate of ["P1", "P2"])
      for (const [index, well] of ["A01", "A02", "B01"].entries())
        await api.image.add.mutate({
          dataset_id,
          zarr_url: `${zarr_dir}/${plate}.zarr/${well.charAt(0)}/${well.slice(1)}/0`,
          attributes: { plate, well, ...(plate === "P2" ? { n: 10 * (index + 1) } : {}) },
          types: { is_3D: plate === "P1" },
        });
    await provide({ id: dataset_id, name, zarr_dir });
  },
  quietConsole: [
    async ({ page }, provide) => {
      const problems: string[] = [];
      page.on("pageerror", (err) => problems.push(String(err)));
      page.on("console", (message) => {
        if (message.type() === "error" && !isExpected(message.text())) problems.push(message.text());
      });
      await provide(problems);
      expect(problems, "errors in the browser's console").toEqual([]);
    },
    { auto: true },
  ],
});

/** Answers of 4xx are logged by the browser itself; the second is said in development only, on 404 pages. */
const isExpected = (text: string) =>
  /Failed to load resource: the server responded with a status of 4\d\d/.test(text) ||
  text.startsWith("Encountered a script tag while rendering React component");

/** A server that answers may still be making its account. The time limit is that of the fixture. */
async function waitForSession(): Promise<Session> {
  for (;;) {
    const credentials = readCredentials();
    const session = credentials && (await logIn(baseAddress(), credentials));
    if (session) return session;
    await sleep(1_000);
  }
}

/** The browser goes on as somebody else; the test began signed out. */
export async function enterAs(context: BrowserContext, account: Credentials): Promise<Session> {
  const session = await logIn(baseAddress(), account);
  if (session === null) throw new Error(`${account.email} was not let in`);
  await context.addCookies(session.cookies);
  return session;
}

export function baseAddress(): string {
  return process.env["E2E_BASE_URL"] ?? ownServer.url;
}

/**
 * Makes `goto` and `reload` wait until React has taken over what the server sent: before that, a key press
 * or a click is lost. A person is slower than that.
 */
export function waitingForReact(page: Page): Page {
  const goto = page.goto.bind(page);
  const reload = page.reload.bind(page);
  const isReady = () => {
    const controls = [...document.querySelectorAll("button, input, a[href]")];
    const isTaken = (element: Element) => Object.keys(element).some((key) => key.startsWith("__reactFiber"));
    return controls.length > 0 && controls.every(isTaken);
  };
  page.goto = async (...args) => {
    const answer = await goto(...args);
    await page.waitForFunction(isReady);
    return answer;
  };
  page.reload = async (...args) => {
    const answer = await reload(...args);
    await page.waitForFunction(isReady);
    return answer;
  };
  return page;
}

/** Short, and allowed in every name. */
export const unique = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;

/** As a person does it, on the page of the log-in. */
export async function login(page: Page): Promise<void> {
  const { email, password } = readCredentials() ?? { email: "", password: "" };
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** WCAG by axe in both themes, without exclusions, and no sideways scrolling on a phone. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const theme of ["light", "dark"]) {
    await page.evaluate((value) => {
      document.documentElement.dataset["theme"] = value;
      // The badge of the development server is not part of the product.
      document.querySelector("nextjs-portal")?.remove();
    }, theme);
    // Colours change in 90 ms; a half-way colour is nobody's contrast.
    await page.evaluate(async () => {
      const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
      // What lies in a closed <details> never finishes: its time stands still.
      const longEnough = new Promise((resolve) => setTimeout(resolve, 1_000));
      await Promise.race([Promise.allSettled(changes.map(({ finished }) => finished)), longEnough]);
    });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${theme} ${id}: ${nodes.map(({ html }) => html).join(" | ")}`),
    ).toEqual([]);
  }
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = await page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll("[data-scroll-root]")];
    return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
  });
  expect(overflow, "pixels of sideways scrolling at 390 px").toBe(0);
  if (before) await page.setViewportSize(before);
}
