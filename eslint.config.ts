// SPDX-License-Identifier: Apache-2.0
/** Lint rules: typed strictness everywhere, and purity of the engines (docs/adr/0001-layout.md). */
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const impure = [
  { name: "fetch", message: "engines take an HTTP port" },
  { name: "process", message: "engines take what they need as arguments" },
  { name: "setTimeout", message: "engines have no clock; use a port" },
  { name: "setInterval", message: "engines have no clock; use a port" },
];
const impureModules = [
  "node:fs",
  "node:fs/promises",
  "node:http",
  "node:https",
  "node:net",
  "node:os",
  "node:child_process",
  "node:sqlite",
];

export default defineConfig(
  globalIgnores(["node_modules", "dist", "hack/run.mjs", "**/testdata/**", ".dependency-cruiser.cjs"]),
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/no-unnecessary-type-parameters": "off", // digests are branded through the return type
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true } }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["engines/**/*.ts"],
    ignores: ["engines/**/*.test.ts", "engines/**/adapters/**", "engines/**/testing/**"],
    rules: {
      "no-restricted-globals": ["error", ...impure],
      "no-restricted-imports": ["error", { paths: impureModules.map((name) => ({ name })) }],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "the clock is a port" },
        { object: "Math", property: "random", message: "same input, same bytes" },
      ],
    },
  },
  { files: ["*.config.ts"], rules: { "no-restricted-exports": "off" } },
  { files: ["hack/**/*.ts", "cli/**/*.ts"], rules: { "no-console": "off" } },
  {
    files: ["**/*.test.ts"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
);
