import { renderToString } from "react-dom/server";
import { describe, expect, test, vi } from "vitest";
import { hardSchemas, type HardSchema } from "@/e2e/support/hard-schemas";
import { findArgumentProblems } from "@/server/platform/args-schema";
import { applyEdit, shownValues } from "./schema-values";
import { findProblems } from "./schema-validator";
import { SchemaForm } from "./SchemaForm";

const draw = ({ schema, version }: HardSchema, value: Record<string, unknown>) =>
  renderToString(
    <SchemaForm
      schema={schema}
      version={version}
      label="Arguments"
      showMissing
      value={value}
      onChange={() => undefined}
      onUnfinished={() => undefined}
    />,
  );

const inBrowser = ({ schema, version }: HardSchema, value: Record<string, unknown>) =>
  Object.fromEntries(
    findProblems(schema, value, version).map(({ path, reason }) => [path.join("."), reason]),
  );

const onServer = ({ schema, version }: HardSchema, value: Record<string, unknown>) =>
  findArgumentProblems(schema, value, "complete", version);

describe.each(hardSchemas)("$name: $what", (hard) => {
  const values = [{}, ...hard.valid, ...hard.invalid.map(({ value }) => value)];

  test("is drawn, or says why not; nothing is logged", () => {
    const said = [vi.spyOn(console, "error"), vi.spyOn(console, "warn")];
    for (const value of values) {
      const html = draw(hard, value);
      if (hard.drawn === true) expect(html).not.toContain("edited as JSON instead");
      else expect(html.replaceAll("&#x27;", "'")).toContain(hard.drawn);
      expect(html).not.toContain("Unsupported");
    }
    for (const spy of said) expect(spy).not.toHaveBeenCalled();
  });

  test("every value that is given is in the form", () => {
    for (const value of hard.valid) {
      const html = draw(hard, value).replaceAll("&quot;", '"');
      for (const text of textsIn(value)) expect(html).toContain(text);
    }
  });

  test("every reason is in the form", () => {
    for (const { value, reason } of hard.invalid) expect(words(draw(hard, value))).toContain(reason);
  });

  test("what is shown holds what is stored, and an untouched form stores what was stored", () => {
    for (const value of values) {
      const shown = shownValues(hard.schema, value);
      expect(shown).toMatchObject(value);
      expect(JSON.stringify(applyEdit(hard.schema, value, shown, shown))).toBe(JSON.stringify(value));
    }
  });

  test("browser and server let the same arguments pass", () => {
    for (const value of hard.valid) expect([inBrowser(hard, value), onServer(hard, value)]).toEqual([{}, {}]);
  });

  test("browser and server refuse the same arguments, at the same place, in the same words", () => {
    for (const { value, at, reason } of hard.invalid) {
      expect(inBrowser(hard, value)).toMatchObject({ [at]: reason });
      expect(onServer(hard, value)).toEqual(inBrowser(hard, value));
    }
    expect(onServer(hard, {})).toEqual(inBrowser(hard, {}));
  });
});

const words = (html: string) =>
  html.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** What a person would look for. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value.includes("\n") ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  return [];
}
