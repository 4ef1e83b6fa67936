// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { isLicenseExpression } from "./license-expression.ts";

describe("isLicenseExpression", () => {
  it.each([
    ["MIT", true],
    ["(MIT OR Apache-2.0+) AND BSD-3-Clause", true],
    ["GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", true],
    ["LicenseRef-x", false],
    ["Classpath-exception-2.0", false],
    ["MIT WITH MIT", false],
    ["(MIT) WITH Classpath-exception-2.0", false],
    ["GPL-2.0-only WITH Classpath-exception-2.0 WITH Classpath-exception-2.0", false],
    ["MIT MIT", false],
    ["()", false],
    ["MIT)", false],
    ["MIT OR", false],
    ["", false],
    [`MIT${" OR MIT".repeat(99)}`, true],
    [`MIT${" OR MIT".repeat(200)}`, false],
  ])("%s", (text, want) => expect(isLicenseExpression(text, { references: false })).toBe(want));
});
