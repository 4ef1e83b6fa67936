// SPDX-License-Identifier: Apache-2.0
/** The built-in policy and the file that shows it are the same. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { baselinePolicy } from "./baseline.ts";
import { parsePolicy } from "./parse-policy.ts";

it("equals config/policies/baseline.yaml", () => {
  const text = readFileSync(new URL("../../../config/policies/baseline.yaml", import.meta.url), "utf8");
  expect(parsePolicy(text, { name: "baseline" })).toEqual(baselinePolicy);
});
