import { expect, test } from "vitest";
import { NO_FILTERS, filterChoices, withFilter, withoutFilter } from "./run-filters";

const facets = {
  attributes: [
    {
      name: "well",
      values: [
        { value: "A01", count: 2 },
        { value: 1, count: 1 },
      ],
    },
  ],
  types: [
    { name: "is_3D", true_count: 3, false_count: 1 },
    { name: "fixed", true_count: 4, false_count: 0 },
  ],
};

test("what is chosen or fixed by the task is not offered", () => {
  const keys = (chosen = NO_FILTERS) =>
    filterChoices(facets, chosen, { fixed: true }).map(({ label }) => label);
  expect(keys()).toEqual(["is_3D: true", "is_3D: false", "well: A01", "well: 1"]);
  const chosen = { attribute_filters: { well: ["A01"] }, type_filters: { is_3D: true } };
  expect(keys(chosen)).toEqual(["well: 1"]);
});

test("values of an attribute are alternatives of one JSON type", () => {
  const a = withFilter(NO_FILTERS, { filter: { kind: "attribute", name: "well", value: "A01" } });
  const b = withFilter(a, { filter: { kind: "attribute", name: "well", value: "A02" } });
  expect(b.attribute_filters).toEqual({ well: ["A01", "A02"] });
  const c = withFilter(b, { filter: { kind: "attribute", name: "well", value: 1 } });
  expect(c.attribute_filters).toEqual({ well: [1] });
  expect(withoutFilter(c, "attribute", "well")).toEqual(NO_FILTERS);
});
