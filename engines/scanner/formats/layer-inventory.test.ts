// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { fragmentOf } from "../testing/images.ts";
import { layerInventory } from "./layer-inventory.ts";

const status = "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9\n";
const node = { path: "a/node_modules/x/package.json", content: '{"name":"x","version":"1.0.0"}' };

describe("layerInventory", () => {
  it.each([
    {
      name: "an OS package without its distro",
      files: [{ path: "var/lib/dpkg/status", content: status }],
      want: ["pkg:deb/linux/libc6@2.36-9?arch=amd64"],
    },
    {
      name: "an OS package beside the distro's name",
      files: [
        { path: "var/lib/dpkg/status", content: status },
        { path: "usr/lib/os-release", content: "ID=debian\nVERSION_ID=12\n" },
      ],
      want: ["pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12"],
    },
    {
      name: "one package at two places",
      files: [node, { ...node, path: "b/node_modules/x/package.json" }],
      want: [
        "pkg:npm/x@1.0.0#a/node_modules/x/package.json",
        "pkg:npm/x@1.0.0#b/node_modules/x/package.json",
      ],
    },
  ])("$name", async ({ files, want }) => {
    const { entries } = layerInventory(await fragmentOf(files));
    expect(entries.map(({ bomRef }) => bomRef)).toEqual(want);
    expect(entries.some((entry) => "layer" in entry)).toBe(false);
  });

  it("says that a hard link to a lower layer could not be read", async () => {
    const link = {
      path: "a/node_modules/y/package.json",
      type: "1",
      linkPath: "b/node_modules/y/package.json",
    } as const;
    const { omissions } = layerInventory(await fragmentOf([link]));
    expect(omissions.map(({ code }) => code)).toEqual(["LINK_TARGET_UNREAD"]);
  });

  it("has the licences of a deb that stand beside it", async () => {
    const copyright =
      "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: LGPL-2.1+\n";
    const files = [
      { path: "var/lib/dpkg/status", content: status },
      { path: "usr/share/doc/libc6/copyright", content: copyright },
    ];
    expect(layerInventory(await fragmentOf(files)).entries[0]?.licenses).toEqual(["LGPL-2.1+"]);
  });
});
