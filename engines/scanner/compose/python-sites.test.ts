// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { siteOf, VendoredSites } from "./python-sites.ts";

const site = "usr/lib/python3/dist-packages";

describe("siteOf", () => {
  it.each([
    [`${site}/six-1.dist-info/METADATA`, site],
    [`${site}/six-1.egg-info/PKG-INFO`, site],
    [`${site}/six-1.egg-info`, site],
    [`${site}/six-1.egg/EGG-INFO/PKG-INFO`, site],
    [`${site}/six-1.egg`, site],
    ["six-1.dist-info/METADATA", ""],
  ])("%s lies in %s", (path, want) => expect(siteOf(path)).toBe(want));
});

describe("VendoredSites", () => {
  const vendored = new VendoredSites([
    { path: `${site}/tool-1.dist-info/METADATA`, contents: [`${site}/tool`, "usr/bin/tool"] },
    { path: "opt/venv/lib/python3/site-packages/app-1.dist-info/METADATA", contents: ["app"] },
    { path: "opt/app/app.egg-info/PKG-INFO", contents: ["opt/app/app"] },
  ]);
  it.each([
    [site, false],
    [`${site}/tool`, true],
    [`${site}/tool/bundled/libs`, true],
    [`${site}/tools`, false],
    [`${site}/setuptools/_vendor`, true],
    ["opt/my_vendor", false],
    ["app/.venv/lib/python3/site-packages", false],
    ["opt/app/deps", false],
  ])("has %s: %s", (folder, want) => expect(vendored.has(folder)).toBe(want));
});
