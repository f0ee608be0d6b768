import { expect, test } from "vitest";
import { InvalidInputError } from "@/server/contracts/errors";
import { requireTypeFilters, typeFlow } from "@/server/domain/workflow/type-flow";

const step = (part: Partial<Parameters<typeof typeFlow>[0][number]> = {}) => ({
  is_converter: false,
  input_types: {},
  output_types: {},
  type_filters: {},
  ...part,
});

test("filters of a task end with it, output types stay (runner specification, example E)", () => {
  const flow = typeFlow([
    step({ is_converter: true }),
    step({ input_types: { ic: false }, output_types: { ic: true } }),
    step({ input_types: { is_3D: true }, output_types: { is_3D: false } }),
    step(),
    step({ type_filters: { is_3D: true } }),
    step(),
  ]);
  const both = { ic: true, is_3D: false };
  expect(flow.map((state) => [state.current, state.effective, state.after])).toEqual([
    [{}, {}, {}],
    [{}, { ic: false }, { ic: true }],
    [{ ic: true }, { ic: true, is_3D: true }, both],
    [both, both, both],
    [both, { ic: true, is_3D: true }, both],
    [both, both, both],
  ]);
});

test("the job's filters hold until a task changes them", () => {
  const flow = typeFlow([step({ output_types: { a: false } }), step()], { a: true, b: true });
  expect(flow.map((state) => state.effective)).toEqual([
    { a: true, b: true },
    { a: false, b: true },
  ]);
});

test("a filter that contradicts the input types is refused at its key", () => {
  expect(requireTypeFilters({ a: true }, { a: true, b: false })).toEqual({ a: true, b: false });
  try {
    requireTypeFilters({ a: true }, { a: false });
    expect.unreachable();
  } catch (err) {
    expect(err).toBeInstanceOf(InvalidInputError);
    expect(Object.keys((err as InvalidInputError).fields)).toEqual(["type_filters.a"]);
  }
});
