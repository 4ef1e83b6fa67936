// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { LicenseTexts } from "./licenses.ts";

describe("LicenseTexts", () => {
  it.each([
    { texts: [], want: "NOASSERTION" },
    { texts: [" "], want: "NOASSERTION" },
    { texts: ["MIT", "MIT"], want: "MIT" },
    { texts: ["MIT OR ISC", "Zlib"], want: "(MIT OR ISC) AND Zlib" },
    {
      texts: ["GPL-2.0-only WITH Linux-syscall-note", "ISC"],
      want: "GPL-2.0-only WITH Linux-syscall-note AND ISC",
    },
    { texts: ["NONE"], want: "LicenseRef-NONE-HASH" },
    { texts: ["see the file, please"], want: "LicenseRef-see-the-file-please-HASH" },
    { texts: ["\u00fc"], want: "LicenseRef-HASH" },
    { texts: ["LicenseRef-x OR MIT"], want: "LicenseRef-LicenseRef-x-OR-MIT-HASH" },
  ])("$texts", ({ texts, want }) => {
    expect(new LicenseTexts().declared(texts, "AND").replace(/[0-9a-f]{12}/, "HASH")).toBe(want);
  });

  it("keeps each text once, by id", () => {
    const licenses = new LicenseTexts();
    for (const texts of [["b"], ["a\n b", "b"], ["MIT"]]) licenses.declared(texts, "AND");
    expect(licenses.extracted().map(({ name, extractedText }) => [name, extractedText])).toEqual([
      ["a b", "a\n b"],
      ["b", "b"],
    ]);
  });

  it("joins a choice by OR", () =>
    expect(new LicenseTexts().declared(["LGPL-2.1-only", "GPL-3.0-or-later"], "OR")).toBe(
      "LGPL-2.1-only OR GPL-3.0-or-later",
    ));
});
