import nextVitals from "eslint-config-next/core-web-vitals";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Next and the tools look for a default export in these. */
const DEFAULT_EXPORTS = [
  "app/**/{page,layout,loading,error,not-found,forbidden,global-error,template,default,icon}.tsx",
  "*.config.{ts,mjs}",
  ".dependency-cruiser.mjs",
];

export default defineConfig([
  globalIgnores([
    ".next/**",
    ".data/**",
    "examples/**",
    "e2e/artifacts/**",
    "db/migrations/**",
    "next-env.d.ts",
  ]),
  ...nextVitals,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // Numbers are what sentences are made of.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // `_` says that a value is taken out in order to be left out.
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_+$", argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "no-console": "error",
      // A session that ends is followed by a full load, so that nothing of it stays in memory.
      "@next/next/no-location-assign-relative-destination": "off",
      "max-lines": ["warn", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["**/*.{ts,tsx,mjs}"],
    ignores: DEFAULT_EXPORTS,
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Export by name, so that a thing has one name." },
      ],
    },
  },
  {
    // Programs that talk to a terminal.
    files: [
      "server/{main,cli}.ts",
      "server/start/**",
      "bench/**",
      "e2e/support/**",
      "scripts/**",
      "db/migrate.ts",
    ],
    rules: { "no-console": "off" },
  },
  {
    files: ["**/*.test.{ts,tsx}", "e2e/**"],
    rules: { "max-lines": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
]);
