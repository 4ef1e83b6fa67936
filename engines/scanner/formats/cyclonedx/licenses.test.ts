// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { cycloneDxLicenses } from "./licenses.ts";

describe("cycloneDxLicenses", () => {
  it.each([
    { texts: [], want: undefined },
    { texts: ["MIT"], want: [{ license: { id: "MIT" } }] },
    { texts: ["mit"], want: [{ license: { name: "mit" } }] },
    { texts: ["MIT License"], want: [{ license: { name: "MIT License" } }] },
    {
      texts: ["MIT OR (Apache-2.0 AND BSD-3-Clause)"],
      want: [{ expression: "MIT OR (Apache-2.0 AND BSD-3-Clause)" }],
    },
    {
      texts: ["GPL-2.0-only WITH Classpath-exception-2.0"],
      want: [{ expression: "GPL-2.0-only WITH Classpath-exception-2.0" }],
    },
    { texts: ["LicenseRef-x"], want: [{ expression: "LicenseRef-x" }] },
    { texts: ["Apache-2.0+"], want: [{ expression: "Apache-2.0+" }] },
    { texts: ["MIT OR"], want: [{ license: { name: "MIT OR" } }] },
    { texts: ["(MIT"], want: [{ license: { name: "(MIT" } }] },
    { texts: ["MIT and ISC"], want: [{ license: { name: "MIT and ISC" } }] },
    { texts: ["MIT", "MIT OR ISC"], want: [{ license: { id: "MIT" } }, { license: { name: "MIT OR ISC" } }] },
  ])("$texts", ({ texts, want }) => expect(cycloneDxLicenses(texts)).toEqual(want));
});
