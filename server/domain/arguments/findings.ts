/** What a validator objects to, told the same way whichever validator found it. */

export type Finding = {
  /** Steps to the value; for a missing or an unknown argument, to where it would be. */
  path: readonly string[];
  keyword: string;
  /** Value of the keyword in the schema. */
  rule: unknown;
};

export type Problem = { path: string[]; reason: string; isMissing: boolean };

/** Keywords that only repeat what is said deeper, or in a branch beside it. */
const ECHOES = new Set(["anyOf", "oneOf"]);
const NOTHING_NEW = new Set(["if", "then", "else", "$ref", "allOf"]);
/** Keywords by which branches of a union are told apart; with a reason deeper down they say nothing more. */
const OF_UNIONS = new Set(["type", "const", "enum", "anyOf", "oneOf"]);

/** One reason per place, in the order in which they were found. */
export function toProblems(findings: readonly Finding[]): Problem[] {
  const places = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (NOTHING_NEW.has(finding.keyword)) continue;
    const key = JSON.stringify(finding.path);
    places.set(key, [...(places.get(key) ?? []), finding]);
  }
  const paths = [...places.values()].map(([first]) => first?.path ?? []);
  const problems: Problem[] = [];
  for (const found of places.values()) {
    const path = found[0]?.path ?? [];
    const isUnion = found.every(({ keyword }) => OF_UNIONS.has(keyword));
    const hasDeeper = paths.some(
      (other) => other.length > path.length && path.every((step, at) => other[at] === step),
    );
    if (isUnion && hasDeeper) continue;
    const telling = found.filter(({ keyword }) => !ECHOES.has(keyword));
    const reason = reasonOf(telling.length > 0 ? telling : found);
    problems.push({ path: [...path], reason, isMissing: reason === MISSING });
  }
  return problems;
}

export const MISSING = "Is required.";
export const UNKNOWN = "Is not an argument of this task.";

function reasonOf(findings: readonly Finding[]): string {
  const keywords = new Set(findings.map(({ keyword }) => keyword));
  if (keywords.has("required")) return MISSING;
  if (keywords.has("false")) return UNKNOWN;
  if (keywords.has("propertyNames")) return "Is not a name that is allowed here.";
  const asked = findings.filter(({ keyword }) => keyword === "type").flatMap(({ rule }) => typeWords(rule));
  // That it could be left empty helps nobody who wanted to say something.
  const types = asked.length > 1 ? asked.filter((word) => word !== A_TYPE["null"]) : asked;
  // Of a union with null, what is wrong with the value says more than that it is not empty.
  const other = findings.find(({ keyword }) => keyword !== "type");
  const choices = findings.filter(({ keyword }) => keyword === "enum" || keyword === "const");
  if (
    choices.length > 0 &&
    choices.length + findings.filter(({ keyword }) => keyword === "type" || ECHOES.has(keyword)).length ===
      findings.length
  ) {
    const values = choices.flatMap(({ keyword, rule }) =>
      keyword === "enum" && Array.isArray(rule) ? (rule as unknown[]) : [rule],
    );
    return oneOfThem(values);
  }
  if (other === undefined) return `Must be ${[...new Set(types)].join(" or ")}.`;
  return words(other);
}

const A_TYPE: Readonly<Record<string, string>> & { null: string } = {
  integer: "a whole number",
  number: "a number",
  string: "text",
  boolean: "on or off",
  array: "a list",
  object: "a group of values",
  null: "empty",
};

const typeWords = (rule: unknown) => [rule].flat().map((type) => A_TYPE[String(type)] ?? String(type));

const MOST_NAMED = 8;

function oneOfThem(values: readonly unknown[]): string {
  const named = values
    .slice(0, MOST_NAMED)
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  if (values.length === 1) return `Must be ${named.join("")}.`;
  const rest = values.length > MOST_NAMED ? `, … (${values.length} in all)` : "";
  return `Must be one of: ${named.join(", ")}${rest}.`;
}

function words({ keyword, rule }: Finding): string {
  const given = String(rule);
  switch (keyword) {
    case "minimum":
      return `Must be ${given} or more.`;
    case "maximum":
      return `Must be ${given} or less.`;
    case "exclusiveMinimum":
      return `Must be more than ${given}.`;
    case "exclusiveMaximum":
      return `Must be less than ${given}.`;
    case "multipleOf":
      return `Must be a multiple of ${given}.`;
    case "minLength":
      return rule === 1 ? "Must not be empty." : `Must have at least ${given} characters.`;
    case "maxLength":
      return `Must have at most ${given} characters.`;
    case "pattern":
      return `Must match ${given}.`;
    case "format":
      return `Must be a valid ${given}.`;
    case "minItems":
      return rule === 1 ? "Needs at least one entry." : `Needs at least ${given} entries.`;
    case "maxItems":
      return `Takes at most ${given} entries.`;
    case "minProperties":
      return rule === 1 ? "Needs at least one entry." : `Needs at least ${given} entries.`;
    case "maxProperties":
      return `Takes at most ${given} entries.`;
    case "uniqueItems":
      return "Every entry must be different.";
    case "contains":
      return "Lacks an entry that the task asks for.";
    case "not":
      return "This combination is not allowed.";
    case "anyOf":
      return "Fits none of the alternatives.";
    case "oneOf":
      return "Must fit exactly one of the alternatives.";
    default:
      return "Is not valid.";
  }
}
