// SPDX-License-Identifier: Apache-2.0
/** Error codes as condition reasons. What deployment tools make of the conditions: test/conformance/health. */
import { describe, expect, it } from "vitest";
import { reasonOf } from "./outcome.ts";

describe("reasonOf", () => {
  it.each([
    ["IMAGE_MISSING", "ImageMissing"],
    ["INTERNAL_ERROR", "InternalError"],
    ["", "Unknown"],
    ["404", "Unknown"],
  ])("%s", (code, want) => {
    expect(reasonOf(code)).toBe(want);
  });
});
